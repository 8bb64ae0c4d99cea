import Orchestration
import Synchronization

@testable import Engine

/// Time that only the test moves.
final class ManualClock: EngineClock {
    private struct Waiter {
        var deadline: Timestamp
        var isRest: Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = ManualClock.begin
        var waiters: [Int: Waiter] = [:]
        var cancelled: Set<Int> = []
        var next = 0
        var deadlines: [Timestamp] = []
    }

    static let begin = Timestamp(milliseconds: 1_800_000_000_000)
    private let state = Mutex(State())
    /// The deadlines that somebody waits for now, earliest first.
    let waiting = Watched<[Timestamp]>([])
    /// Those of them that end a rest.
    let resting = Watched<[Timestamp]>([])

    func now() -> Timestamp { state.withLock { $0.now } }

    /// Every deadline that somebody has asked to be woken at.
    var deadlines: [Timestamp] { state.withLock { $0.deadlines } }

    func wait(until deadline: Timestamp) async throws { try await wait(until: deadline, isRest: false) }

    func rest(until deadline: Timestamp) async throws { try await wait(until: deadline, isRest: true) }

    private func wait(until deadline: Timestamp, isRest: Bool) async throws {
        let number = state.withLock {
            $0.next += 1
            $0.deadlines.append(deadline)
            return $0.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock {
                    if $0.cancelled.contains(number) { return .failure(CancellationError()) }
                    if deadline <= $0.now { return .success(()) }
                    $0.waiters[number] = Waiter(deadline: deadline, isRest: isRest, continuation: continuation)
                    show($0)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.cancelled.insert(number)
                defer { show(state) }
                return state.waiters.removeValue(forKey: number)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func show(_ state: State) {
        let deadlines = state.waiters.values.map(\.deadline).sorted()
        waiting.change { $0 = deadlines }
        let rests = state.waiters.values.filter(\.isRest).map(\.deadline).sorted()
        resting.change { $0 = rests }
    }

    /// The wall clock is set: rests of which it reads the end are over.
    ///
    /// - Returns: how many waits that ended.
    func setWallClock(to time: Timestamp) -> Int {
        let due = state.withLock { state in
            let due = state.waiters.filter { $0.value.isRest && $0.value.deadline <= time }
            for (number, waiter) in due {
                state.waiters[number] = nil
                state.now = max(state.now, waiter.deadline)
            }
            show(state)
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
        return due.count
    }

    /// - Returns: how many waits that ended.
    @discardableResult
    func advance(byMilliseconds milliseconds: Int64) -> Int {
        let due = state.withLock { state in
            state.now = state.now.advanced(byMilliseconds: milliseconds)
            let due = state.waiters.filter { $0.value.deadline <= state.now }
            for number in due.keys { state.waiters[number] = nil }
            show(state)
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
        return due.count
    }
}
