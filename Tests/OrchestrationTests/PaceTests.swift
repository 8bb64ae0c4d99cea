import Simulation
import Testing

@testable import Orchestration

/// How fast work lands, and which end comes first.
@Suite("A run's pace")
struct PaceTests {
    private typealias Pace = RunStatus.Pace

    private static let minute: Int64 = 60_000
    private static let start = Timestamp(milliseconds: 1_000_000_000)

    private static func at(_ minutes: Int64) -> Timestamp { start.advanced(byMilliseconds: minutes * minute) }

    /// After an hour of work with a limit of two; tasks have landed at these minutes.
    private static func facts(_ landings: [Int64], open: Int) -> Pace.Facts {
        Pace.Facts(landings: landings.map(at), open: open, worked: 60 * minute, limit: 120 * minute, resumedAt: start)
    }

    private static let now = at(60)

    @Test("what is open is done at the pace of the last quarter of an hour, not at that of the whole run")
    func recent() {
        let pace = Pace(Self.facts([1, 2, 3, 50, 55, 59], open: 4), at: Self.now)
        #expect(pace.landed == 6 && pace.open == 4 && pace.perHour == 6 && pace.recentPerHour == 12)
        #expect(pace.workMilliseconds == 20 * Self.minute && pace.timeMilliseconds == 60 * Self.minute)
        #expect(pace.first == "work" && pace.endsAt == Moment(Self.at(80)))
        #expect(pace.budgetMilliseconds == nil)
    }

    @Test("the time ends first when more is open than it is enough for")
    func time() {
        let pace = Pace(Self.facts([50, 55, 59], open: 40), at: Self.now)
        #expect(pace.workMilliseconds == 200 * Self.minute && pace.first == "time" && pace.endsAt == Moment(Self.at(120)))
    }

    @Test("the tightest ceiling ends the run first when it is reached before, and one that is reached at once")
    func budget() {
        var facts = Self.facts([50, 55, 59], open: 40)
        facts.ceilings = [(spent: 8, most: 10), (spent: 1_000, most: 100_000)]
        let pace = Pace(facts, at: Self.now)
        #expect(pace.budgetMilliseconds == 15 * Self.minute && pace.first == "budget" && pace.endsAt == Moment(Self.at(75)))
        facts.ceilings = [(spent: 11, most: 10)]
        #expect(Pace(facts, at: Self.now).budgetMilliseconds == 0)
        facts.ceilings = [(spent: 0, most: 10)]
        #expect(Pace(facts, at: Self.now).budgetMilliseconds == nil)
    }

    @Test("where nothing has landed lately nobody knows when the work is done, and time or budget still end")
    func stalled() {
        let pace = Pace(Self.facts([1, 2], open: 3), at: Self.now)
        #expect(pace.recentPerHour == 0 && pace.perHour == 2 && pace.workMilliseconds == nil && pace.first == "time")
    }

    @Test("just after a pause the pace is that of the run, for the time in which nobody worked is no stall")
    func resumed() {
        var facts = Self.facts([1, 2], open: 3)
        facts.resumedAt = Self.at(57)
        #expect(Pace(facts, at: Self.now).recentPerHour == 2)
        facts.resumedAt = Self.at(50)
        facts.landings.append(Self.at(55))
        // Since it was taken up: one in ten minutes.
        #expect(Pace(facts, at: Self.now).recentPerHour == 6)
    }

    @Test("nothing is foretold when nobody works or everything is settled")
    func rest() {
        var facts = Self.facts([50, 55, 59], open: 4)
        facts.isAtWork = false
        let standing = Pace(facts, at: Self.now)
        #expect(standing.first == nil && standing.endsAt == nil && standing.workMilliseconds == nil && standing.perHour == 3)
        let done = Pace(Self.facts([50, 55, 59], open: 0), at: Self.now)
        #expect(done.first == nil && done.workMilliseconds == nil && done.timeMilliseconds == 60 * Self.minute)
    }

    @Test("a whole run is told its pace while it works, and none when it has no tasks, stands still or has ended")
    func run() throws {
        let scenario = try Scenario(RunSettings.sample(workers: 2, minutes: 600))
        #expect(RunStatus(run: scenario.run, at: scenario.now).pace == nil)
        try scenario.start()
        try scenario.play { $0.tasks.values.contains { if case .landed = $0.state { true } else { false } } }
        let run = scenario.run
        let pace = try #require(RunStatus(run: run, at: scenario.now).pace)
        #expect(pace.landed == run.tasks.values.count { if case .landed = $0.state { true } else { false } })
        #expect(pace.open == run.tasks.values.count { !$0.state.isSettled } && pace.timeMilliseconds != nil)
        var paused = run
        paused.apply(.suspended("cco pause"), at: scenario.now)
        let standing = try #require(RunStatus(run: paused, at: scenario.now).pace)
        #expect(standing.first == nil && standing.landed == pace.landed)
    }
}
