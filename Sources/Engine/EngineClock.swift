import FoundationEssentials
import Orchestration
import Processes

/// The engine's only source of time.
package protocol EngineClock: Sendable {
    /// The present reading. Never goes back within a process.
    func now() -> Timestamp
    /// Returns at `deadline`, or throws when the task is cancelled.
    func wait(until deadline: Timestamp) async throws
}

/// Wall-clock time as read once at the start, carried on by the monotonic clock: a wall clock that jumps during a run moves no deadline.
package struct SystemClock: EngineClock {
    private let start: Timestamp
    private let origin: ContinuousClock.Instant

    package init() {
        start = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        origin = ContinuousClock.now
    }

    package func now() -> Timestamp {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return start.advanced(byMilliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    package func wait(until deadline: Timestamp) async throws {
        let left = deadline.milliseconds(since: now())
        if left > 0 { try await Alarm.wait(for: .milliseconds(left)) }
    }
}
