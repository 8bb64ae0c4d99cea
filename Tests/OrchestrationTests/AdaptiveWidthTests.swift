import Simulation
import Testing

@testable import Orchestration

@Suite("How many workers begin")
struct AdaptiveWidthTests {
    private func scenario(_ settings: RunSettings, tasks: Int) throws -> Scenario {
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in (1...tasks).map { .draft("t\($0)") } }
        try scenario.start()
        return scenario
    }

    private func settings(workers: Int, _ change: (inout RunSettings) -> Void = { _ in }) -> RunSettings {
        var settings = RunSettings.sample(workers: workers)
        settings.engineerManagerGroupSize = workers
        change(&settings)
        return settings
    }

    private func run(_ struck: Int, _ landed: Int, workers: Int = 16, width: AdaptiveWidth = AdaptiveWidth()) -> Run {
        var run = Run(id: ID("run-1"), settings: settings(workers: workers), seed: 1, at: .begin)
        run.width = width
        for _ in 0..<struck { run.conflictRate.note(isStruck: true) }
        for _ in 0..<landed { run.conflictRate.note(isStruck: false) }
        return run
    }

    private func limit(_ run: Run) -> Int? { run.width.adapted(to: run, at: .begin).conflictLimit }

    @Test("three conflicts on each landed change let a quarter fewer begin, and never fewer than two fifths, nor two")
    func fewer() {
        #expect(limit(run(24, 8)) == 12)
        #expect(limit(run(23, 9)) == nil, "less than three")
        #expect(limit(run(24, 7)) == nil, "too few to say: much of it was begun with others")
        var width = AdaptiveWidth()
        width.conflictLimit = 8
        #expect(limit(run(24, 1, width: width)) == 7, "two fifths of 16, rounded up")
        width.conflictLimit = 7
        #expect(limit(run(24, 1, width: width)) == 7)
        width.conflictLimit = 3
        #expect(limit(run(24, 1, width: width)) == 3, "an earlier version's limit is no reason to let more begin")
        #expect(limit(run(8, 1, workers: 3)) == 2)
        #expect(limit(run(8, 1, workers: 2)) == nil)
        #expect(limit(run(8, 1, workers: 1)) == nil)
    }

    @Test("what a person lets work is what two fifths are counted of")
    func fewerOfCeiling() {
        var run = run(24, 2)
        run.apply(.settingChanged(.workers(5)), at: .begin)
        #expect(run.workerCeiling == 5 && limit(run) == 3)
        var width = AdaptiveWidth()
        width.conflictLimit = 2
        run.width = width
        #expect(limit(run) == 2)
    }

    @Test("few conflicts let more begin again, until all may; in between nothing changes")
    func more() {
        var width = AdaptiveWidth()
        width.conflictLimit = 12
        #expect(limit(run(6, 20, width: width)) == 15)
        #expect(limit(run(18, 9, width: width)) == 12)
        width.conflictLimit = 15
        #expect(limit(run(0, 30, width: width)) == nil)
    }

    @Test("a change of the limit begins a new count, and old experience fades")
    func counts() {
        var run = run(8, 4)
        var width = AdaptiveWidth()
        width.conflictLimit = 12
        run.apply(.widthChanged(width), at: .begin)
        #expect(run.conflictRate.judged == 0)
        run.conflictRate.note(isStruck: true)
        width.memoryLeft = 100
        run.apply(.widthChanged(width), at: .begin)
        #expect(run.conflictRate.judged == 1, "only conflicts say how many conflicts leave room for")
        for _ in 0..<300 { run.conflictRate.note(isStruck: false) }
        #expect(run.conflictRate.judged < 128)
    }

    @Test("little memory leaves one, twice as much lets all begin again; the same again is no news")
    func memory() throws {
        let none = AdaptiveWidth()
        let short = none.adapted(availableMiB: 500, totalMiB: 4000)
        #expect(short.most(of: 20) == 1 && short.reason(of: 20) == "the machine had only 500 MiB of memory left")
        #expect(short.adapted(availableMiB: 400, totalMiB: 4000) == short && short.adapted(availableMiB: 1199, totalMiB: 4000) == short)
        #expect(short.adapted(availableMiB: 1200, totalMiB: 4000) == none)
        #expect(none.adapted(availableMiB: 601, totalMiB: 4000) == none)
        #expect(short.adapted(availableMiB: 799, totalMiB: 1000) == short && short.adapted(availableMiB: 800, totalMiB: 1000) == none)
        #expect(none.adapted(availableMiB: 3000, totalMiB: 64_000).memoryLeft == 3000, "a twentieth of a large machine")
    }

    @Test("with little memory one works at a time, what has been begun goes on, and the run says why")
    func memoryInRun() throws {
        let scenario = try scenario(settings(workers: 3), tasks: 6)
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 3 }
        try scenario.feed(.memorySeen(availableMiB: 100, totalMiB: 4000))
        #expect(scenario.run.turns.values.allSatisfy { $0.stopCause == nil })
        #expect(try scenario.feed(.memorySeen(availableMiB: 90, totalMiB: 4000)).isEmpty)
        let status = try #require(RunStatus(run: scenario.run, at: scenario.now).width)
        #expect(status == .init(busy: 3, atOnce: 1, workers: 3, reason: "the machine had only 100 MiB of memory left"))
        try scenario.play { run in run.tasks.values.count { $0.state == .waiting } < 3 }
        var most = 0
        try scenario.play { run in
            most = max(most, run.turns.values.count { $0.role == .worker })
            return run.tasks.values.count { $0.state.word == "landed" } == 5
        }
        #expect(most == 1)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("approved work that waits for many gates keeps new work back until the gate has caught up")
    func gate() throws {
        let scenario = try scenario(settings(workers: 2) { $0.review = .none }, tasks: 12)
        var gates = 0
        scenario.hooks.duration = { effect, _ in
            switch effect {
            case .gate:
                gates += 1
                return gates < 3 ? 60_000 : 6_000_000
            default: return effect.usualDuration
            }
        }
        try scenario.play(within: 20_000) { $0.width.isGateBehind }
        let begun = scenario.run.tasks.values.count { $0.worker != nil }
        #expect(scenario.run.workersAtOnce == 1)
        try scenario.play(within: 20_000) { !$0.width.isGateBehind }
        #expect(scenario.run.tasks.values.count { $0.worker != nil } <= begun + 2)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("switched off, nothing changes the number, and what was noted is forgotten at the next start")
    func off() throws {
        let fixed = settings(workers: 3) { $0.adaptiveWidth = false }
        let scenario = try scenario(fixed, tasks: 3)
        try scenario.feed(.memorySeen(availableMiB: 1, totalMiB: 4000))
        #expect(scenario.run.workersAtOnce == 3 && scenario.run.width == AdaptiveWidth())
        var run = run(0, 0, workers: 3)
        run.width.isGateBehind = true
        run.apply(.engineStarted(fixed), at: .begin)
        #expect(run.width == AdaptiveWidth())
    }

    @Test("where not all may work, teams take turns")
    func fairness() throws {
        var settings = RunSettings.sample(workers: 4)
        settings.engineerManagerGroupSize = 2
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in [.draft("a"), .draft("b"), .draft("c")] }
        try scenario.start()
        try scenario.feed(
            .ordered(Order(id: "o1", by: "tester", wish: .set(.workers(2)))))
        try scenario.playOut()
        let begun = scenario.journal.compactMap { record -> TeamID? in
            if case .turnStarted(let turn) = record.event, case .work = turn.brief { turn.team } else { nil }
        }
        #expect(begun.count == 6 && Set(begun.prefix(3)).count == 2, "\(begun)")
    }
}

