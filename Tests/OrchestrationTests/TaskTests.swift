import Simulation
import Testing

@testable import Orchestration

@Suite("Tasks and reviews")
struct TaskTests {
    private let first: TaskID = ID("task-1")

    private func scenario(_ drafts: [TaskDraft], workers: Int = 2, review: RunSettings.Review = .em) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers).with { $0.review = review })
        scenario.hooks.plan = { _, _ in drafts }
        try scenario.start()
        return scenario
    }

    /// Answers the first review with a verdict; later ones are approved.
    private func review(_ scenario: Scenario, _ verdict: ReviewReport.Verdict, _ instructions: String?) {
        var isFirst = true
        scenario.hooks.turn = { turn, _ in
            guard case .review(let tasks) = turn.brief, isFirst else { return nil }
            isFirst = false
            return .manager(ReviewReport(decisions: tasks.map { .init(task: $0.name, verdict: verdict, instructions: instructions) }))
        }
    }

    @Test("a dependent task waits until what it depends on has landed, and starts from there")
    func dependents() throws {
        let scenario = try scenario([.draft("a"), .draft("b", after: ["a"])])
        try scenario.play { $0.tasks[first]?.state == .approved }
        #expect(scenario.run.tasks[ID("task-2")]?.state == .waiting)
        try scenario.play { $0.tasks[ID("task-2")]?.state == .assigned }
        #expect(scenario.run.tasks[first]?.state.word == "landed")
        #expect(scenario.run.tasks[ID("task-2")]?.base == scenario.run.base?.head)
        #expect(scenario.world.holds(scenario.run.tasks[ID("task-2")]?.base) == ["task-1"])
    }

    @Test("a worker starts from the newest head of its team")
    func newestHead() throws {
        let scenario = try scenario([.draft("a"), .draft("b"), .draft("c")], workers: 1)
        scenario.hooks.duration = { effect, run in
            if case .runTurn(let turn) = effect, run.turns[turn]?.role == .worker { 300_000 } else { 1000 }
        }
        var starts: [ObjectID] = []
        while try scenario.step() {
            for case .turnStarted(let turn) in scenario.journal.filter({ $0.time == scenario.now }).map(\.event) where turn.role == .worker
            {
                if starts.last != turn.startPoint { starts.append(turn.startPoint) }
                if case .work = turn.brief { #expect(turn.startPoint == scenario.run.base?.head) }
            }
        }
        #expect(starts.count > 1)
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a dropped task takes everything that depends on it with it")
    func droppedDependents() throws {
        let scenario = try scenario([.draft("a"), .draft("b", after: ["a"]), .draft("c", after: ["b"]), .draft("d")], workers: 1)
        review(scenario, .drop, "not needed")
        try scenario.playOut()
        let states = (1...4).map { scenario.run.tasks[ID("task", $0)]?.state }
        #expect(states[0] == .dropped("not needed"))
        #expect(states[1] == .dropped("depends on task-1, which did not land"))
        #expect(states[2] == .dropped("depends on task-2, which did not land"))
        #expect(states[3]?.word == "landed")
        #expect(!scenario.journal.contains { if case .turnStarted(let turn) = $0.event { turn.task == ID("task-2") } else { false } })
    }

    @Test("changes that the lead wants go to the same worker in the same session")
    func rework() throws {
        let scenario = try scenario([.draft("a")])
        review(scenario, .rework, "name it better")
        try scenario.play { $0.tasks[first]?.reworks == 1 }
        let turn = try #require(scenario.run.turns.values.first { $0.task == first })
        let start = try #require(
            scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task == first { turn } else { nil } }.first)
        #expect(turn.brief == .rework(first, instructions: "name it better"))
        #expect(turn.session == start.session && turn.agent == start.agent && turn.resumes && !turn.carriesOn)
        try scenario.playOut()
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("without reviews a finished task goes to the queue at once")
    func noReview() throws {
        let scenario = try scenario([.draft("a")], review: .none)
        try scenario.playOut()
        #expect(scenario.run.tasks[first]?.state.word == "landed")
        #expect(!scenario.journal.contains { if case .turnStarted(let turn) = $0.event, case .review = turn.brief { true } else { false } })
    }

    @Test("a worker that reports done without a commit is asked once, then believed", arguments: [RunSettings.Review.em, .none])
    func noCommit(review: RunSettings.Review) throws {
        let scenario = try scenario([.draft("a")], review: review)
        scenario.hooks.turn = { turn, run in
            turn.task == nil ? nil : .worker(.init(status: .done, summary: "nothing to do"), head: turn.startPoint, changed: false)
        }
        try scenario.playOut()
        let briefs = scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task != nil { turn.brief } else { nil } }
        #expect(briefs.count == 2)
        guard case .finish = briefs.last else { throw scenario.failure("not asked to finish", []) }
        #expect(scenario.run.tasks[first]?.state == .unneeded)
    }

    @Test("an outage of the provider before it does not make cco believe a missing commit")
    func noCommitAfterOutage() throws {
        let scenario = try scenario([.draft("a")])
        var turns = 0
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil else { return nil }
            turns += 1
            if turns == 1 { return .broken(.provider("overloaded")) }
            return turns == 2 ? .worker(.init(status: .done, summary: "done"), head: turn.startPoint, changed: false) : nil
        }
        try scenario.playOut()
        #expect(turns == 3)
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("a blocked task is judged by the lead, or given up where nobody reviews", arguments: [RunSettings.Review.em, .none])
    func blocked(review: RunSettings.Review) throws {
        let scenario = try scenario([.draft("a")], review: review)
        scenario.hooks.turn = { turn, _ in turn.task == nil ? nil : .worker(.init(status: .blocked, summary: "no access"), head: nil) }
        try scenario.playOut()
        #expect(scenario.run.tasks[first]?.state == (review == .em ? .dropped("blocked: no access") : .failed("blocked: no access")))
    }

    @Test("a worker without a report is told why twice, then another one begins anew from its commits, then the task is given up")
    func silentWorkers() throws {
        let scenario = try scenario([.draft("a")])
        scenario.hooks.turn = { turn, _ in turn.task == nil ? nil : .broken(.silent, head: SimulatedGit.object(0x5a7e)) }
        try scenario.playOut()
        let turns = scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task != nil { turn } else { nil } }
        #expect(turns.map(\.agent.name) == ["worker-1", "worker-1", "worker-1", "worker-2", "worker-2", "worker-2"])
        #expect(Set(turns.map(\.session)).count == 2)
        #expect(turns[3].brief == .work(first) && turns[3].startPoint == SimulatedGit.object(0x5a7e) && !turns[3].resumes)
        guard case .failed = scenario.run.tasks[first]?.state else { throw scenario.failure("not failed", []) }
    }

    @Test("a turn that finishes what another was for is booked as that one, and so is one that goes on after a question")
    func purpose() throws {
        #expect(Brief.finish(first, reason: "").purpose == .work && Brief.finish(first, reason: "", of: .conflict).purpose == .conflict)
        #expect(Brief.proceed(first, reason: "", of: .gateFix).purpose == .gateFix)
        let scenario = try scenario([.draft("a")])
        review(scenario, .rework, "name it better")
        let verdict = scenario.hooks.turn
        var isSilent = false
        scenario.hooks.turn = { turn, run in
            guard case .rework = turn.brief, !isSilent else { return verdict?(turn, run) }
            isSilent = true
            return .broken(.silent)
        }
        try scenario.play { $0.turns.values.contains { if case .finish = $0.brief { true } else { false } } }
        #expect(scenario.run.turns.values.first?.brief.purpose == .rework)
    }

    @Test("work that breaks a rule goes back with the reason")
    func objection() throws {
        let scenario = try scenario([.draft("a")])
        var isFirst = true
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil, isFirst else { return nil }
            isFirst = false
            return .worker(.init(status: .done, summary: "done"), head: SimulatedGit.object(0xbad), objection: "a secret in config.json")
        }
        try scenario.play { $0.turns.values.contains { if case .finish = $0.brief { true } else { false } } }
        #expect(scenario.run.turns.values.first?.brief == .finish(first, reason: "a secret in config.json", of: .rework))
        try scenario.playOut()
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }
}
