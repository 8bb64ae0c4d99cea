import Agents
import Orchestration
import Synchronization

/// Watches one running turn: takes what its output shows, and tells when it gets nowhere, again when what was done about that has not helped.
///
/// Between lines of output it only sleeps until the moment at which the verdict would change.
final class ProgressWatch: Sendable {
    private struct State {
        var progress: TurnProgress
        /// When the alarm that is set goes off.
        var armedFor: Timestamp?
        var alarm: _Concurrency.Task<Void, Never>?
        var isOver = false
    }

    private let state: Mutex<State>
    private let limits: TurnProgress.Limits
    private let clock: any EngineClock
    private let stuck: @Sendable (StuckCause) async -> Void

    /// - Parameter stuck: is told each verdict; until the next one there is some grace.
    init(limits: TurnProgress.Limits, clock: any EngineClock, stuck: @escaping @Sendable (StuckCause) async -> Void) {
        state = Mutex(State(progress: TurnProgress(limits: limits)))
        self.limits = limits
        self.clock = clock
        self.stuck = stuck
    }

    /// - Parameter isNews: false for what was written before this engine followed the turn. It is not judged: what was to be done about it has been
    ///   decided, or is seen when the next line comes.
    func take(_ marks: [ProgressMark], isNews: Bool = true) { change(isNews) { progress, now in progress.take(marks, at: now) } }

    /// What has been seen so far.
    var progress: TurnProgress { state.withLock { $0.progress } }

    /// Goes on from what an earlier engine had seen.
    ///
    /// - Parameter isNews: false when more was written before this engine followed the turn.
    func takeUp(_ earlier: TurnProgress, isNews: Bool = true) {
        change(isNews) { [limits] progress, now in progress = earlier.takenUp(at: now, limits: limits) }
    }

    private func change(_ isNews: Bool, _ body: (inout TurnProgress, Timestamp) -> Void) {
        let now = clock.now()
        state.withLock { state in
            guard !state.isOver else { return }
            body(&state.progress, now)
            guard isNews else { return }
            // An alarm that is set too early looks again when it rings; one that would ring too late is set anew.
            let due = state.progress.verdict(at: now) == nil ? state.progress.deadline : now
            guard let due, state.armedFor.map({ due < $0 }) ?? true else { return }
            arm(&state, due)
        }
    }

    /// Nothing is watched any more.
    func end() {
        state.withLock { state in
            state.isOver = true
            state.alarm?.cancel()
            state.alarm = nil
        }
    }

    private func arm(_ state: inout State, _ due: Timestamp) {
        state.alarm?.cancel()
        state.armedFor = due
        state.alarm = _Concurrency.Task { [weak self, clock] in
            do {
                try await clock.wait(until: due)
            } catch {
                return  // Cancelled: another alarm has taken this one's place, or the turn is over.
            }
            await self?.ring()
        }
    }

    private func ring() async {
        let now = clock.now()
        let verdict = state.withLock { state -> StuckCause? in
            guard !state.isOver else { return nil }
            state.armedFor = nil
            let verdict = state.progress.verdict(at: now)
            if verdict != nil { state.progress.bear(at: now) }
            if let due = state.progress.deadline { arm(&state, due) }
            return verdict
        }
        if let verdict { await stuck(verdict) }
    }
}
