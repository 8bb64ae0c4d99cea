import Simulation
import Testing

@testable import Orchestration

@Suite("A credential that is slowed down")
struct ThrottleTests {
    private let start = Timestamp.begin

    @Test("a slowdown halves the turns at once, never below one", arguments: [(20, 10), (7, 3), (2, 1), (1, 1), (0, 1)])
    func halves(active: Int, width: Int) {
        #expect(Throttle(.rateLimit, active: active, at: start).width(at: start) == width)
    }

    @Test("each quiet minute adds one, until it carries what it carried before")
    func grows() {
        let throttle = Throttle(.rateLimit, active: 6, at: start)
        let widths = [0, 59, 60, 119, 120, 180, 100_000].map { throttle.width(at: start.advanced(bySeconds: $0)) }
        #expect(widths == [3, 3, 4, 4, 5, nil, nil])
        #expect(throttle.nextGrowth(after: start) == start.advanced(bySeconds: 60))
        #expect(throttle.nextGrowth(after: start.advanced(bySeconds: 60)) == start.advanced(bySeconds: 120))
    }

    @Test("a turn that succeeds adds one as well")
    func success() {
        var throttle = Throttle(.overloaded, active: 10, at: start)
        throttle.successes = 3
        #expect(throttle.width(at: start) == 8)
        throttle.successes = 5
        #expect(throttle.width(at: start) == nil)
    }

    @Test("slowdowns of the same moment are one; a later one halves again")
    func again() throws {
        let throttle = Throttle(.rateLimit, active: 16, at: start)
        #expect(throttle.slowed(.rateLimit, active: 16, at: start.advanced(bySeconds: 29)) == nil)
        let second = try #require(throttle.slowed(.overloaded, active: 16, at: start.advanced(bySeconds: 30)))
        #expect(second.width == 4 && second.cause == .overloaded && second.ceiling == 16)
        let third = try #require(second.slowed(.rateLimit, active: 2, at: start.advanced(bySeconds: 70)))
        #expect(third.width == 1)
        let fourth = try #require(third.slowed(.rateLimit, active: 1, at: start.advanced(bySeconds: 110)))
        #expect(fourth.width == 1, "never below one")
    }

    @Test("one that is over counts from what is carried then")
    func over() throws {
        let throttle = Throttle(.rateLimit, active: 4, at: start)
        let later = start.advanced(byMinutes: 30)
        #expect(try #require(throttle.slowed(.rateLimit, active: 12, at: later)) == Throttle(.rateLimit, active: 12, at: later))
    }

    @Test("a clock that is set back neither widens it nor keeps it for ever")
    func clock() {
        let throttle = Throttle(.rateLimit, active: 8, at: start)
        #expect(throttle.width(at: start.advanced(byMinutes: -600)) == 4)
        var credential = Credential(slot: .slot("key-1"))
        credential.throttle = throttle
        credential.lastStart = start
        let earlier = start.advanced(byMinutes: -600)
        let next = credential.takenUp(as: .slot("key-1"), at: earlier)
        #expect(next.throttle?.since == earlier)
        #expect(next.lastStart == nil)
    }

    private func window(_ name: String, _ share: Double, resets minutes: Int?, seen: Timestamp? = nil) -> UsageWindow {
        UsageWindow(
            name: name, utilization: share, resetsAt: minutes.map { start.advanced(byMinutes: $0) }, seenAt: seen ?? start)
    }

    @Test(
        "what is kept back grows with the share that is used, later for a week's window",
        arguments: [
            ("five_hour", 0.79, UsageReserve.Restriction.none), ("five_hour", 0.8, .narrow), ("five_hour", 0.9, .noNewWork),
            ("five_hour", 0.97, .integrationOnly), ("five_hour", 1.2, .integrationOnly), ("unheard_of", 0.9, .noNewWork),
            ("seven_day", 0.9, .none), ("seven_day", 0.92, .narrow), ("seven_day_opus", 0.96, .noNewWork),
            ("seven_day", 0.99, .integrationOnly),
        ])
    func reserve(name: String, share: Double, kind: UsageReserve.Restriction) {
        var credential = Credential(slot: .slot("cli-login"))
        credential.windows = [window(name, share, resets: 60), window("other", 0.1, resets: 60)]
        #expect(credential.restriction(at: start)?.kind ?? .none == kind)
        #expect(credential.restriction(at: start.advanced(byMinutes: 60)) == nil, "the window has begun anew")
    }

    @Test("of one window only what is more, or a new beginning, is news; a reset that cannot be is not believed")
    func news() {
        let known = window("five_hour", 0.82, resets: 100)
        #expect(window("five_hour", 0.83, resets: 100).isNews(after: known))
        #expect(!window("five_hour", 0.825, resets: 100).isNews(after: known))
        #expect(!window("five_hour", 0.81, resets: 101).isNews(after: known), "answers come out of order")
        #expect(window("five_hour", 0.01, resets: 400).isNews(after: known))
        let later = start.advanced(byMinutes: 100)
        #expect(window("five_hour", 0.02, resets: 400, seen: later).isNews(after: known))
        #expect(window("five_hour", 0.9, resets: nil).until == start.advanced(byMinutes: 60))
        #expect(window("five_hour", 0.9, resets: -5).until == start.advanced(byMinutes: 60))
        #expect(window("five_hour", 0.9, resets: 60 * 24 * 365).until == start.advanced(byMinutes: 60))
        #expect(window(String(repeating: "x", count: 4000), 1e300, resets: 5).name.count == 40)
    }

    @Test("an exhaustion rests until its reset; one that is over, or absurdly far, or unknown, is waited out with a growing pause")
    func nextTry() {
        var credential = Credential(slot: .slot("key-1"))
        let reset = start.advanced(byMinutes: 50)
        func pause(_ reset: Timestamp?) -> Int64 {
            credential.nextTry(resetsAt: reset, after: credential.faults, at: start).milliseconds(since: start) / 1000
        }
        #expect(pause(reset) == 3000)
        #expect(pause(start) == 30 && pause(start.advanced(byMinutes: -600)) == 30 && pause(nil) == 30)
        #expect(pause(start.advanced(byMinutes: 60 * 24 * 9)) == 30)
        credential.faults = 3
        #expect(pause(start) == 240)
        #expect(pause(start.advanced(bySeconds: 1)) == 240, "a reset that comes again and again is no hot loop")
        #expect(pause(reset) == 3000)
        credential.faults = 500
        #expect(pause(nil) == 900)
    }

    @Test("a clock that is set back between two engines leaves what was left of a rest")
    func benchAndClock() {
        var credential = Credential(slot: .slot("key-1"))
        credential.benchedAt = start
        credential.benchedUntil = start.advanced(byMinutes: 10)
        credential.windows = [window("five_hour", 0.9, resets: 100)]
        let back = start.advanced(byMinutes: -60 * 24)
        let next = credential.takenUp(as: .slot("key-1"), at: back)
        #expect(next.benchedUntil == back.advanced(byMinutes: 10))
        #expect(next.windows[0].until == back.advanced(byMinutes: 100))
        let forward = credential.takenUp(as: .slot("key-1"), at: start.advanced(byMinutes: 5))
        #expect(forward.benchedUntil == start.advanced(byMinutes: 10))
        #expect(credential.takenUp(as: .slot("key-1"), at: start.advanced(byMinutes: 600)).isUsable(at: start.advanced(byMinutes: 600)))
    }
}
