import Simulation
import Testing

@testable import Orchestration

@Suite("Approvals of people")
struct ApprovalTests {
    private func scenario(_ approve: RunSettings.Approve, workers: Int = 2, _ change: (inout RunSettings) -> Void = { _ in }) throws
        -> Scenario
    {
        let settings = RunSettings.sample(workers: workers, minutes: 600).with {
            $0.approve = approve
            change(&$0)
        }
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { team, run in [.draft("part-of-\(team)-\(run.counters.tasks)")] }
        try scenario.start()
        return scenario
    }

    private func approve(_ id: String, _ scenario: Scenario) throws {
        try scenario.feed(.ordered(Order(id: "approve-\(id)", by: "Ada", wish: .approve(ID(id)))))
    }

    private func reject(_ id: String, _ reason: String, _ scenario: Scenario) throws {
        try scenario.feed(.ordered(Order(id: "reject-\(id)", by: "Ada", wish: .reject(ID(id), reason: reason))))
    }

    /// Approves of everything until the run is over.
    private func approveAll(_ scenario: Scenario) throws {
        for _ in 0..<20 {
            try scenario.play { $0.isEnded || !$0.questions.open.isEmpty }
            guard let open = scenario.run.questions.open.first else { return }
            try approve(open.id.name, scenario)
        }
    }

    @Test("the plan waits for a person, and goes back to the Director with the reason", arguments: [2, 6])
    func plan(workers: Int) throws {
        let scenario = try scenario(.plan, workers: workers)
        try scenario.play { !$0.questions.questions.isEmpty }
        #expect(scenario.run.turns.isEmpty && scenario.run.tasks.keys.isEmpty)
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(status.openQuestions.first?.kind == "plan" && status.openQuestions.first?.plan?.isEmpty == false)
        #expect(status.waiting?.reason == "waits for a person: approval-1" && status.waiting?.until == nil)
        try reject("approval-1", "No new dependencies.", scenario)
        guard case .fixPlan(let problems) = scenario.run.turns.values.first?.brief else {
            Issue.record("the Director is not asked again")
            return
        }
        #expect(problems.count == 1 && problems[0].contains("Ada") && problems[0].contains("No new dependencies."))
        try scenario.play { $0.questions.count == 2 }
        try approve("approval-2", scenario)
        #expect(scenario.run.questions.open.isEmpty)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete) && scenario.run.questions.count == 2)
    }