@Suite("Managers are asked once about what comes close together")
struct GatheringTests {
    private func reviews(_ scenario: Scenario) -> [[TaskID]] {
        scenario.journal.compactMap { record in
            if case .turnStarted(let turn) = record.event, case .review(let tasks) = turn.brief { tasks } else { nil }
        }
    }

    private func scenario(_ workers: Int, _ drafts: [TaskDraft], seconds: [Int64]) throws -> Scenario {
        var settings = RunSettings.sample(workers: workers)
        settings.engineerManagerGroupSize = workers
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in drafts }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let task = run.turns[id]?.task else { return effect.usualDuration }
            return seconds[(Int(task.name.dropFirst("task-".count)) ?? 1) - 1] * 1000
        }
        try scenario.start()
        return scenario
    }

    @Test("work that is handed in a moment later is reviewed in the same turn")
    func together() throws {
        let scenario = try scenario(3, [.draft("a"), .draft("b"), .draft("c")], seconds: [400, 401, 402])
        try scenario.playOut()
        // The first is not waited for longer than a quarter of what a turn takes.
        #expect(reviews(scenario) == [[ID("task-1"), ID("task-2"), ID("task-3")]])
    }

    @Test("nothing waits longer than its bound, nor where somebody needs it, nor where nobody else is at work")
    func notForLong() throws {
        let late = try scenario(3, [.draft("a"), .draft("b"), .draft("c")], seconds: [400, 1200, 2400])
        try late.playOut()
        #expect(reviews(late).map(\.count) == [1, 1, 1])
        let needed = try scenario(3, [.draft("a"), .draft("b"), .draft("c", after: ["a"])], seconds: [400, 401, 100])
        try needed.playOut()
        #expect(reviews(needed).first == [ID("task-1")])
        // Two could hand in, and only one has something to do.
        let alone = try scenario(2, [.draft("a")], seconds: [400])
        try alone.play { $0.tasks.values.contains { $0.state == .submitted } }
        #expect(alone.run.turns.values.contains { if case .review = $0.brief { true } else { false } })
    }

    @Test("a manager's conversation ends with another kind of question, and goes on with a plan that is to be mended")
    func sessions() throws {
        var session = Session(id: "s")
        let run = Run(id: ID("run-1"), settings: .sample(), seed: 1, at: .begin)
        session.purpose = .plan
        #expect(run.whyNotContinued(session, with: .planTasks) == nil)
        #expect(run.whyNotContinued(session, with: .review([])) != nil)
        session.purpose = .coordinate
        #expect(run.whyNotContinued(session, with: .assess) == nil)
        #expect(run.whyNotContinued(session, with: .fixPlan(problems: [])) == nil)
        session.requestTokens = 15_001
        #expect(run.whyNotContinued(session, with: .assess) != nil)
        #expect(run.whyNotContinued(session, with: .fixPlan(problems: [])) == nil)
        session.requestTokens = 15_000
        #expect(run.whyNotContinued(session, with: .assess) == nil)
        session.turns = 24
        #expect(run.whyNotContinued(session, with: .assess) != nil)
    }

    @Test("the Director decides about deliveries of several teams in one turn")
    func deliveries() throws {
        var settings = RunSettings.sample(workers: 4)
        settings.engineerManagerGroupSize = 2
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in [.draft("a")] }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            // The second team, whose gate came second, still judges its result when the first one's delivery is there.
            return turn.task == nil ? 20_000 : 600_000
        }
        try scenario.start()
        try scenario.play { run in run.turns.values.contains { $0.brief == .decide } }
        #expect(scenario.run.teams.values.allSatisfy { $0.stage == .offered }, "it is asked about one of them")
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("what people have ordered is known to a fresh session: a manager's of itself, a worker's of its task")
    func repeated() throws {
        let scenario = try Scenario(.sample(workers: 1))
        let long = String(repeating: "x", count: 2_000)
        scenario.hooks.plan = { _, _ in [.draft("a"), .draft("b")] }
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.role == .director } }
        func tell(_ agent: String, _ text: String, _ number: Int) throws {
            try scenario.feed(.ordered(Order(id: "o\(number)", by: "Ada", wish: .tell(ID(agent), text, interrupts: false))))
            guard let message = scenario.run.messages[ID("message", number)], let turn = message.turn else { return }
            try scenario.feed(.messageReceived(turn, uuid: message.uuid, .delivered))
        }
        try tell("director", long, 1)
        try scenario.play { $0.turns.values.contains { $0.role == .worker } }
        try tell("worker-1", "mind the style", 2)
        let work = try #require(scenario.run.turns.values.first { $0.role == .worker })
        #expect(scenario.run.mail.repeated(to: work).map(\.text) == ["mind the style"])
        try scenario.play { $0.turns.values.contains { if case .review = $0.brief { true } else { false } } }
        let review = try #require(scenario.run.turns.values.first { $0.role == .director })
        #expect(!review.resumes && scenario.run.mail.repeated(to: review).map(\.text) == [long], "all of it, since no report has named it")
        try scenario.play { $0.turns.values.contains { $0.role == .worker && $0.task != work.task } }
        let other = try #require(scenario.run.turns.values.first { $0.role == .worker })
        #expect(scenario.run.mail.repeated(to: other).isEmpty)
        try scenario.playOut()
    }
}
