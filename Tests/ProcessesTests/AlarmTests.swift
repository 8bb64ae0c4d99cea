import Glibc
import Testing

@testable import Processes

@Suite struct AlarmTests {
    @Test("a wait ends at its time and not before")
    func ends() async throws {
        let begin = ContinuousClock.now
        // The longer one is set first, so that the timer has to be brought forward and set again.
        async let long: Void = Alarm.wait(until: begin + .milliseconds(30))
        async let short: Void = Alarm.wait(until: begin + .milliseconds(10))
        try await short
        #expect(ContinuousClock.now >= begin + .milliseconds(10))
        try await long
        #expect(ContinuousClock.now >= begin + .milliseconds(30))
        // What has passed is not waited for.
        try await Alarm.wait(until: begin)
        try await Alarm.wait(for: .zero)
    }

    @Test("very many waits end, each at its time")
    func many() async throws {
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                let deadline = begin + .microseconds(number * 37 % 500 * 50)
                group.addTask {
                    try await Alarm.wait(until: deadline)
                    return ContinuousClock.now >= deadline
                }
            }
            for try await wasInTime in group { #expect(wasInTime) }
        }
    }

    @Test("a wait that is cancelled throws and leaves nothing behind until its time would have come")
    func cancelled() async throws {
        let deadline = ContinuousClock.now + .seconds(86_400)
        let wait = Task { try await Alarm.wait(until: deadline) }
        while !KernelEvents.shared.deadlines.contains(deadline) { await Task.yield() }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
        #expect(!KernelEvents.shared.deadlines.contains(deadline))
    }

    @Test("a wait for the wall clock ends when that reads the time, at once when it does already, and with its task")
    func wallClock() async throws {
        func reading() -> Int64 {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        }
        let time = reading() + 20
        try await Alarm.wait(untilWallClock: time)
        #expect(reading() >= time)
        try await Alarm.wait(untilWallClock: time)
        let wait = Task { try await Alarm.wait(untilWallClock: time + 86_400_000) }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
        await #expect(throws: SystemError.self) { try await Alarm.wait(untilWallClock: -1_000) }
    }

    @Test("a wait in a task that is cancelled already throws at once")
    func late() async {
        let wait = Task {
            while !Task.isCancelled { await Task.yield() }
            try await Alarm.wait(for: .seconds(86_400))
        }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
    }

    @Test("a child that ends in time leaves no deadline behind")
    func command() async throws {
        let before = ContinuousClock.now + .seconds(40_000)
        let command = ChildCommand("/bin/sh", ["-c", "exit 0"], environment: ["PATH": "/usr/bin:/bin"], timeout: .seconds(50_000))
        _ = try await command.run()
        #expect(!KernelEvents.shared.deadlines.contains { $0 > before && $0 < before + .seconds(20_000) })
    }
}
