import CProcesses
import Glibc

/// Sleeping that leaves nothing behind when it is cancelled.
///
/// The clocks' own `sleep` hands libdispatch a timer that stays there, with more than 600 bytes, until its time has come, whoever is still
/// interested. Nearly every wait here is a deadline that is raced and hardly ever reached: with two minutes for each git command, forty of which
/// a turn takes, a busy engine held thousands of them.
package enum Alarm {
    /// Returns when so much time has passed.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package static func wait(for duration: Duration) async throws { try await wait(until: .now + duration) }

    /// Returns at the time, or at once when it has passed.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package static func wait(until deadline: ContinuousClock.Instant) async throws {
        try Task.checkCancellation()
        guard deadline > .now else { return }
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let watch: KernelEvents.Watch
        do {
            watch = try KernelEvents.shared.watch(deadline: deadline, wake)
        } catch {
            // The system gives no descriptors: waiting still works, at the price above.
            return try await ContinuousClock().sleep(until: deadline)
        }
        defer { withExtendedLifetime(watch) {} }
        for await _ in stream { return }
        throw CancellationError()
    }

    /// Returns when the wall clock reads that time or more: also as soon as somebody sets it there, and later when it is set back.
    ///
    /// - Parameter milliseconds: since 1970.
    /// - Throws: `CancellationError` as soon as the task is cancelled, or ``SystemError`` when the system gives no timer.
    package static func wait(untilWallClock milliseconds: Int64) async throws {
        try Task.checkCancellation()
        let timer = cprocesses_wall_clock_timer(milliseconds)
        guard timer >= 0 else { throw SystemError.current("set a timer on the wall clock") }
        defer { close(timer) }
        try await KernelEvents.shared.untilReadable(timer)
    }
}

/// What waits for its time, and the kernel's timer for the first of them.
struct Deadlines {
    private var waiting: [UInt64: ContinuousClock.Instant] = [:]
    /// When the timer rings; `nil` when it does not. It may ring for one that is gone meanwhile.
    private var armed: ContinuousClock.Instant?

    /// All that are waited for.
    var instants: [ContinuousClock.Instant] { Array(waiting.values) }

    mutating func add(_ token: UInt64, _ deadline: ContinuousClock.Instant, timer: Int32) {
        waiting[token] = deadline
        if armed.map({ deadline < $0 }) ?? true { arm(deadline, timer) }
    }

    mutating func remove(_ token: UInt64) { waiting[token] = nil }

    /// The timer has rung.
    ///
    /// - Returns: whose time has come.
    mutating func ring(at now: ContinuousClock.Instant, timer: Int32) -> [UInt64] {
        let due = waiting.filter { $0.value <= now }.map(\.key)
        for token in due { waiting[token] = nil }
        armed = nil
        if let next = waiting.values.min() { arm(next, timer) }
        return due
    }

    private mutating func arm(_ deadline: ContinuousClock.Instant, _ timer: Int32) {
        armed = deadline
        let (seconds, attoseconds) = (deadline - .now).components
        // Rounded up, so that it does not ring before the time; in a month it rings and is set again.
        cprocesses_set_timer(timer, max(0, min(seconds, 30 * 86_400)), max(1, attoseconds / 1_000_000_000 + 1))
    }
}