    @Test("a run whose plan nobody looks at ends when its time is over, and has cost no further turn")
    func unseen() throws {
        let scenario = try scenario(.plan)
        try scenario.play { !$0.questions.questions.isEmpty }
        let turns = scenario.run.ledger.total.turns
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver) && scenario.run.ledger.total.turns == turns)
        #expect(scenario.run.questions.open.isEmpty)
    }

    @Test("a task goes to the base branch when a person has approved of it, and back to its worker with the reason")
    func task() throws {
        let scenario = try scenario(.promotion)
        try scenario.play { !$0.questions.questions.isEmpty }
        #expect(scenario.run.queue.isEmpty && scenario.run.base?.head == scenario.run.startedFrom)
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(status.tasks.first?.why == "waits for a person: approval-1" && status.openQuestions.first?.commit != nil)
        try reject("approval-1", "Name it otherwise.", scenario)
        guard case .rework(_, let instructions) = scenario.run.turns.values.first?.brief else {
            Issue.record("the worker is not asked again")
            return
        }
        #expect(instructions.contains("Ada") && instructions.contains("Name it otherwise."))
        try approveAll(scenario)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.world.holds(scenario.world.base).contains("task-1"))
    }

    @Test("a team's delivery waits for a person after the Director has accepted it")
    func delivery() throws {
        let scenario = try scenario(.promotion, workers: 6)
        try scenario.play { !$0.questions.questions.isEmpty }
        #expect(scenario.run.teams.values.contains { $0.stage == .promoting } && scenario.run.base?.head == scenario.run.startedFrom)
        let question = try #require(scenario.run.questions.open.first)
        try reject(question.id.name, "Not without a changelog.", scenario)
        #expect(scenario.run.teams.values.contains { $0.returned?.contains("Not without a changelog.") == true })
        try approveAll(scenario)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.teams.values.allSatisfy { !$0.undelivered })
    }

    @Test("what goes to the base branch is the commit that was approved, although the team's branch has gone on")
    func approvedCommit() throws {
        let scenario = try scenario(.promotion, workers: 6)
        try scenario.play { !$0.questions.questions.isEmpty }
        let question = try #require(scenario.run.questions.open.first)
        guard case .promotion(.delivery(let team), let head) = question.subject else {
            Issue.record("no delivery: \(question)")
            return
        }
        try approve(question.id.name, scenario)
        let candidate = try #require(scenario.run.queue.first { $0.kind == .delivery(team) && $0.target == .base })
        var later = scenario.run
        later.teams[team]?.head = SimulatedGit.object(7)
        #expect(candidate.newestHead(in: later) == head)
        var unasked = candidate
        unasked.approval = nil
        #expect(unasked.newestHead(in: later) == SimulatedGit.object(7))
    }

    @Test("what is in the base branch's queue when the configuration begins to ask for approvals is asked about", arguments: [2, 6])
    func later(workers: Int) throws {
        let scenario = try scenario(.none, workers: workers)
        func queued() -> [Candidate] { scenario.run.queue.filter { $0.target == .base && $0.kind != .upkeep } }
        try scenario.play { run in run.queue.contains { $0.target == .base && $0.kind != .upkeep && !$0.isPublishing } }
        let held = queued()
        #expect(!held.isEmpty && held.allSatisfy { $0.approval == nil })
        let base = scenario.run.base?.head
        try scenario.crash(settings: scenario.run.settings.with { $0.approve = .promotion })
        #expect(queued().isEmpty)
        let asked = scenario.run.questions.openPromotions.compactMap { question -> Candidate.Kind? in
            if case .promotion(let kind, _) = question.subject { kind } else { nil }
        }
        #expect(held.allSatisfy { asked.contains($0.kind) })
        try scenario.play { $0.turns.isEmpty && $0.effects.isEmpty && !$0.questions.open.isEmpty }
        #expect(scenario.run.base?.head == base, "something went to the base branch unapproved")
        try approveAll(scenario)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.values.allSatisfy { if case .landed = $0.state { true } else { false } })
    }

    @Test("what a person has cancelled cannot be approved or rejected any more, also while the disk is short")
    func cancelled() throws {
        let scenario = try scenario(.promotion)
        try scenario.play { !$0.questions.questions.isEmpty }
        let question = try #require(scenario.run.questions.open.first)
        let task = try #require(question.task)
        try scenario.feed(.diskShort("1 MB free"))
        try scenario.feed(.ordered(Order(id: "cancel", by: "Ada", wish: .cancelTask(task, reason: nil))))
        #expect(scenario.run.tasks[task]?.state.isSettled == true)
        for wish in [Order.Wish.approve(question.id), .reject(question.id, reason: "no")] {
            #expect(scenario.run.objection(to: Order(id: "x", by: "Ada", wish: wish))?.kind == .untimely)
        }
    }

    @Test("a plan that does not fit what has come meanwhile is made, and asked about, anew")
    func planAnew() throws {
        let scenario = try scenario(.plan)
        scenario.hooks.plan = { _, run in run.questions.count == 0 ? [.draft("a", after: ["task-9"])] : [.draft("a")] }
        var run = scenario.run
        run.apply(.planAccepted(ID("team-1"), summary: ""), at: .begin)
        #expect(run.questions.hasPlan)
        #expect(!scenario.run.questions.hasPlan)
        scenario.hooks.plan = { _, _ in [.draft("a")] }
        try scenario.play { !$0.questions.questions.isEmpty }
        try approve("approval-1", scenario)
        #expect(scenario.run.questions.hasPlan)
    }

    @Test("a lead that looks at something else when its plan is rejected gets the reason all the same")
    func busyLead() throws {
        let scenario = try scenario(.plan)
        try scenario.play { !$0.questions.questions.isEmpty }
        let draft = TaskDraft(key: "new", title: "More", description: "d", acceptance: "a", paths: ["more.txt"], dependsOn: nil)
        try scenario.feed(.ordered(Order(id: "add", by: "Ada", wish: .addTask(draft, team: nil))))
        try scenario.play { run in run.turns.values.contains { if case .review = $0.brief { true } else { false } } }
        try reject("approval-1", "No new dependencies.", scenario)
        #expect(scenario.run.messages.values.contains { $0.text.contains("No new dependencies.") })
        try scenario.play { $0.questions.count == 2 }
        let review = scenario.journal.contains { record in
            if case .leadBriefed(_, let pending) = record.event, case .fixPlan = pending.brief { true } else { false }
        }
        #expect(!review, "its review would have swept that away")
        try approve("approval-2", scenario)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("what nobody approves stays off the base branch when the run ends, and is told", arguments: [2, 6])
    func unapproved(workers: Int) throws {
        let scenario = try scenario(.promotion, workers: workers)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver))
        #expect(scenario.run.base?.head == scenario.run.startedFrom && scenario.run.questions.open.isEmpty)
        let reasons =
            workers == 2
            ? scenario.run.tasks.values.map(\.state)
            : scenario.run.teams.values.flatMap { [$0.stage] }.map { stage in
                if case .stuck(let reason) = stage { .failed(reason) } else { .waiting }
            }
        #expect(reasons.contains(.failed("nobody had approved it when the run ended")))
    }

    @Test("with a time of its own silence approves")
    func silence() throws {
        let scenario = try scenario(.promotion) { $0.approvalTimeoutMinutes = 30 }
        try scenario.play { !$0.questions.questions.isEmpty }
        let due = scenario.now.advanced(byMinutes: 30)
        try scenario.play { $0.questions.questions.first?.outcome != .open }
        #expect(scenario.now == due && scenario.run.questions.questions.first?.outcome == .approved(by: nil))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a configuration that no longer asks lets go of what waits, and what waited is not asked for again")
    func settingChanges() throws {
        let scenario = try scenario(.promotion)
        try scenario.play { !$0.questions.questions.isEmpty }
        try scenario.feed(.suspend("cco pause"))
        try scenario.start(scenario.run.settings.with { $0.approve = RunSettings.Approve.none })
        #expect(scenario.run.questions.open.isEmpty && scenario.run.queue.count == 1)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("an approval is given once, an answer is not one, and a rejection needs a reason")
    func objections() throws {
        let scenario = try scenario(.plan)
        try scenario.play { !$0.questions.questions.isEmpty }
        func objection(_ wish: Order.Wish) -> OrderObjection? { scenario.run.objection(to: Order(id: "x", by: "Ada", wish: wish)) }
        #expect(objection(.answer(ID("approval-1"), "yes"))?.remedy.contains("cco approve approval-1") == true)
        #expect(objection(.reject(ID("approval-1"), reason: " "))?.kind == .invalid)
        #expect(objection(.approve(ID("approval-7")))?.known == ["approval-1"])
        try approve("approval-1", scenario)
        #expect(objection(.approve(ID("approval-1")))?.kind == .untimely)
        #expect(objection(.reject(ID("approval-1"), reason: "no"))?.kind == .untimely)
    }
}
