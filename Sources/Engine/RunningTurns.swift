import Agents
import Observability
import Orchestration
import Processes
import Synchronization

extension TurnActivity {
    /// Characters of a tool's argument that views are told, the ellipsis among them. More than that is known, so that a secret is taken out
    /// while it is whole.
    static let longestArgument = 120

    /// As views are told it: without secrets, and no longer than a view needs it.
    func shown(by redactor: Redactor) -> TurnActivity {
        var shown = self
        for (index, tool) in tools.enumerated() where !tool.argument.isEmpty {
            shown.tools[index].argument = redactor.beginning(of: tool.argument, longest: Self.longestArgument - 1)
        }
        return shown
    }
}

/// The turns whose processes this engine follows, so that a turn can be stopped from outside its own task.
final class RunningTurns: Sendable {
    private struct State {
        var processes: [TurnID: SupervisedProcess] = [:]
        var endings: [TurnID: _Concurrency.Task<Void, Never>] = [:]
        var stopped: Set<TurnID> = []
        /// Those that are to end after their present step.
        var heldBack: Set<TurnID> = []
        var gauges: [TurnID: (watch: ProgressWatch, meter: SpendingMeter)] = [:]
        var awaiting: [TurnID: [AsyncStream<SupervisedProcess>.Continuation]] = [:]
    }

    private let state = Mutex(State())
    private let backend: any AgentBackend
    private let failed: @Sendable (TurnID, any Error) -> Void

    /// - Parameter failed: is told when a process could not be ended.
    init(backend: any AgentBackend, failed: @escaping @Sendable (TurnID, any Error) -> Void) {
        self.backend = backend
        self.failed = failed
    }

    /// Ends the turn's process as the cause says, now or as soon as it is there.
    func stop(_ turn: TurnID, _ cause: StopCause) {
        guard cause.letsStepFinish else { return stop(turn) }
        let process = state.withLock {
            $0.heldBack.insert(turn)
            return $0.processes[turn]
        }
        if let process { holdBack(process, turn) }
    }

    /// Ends the turn's process at once, or as soon as it is there.
    func stop(_ turn: TurnID) {
        let process = state.withLock {
            $0.stopped.insert(turn)
            return $0.processes[turn]
        }
        if let process { end(process, turn) }
    }

    /// The turn's output is followed from now on.
    func follows(_ turn: TurnID, _ watch: ProgressWatch, _ meter: SpendingMeter) { state.withLock { $0.gauges[turn] = (watch, meter) } }

    /// What the turns show at this moment.
    var activities: [TurnID: TurnActivity] {
        state.withLock { $0.gauges }.mapValues { $0.watch.progress.activity(tokens: $0.meter.tokens, costUsd: $0.meter.costUsd) }
    }

    /// Whether a process of the turn would only have to be ended.
    func isNotToBegin(_ turn: TurnID) -> Bool { state.withLock { $0.stopped.contains(turn) || $0.heldBack.contains(turn) } }

    /// Whether the turn's process is to make no further request.
    func isHeldBack(_ turn: TurnID) -> Bool { state.withLock { $0.heldBack.contains(turn) } }

    func began(_ turn: TurnID, _ process: SupervisedProcess) {
        let (isStopped, isHeldBack, awaiting) = state.withLock {
            $0.processes[turn] = process
            return ($0.stopped.contains(turn), $0.heldBack.contains(turn), $0.awaiting.removeValue(forKey: turn) ?? [])
        }
        for one in awaiting { one.yield(process) }
        if isStopped { end(process, turn) } else if isHeldBack { holdBack(process, turn) }
    }

    func ended(_ turn: TurnID) {
        let awaiting = state.withLock {
            $0.processes[turn] = nil
            $0.gauges[turn] = nil
            $0.endings[turn] = nil
            $0.stopped.remove(turn)
            $0.heldBack.remove(turn)
            return $0.awaiting.removeValue(forKey: turn) ?? []
        }
        for one in awaiting { one.finish() }
    }

    /// The turn's process as soon as it is there; `nil` when the turn ends before, or the caller is cancelled.
    func process(of turn: TurnID) async -> SupervisedProcess? {
        let (stream, wait) = AsyncStream<SupervisedProcess>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let present = state.withLock { state -> SupervisedProcess? in
            if let process = state.processes[turn] { return process }
            state.awaiting[turn, default: []].append(wait)
            return nil
        }
        if let present { return present }
        for await process in stream { return process }
        return nil
    }

    private func holdBack(_ process: SupervisedProcess, _ turn: TurnID) {
        guard let file = backend.hold(in: process.directory) else { return }
        do {
            try PrivateFiles.write(Array(file.contents.utf8), to: file.path, isSynced: false)
        } catch {
            failed(turn, error)
        }
        // Who has said nothing has done nothing, and who only pauses before the next try would ask again.
        let isRetrying = state.withLock { $0.gauges[turn]?.watch }?.progress.isRetrying ?? false
        if isRetrying || process.standardOutputBytes == 0 { stop(turn) }
    }

    private func end(_ process: SupervisedProcess, _ turn: TurnID) {
        let ending = _Concurrency.Task {
            do {
                try await process.terminate()
            } catch {
                failed(turn, error)
            }
        }
        state.withLock { $0.endings[turn] = ending }
    }

    /// Returns once an ending that was begun has looked at the process's folder for the last time.
    func settled(_ turn: TurnID) async {
        await state.withLock { $0.endings[turn] }?.value
    }
}
