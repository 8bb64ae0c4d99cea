import FoundationEssentials
import Orchestration
import Processes
import Synchronization

/// The engine's only source of time.
package protocol EngineClock: Sendable {
    /// The present reading. Never goes back within a process.
    func now() -> Timestamp
    /// Returns at `deadline`, or throws when the task is cancelled.
    func wait(until deadline: Timestamp) async throws
    /// The same for a moment that somebody else's clock names, such as the reset of a usage window, while nothing is under way: returns earlier when
    /// the wall clock is set there meanwhile. The reading is `deadline` or later then.
    func rest(until deadline: Timestamp) async throws
}

/// Wall-clock time as read once at the start, carried on by the monotonic clock: a wall clock that jumps while something is under way moves no
/// deadline.
package struct SystemClock: EngineClock {
    private let start: Timestamp
    private let origin: ContinuousClock.Instant
    private let leaps = Leaps()

    /// What all copies of a clock have in common.
    private final class Leaps: Sendable {
        /// Milliseconds by which rests were cut short.
        let total = Mutex<Int64>(0)
    }

    package init() {
        start = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        origin = ContinuousClock.now
    }

    package func now() -> Timestamp { carriedOn(by: leaps.total.withLock { $0 }) }

    private func carriedOn(by leaps: Int64) -> Timestamp {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return start.advanced(byMilliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + leaps)
    }

    package func wait(until deadline: Timestamp) async throws {
        let left = deadline.milliseconds(since: now())
        if left > 0 { try await Alarm.wait(for: .milliseconds(left)) }
    }

    package func rest(until deadline: Timestamp) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wait(until: deadline) }
            group.addTask {
                do {
                    try await Alarm.wait(untilWallClock: deadline.milliseconds)
                } catch is SystemError {
                    return try await wait(until: deadline)
                }
                leap(to: deadline)
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Never further than to the deadline: what the wall clock reads beyond it is nothing that the run has waited for.
    private func leap(to deadline: Timestamp) {
        leaps.total.withLock { $0 += max(0, deadline.milliseconds(since: carriedOn(by: $0))) }
    }
}
