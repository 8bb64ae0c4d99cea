import Engine
import Orchestration
import Synchronization

/// The imagined world behind a real engine. After a given number of landed tasks it answers no more.
final class ImaginedCarrier: EffectCarrier, EngineObserver {
    private struct State {
        var left: Int
        var commits: [Int] = []
        var isOver = false
        var failure: (any Error)?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    /// Under a lock of its own: the engine does not wait until an answer has been thought of.
    private let world: Mutex<ImaginedWorld>

    init(_ world: ImaginedWorld, landings: Int) {
        state = Mutex(State(left: landings))
        self.world = Mutex(world)
    }

    /// How many events each commit held.
    var commits: [Int] { state.withLock { $0.commits } }

    /// Returns once the tasks have landed.
    func landed() async throws {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiter = continuation }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func carryOut(
        _ id: EffectID, _ effect: Effect, state read: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async -> EffectResult? {
        do {
            let run = try await read()
            return state.withLock({ $0.isOver }) ? nil : try world.withLock { try $0.result(of: effect, in: run) }
        } catch {
            end(with: error)
            return nil
        }
    }

    func committed(_ events: [Event], before: Run, after: Run, at time: Timestamp) {
        let isOver = state.withLock { state in
            guard !state.isOver else { return false }
            state.commits.append(events.count)
            state.left -= events.count { if case .taskSettled(_, .landed) = $0 { true } else { false } }
            return state.left <= 0
        }
        if isOver { end(with: nil) }
    }

    private func end(with failure: (any Error)?) {
        let waiter = state.withLock { state in
            state.isOver = true
            state.failure = state.failure ?? failure
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func journalFailed(_ reason: String) { end(with: Failure(reason)) }
    func stop(_ turn: TurnID, _ cause: StopCause) {}
    func useIdleTime() async {}
}
