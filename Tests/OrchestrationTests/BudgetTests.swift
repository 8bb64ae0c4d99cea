import Simulation
import Testing

@testable import Orchestration

@Suite("Budgets")
struct BudgetTests {
    /// A company whose turns all cost the same, and whose team has this many tasks.
    private func scenario(
        workers: Int = 2, tasks: Int = 6, costUsd: Double, tokens: Int = 1000, _ change: (inout RunSettings) -> Void
    ) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers).with(change))
        let plan: (TeamID, Run) -> [TaskDraft] = { team, run in
            run.tasks.values.contains { $0.team == team } ? [] : (1...tasks).map { .draft("\(team)-\($0)") }
        }
        scenario.hooks.plan = plan
        scenario.hooks.turn = { [unowned scenario] turn, run in
            var outcome = IdealAgent(turn: turn, run: run, plan: plan).outcome(in: &scenario.world)
            outcome.account.turnCostUsd = costUsd
            outcome.account.usage = TokenUsage(cacheRead: tokens)
            return outcome
        }
        try scenario.start()
        return scenario
    }

    private func warnings(_ scenario: Scenario) -> [SpendingWarning] {
        scenario.journal.compactMap { if case .spendingWarned(let warning) = $0.event { warning } else { nil } }
    }

    private func started(_ scenario: Scenario) -> [Turn] {
        scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event { turn } else { nil } }
    }

    @Test("turns side by side may together take no more than is left, and the run ends with what is approved integrated")
    func sideBySide() throws {
        let scenario = try scenario(workers: 4, tasks: 30, costUsd: 0.3) { $0.maxBudgetUsd = 5 }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.budgetOver))
        #expect(scenario.run.ledger.total.costUsd <= 5)
        #expect(scenario.run.ledger.total.costUsd > 4)
        let tasks = scenario.run.tasks.values
        #expect(!tasks.contains { $0.state == .submitted || $0.state == .approved }, "what was handed in is reviewed and merged")
        #expect(tasks.contains { if case .landed = $0.state { true } else { false } })
        #expect(started(scenario).allSatisfy { ($0.budgetUsd ?? 0) > 0 })
    }

    @Test("what is in the queue when a turn passes the run's ceiling is still integrated")
    func queued() throws {
        let scenario = try scenario(workers: 2, tasks: 6, costUsd: 0.1) { $0.maxBudgetUsd = 4 }
        let hook = scenario.hooks.turn
        scenario.hooks.duration = { effect, _ in if case .gate = effect { 3_000_000 } else { effect.usualDuration } }
        var queued: Set<TaskID> = []
        scenario.hooks.turn = { turn, run in
            var outcome = hook?(turn, run)
            let waiting = run.queue.compactMap { candidate -> TaskID? in if case .task(let id) = candidate.kind { id } else { nil } }
            if !waiting.isEmpty {
                outcome?.account.turnCostUsd = 10
                queued.formUnion(waiting)
            }
            return outcome
        }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.budgetOver) && !queued.isEmpty)
        #expect(queued.allSatisfy { if case .landed = scenario.run.tasks[$0]?.state { true } else { false } })
    }

    @Test("nothing is begun with less than it usually takes: what is left is for what has been begun")
    func tooLittle() throws {
        let scenario = try scenario(workers: 1, tasks: 30, costUsd: 0.3) {
            $0.maxBudgetUsd = 4
            $0.limits.keptBack = 0
        }
        var left: [Double] = []
        try scenario.play { run in
            for turn in run.turns.values where turn.brief == turn.task.map(Brief.work) { left.append(4 - run.ledger.total.costUsd) }
            return run.isEnded
        }
        #expect(scenario.run.phase == .ended(.budgetOver))
        #expect(try #require(left.min()) >= 0.3 - 1e-9)
        #expect(!scenario.run.tasks.values.contains { $0.state == .submitted || $0.state == .approved })
    }

    @Test("no new work takes what is kept back: only what has been begun is finished with it")
    func reserve() throws {
        let scenario = try scenario(workers: 1, tasks: 30, costUsd: 0.2) {
            $0.maxBudgetUsd = 4
            $0.limits.keptBack = 0.5
        }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.budgetOver))
        var spent = 0.0
        for record in scenario.journal {
            if case .turnEnded = record.event { spent += 0.2 }
            if case .turnStarted(let turn) = record.event, case .work = turn.brief { #expect(spent < 2) }
        }
        #expect(!scenario.run.tasks.values.contains { $0.state == .submitted })
    }

    @Test(
        "a task that came back is finished with the reserve although another, for which there is no money, is first in its worker's hands")
    func laterTaskFirst() throws {
        let scenario = try scenario(workers: 1, tasks: 2, costUsd: 0.5) {
            $0.maxBudgetUsd = 4
            $0.limits.keptBack = 0.8
        }
        try scenario.play { $0.tasks[ID("task", 1)]?.state.word == "in review" }
        let worker: AgentID = ID("worker", 1)
        // Both are in its hands: one that nobody has begun, and one that came back.
        var run = scenario.run
        run.apply(.taskBriefed(ID("task", 2), worker: worker, Pending(.work(ID("task", 2)))), at: scenario.now)
        let agent = try #require(run.agents[worker])
        // A review is under way, and what it does not take comes back.
        #expect(run.funds(for: .work(ID("task", 2)), of: agent) == .held(.run))
        run.turns = [:]
        #expect(run.funds(for: .work(ID("task", 2)), of: agent) == .keptBack(.run))
        #expect(run.funds(for: .rework(ID("task", 1), instructions: ""), of: agent).refusal == nil)
    }

    @Test("each part of a ceiling is told once: 50, 80 and 95 percent")
    func warned() throws {
        let scenario = try scenario(workers: 1, tasks: 60, costUsd: 0.1) {
            $0.maxBudgetUsd = 4
            $0.limits.keptBack = 0
            $0.limits.run.tokens = 1_000_000
        }
        try scenario.playOut()
        #expect(warnings(scenario).map(\.percent) == [50, 80, 95])
        #expect(warnings(scenario).allSatisfy { $0.scope == .run && $0.measure == .usd && $0.ceiling == 4 })
    }

    @Test("a budget that a person sets on the live run is told of at once where much of it is gone, and once")
    func set() throws {
        let scenario = try scenario(workers: 1, tasks: 20, costUsd: 0.1) { $0.maxBudgetUsd = 100 }
        try scenario.play { $0.ledger.total.costUsd > 0.45 }
        func set(_ dollars: Double, _ id: String) throws {
            try scenario.feed(.ordered(Order(id: id, by: "Ada", wish: .set(.budget(dollars)))))
        }
        try set(0.6, "1")
        #expect(warnings(scenario).map(\.percent) == [80])
        try set(0.6, "2")
        try set(200, "3")
        #expect(warnings(scenario).map(\.percent) == [80])
    }

    @Test("turns under way that might take more than a lowered budget leaves are stopped, and go on in their sessions with what there is")
    func boundTurns() throws {
        let scenario = try scenario(workers: 2, tasks: 4, costUsd: 0.1) { $0.maxBudgetUsd = 100 }
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 2 }
        let sessions = Set(scenario.run.turns.values.map(\.session))
        try scenario.feed(.ordered(Order(id: "1", by: "Ada", wish: .set(.budget(3)))))
        #expect(scenario.run.turns.count == 2 && scenario.run.turns.values.allSatisfy { $0.stopCause == .budgetLowered })
        try scenario.play { $0.turns.count == 2 && $0.turns.values.allSatisfy { $0.stopCause == nil } }
        #expect(Set(scenario.run.turns.values.map(\.session)) == sessions)
        let held = scenario.run.held(in: .run, .usd)
        #expect(held > 0 && scenario.run.spent(by: .run, .usd) + held <= 3)
        // One that leaves enough stops nobody.
        try scenario.feed(.ordered(Order(id: "2", by: "Ada", wish: .set(.budget(4)))))
        #expect(scenario.run.turns.values.allSatisfy { $0.stopCause == nil })
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete) && !scenario.run.tasks.values.contains { $0.attempts > 1 })
    }

    @Test(
        "agents that outlive their engine are stopped by the next one where they may take more than a ceiling leaves that was lowered meanwhile",
        arguments: [SpendingScope.run, .team(ID("team", 1)), .task(ID("task", 1))], SpendingMeasure.allCases)
    func boundByConfiguration(_ scope: SpendingScope, _ measure: SpendingMeasure) throws {
        let scenario = try scenario(workers: 2, tasks: 4, costUsd: 0.1, tokens: 1000) { $0.limits.turn = .init(usd: 50, tokens: 500_000) }
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 2 }
        let sessions = Set(scenario.run.turns.values.map(\.session))
        try scenario.crash(
            settings: scenario.run.settings.with {
                let ceiling = measure == .usd ? SpendingLimits.Ceiling(usd: 3) : .init(tokens: 30_000)
                switch scope {
                case .run: $0.limits.run = ceiling
                case .team: $0.limits.team = ceiling
                default: $0.limits.task = ceiling
                }
            })
        #expect(scenario.run.turns.count == 2 && scenario.run.turns.values.allSatisfy { $0.stopCause == .budgetLowered })
        try scenario.play { $0.turns.count == 2 && $0.turns.values.allSatisfy { $0.stopCause == nil } }
        #expect(Set(scenario.run.turns.values.map(\.session)) == sessions)
        // Another engine finds nothing lowered.
        try scenario.crash(settings: scenario.run.settings)
        #expect(scenario.run.turns.values.allSatisfy { $0.stopCause == nil })
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete) && !scenario.run.tasks.values.contains { $0.attempts > 1 })
    }

    @Test("a turn whose program does not keep its money is stopped, and its session is told to finish")
    func moneyOfATurn() throws {
        let scenario = try scenario(workers: 1, tasks: 1, costUsd: 0.1) { $0.limits.turn.usd = 0.5 }
        try scenario.play { $0.turns.values.contains { $0.task == ID("task", 1) } }
        let turn = try #require(scenario.run.turns.values.first)
        try scenario.feed(.turnTookAll(turn.id, .usd))
        #expect(scenario.run.turns[turn.id]?.stopCause == .moneyUsed)
        try scenario.play { $0.turns[turn.id] == nil }
        guard case .finish(_, let reason, _) = scenario.run.turns.values.first?.brief else { throw scenario.failure("not told", []) }
        #expect(reason.contains("the turn's budget was used up"))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a ceiling that is lowered while the run stands still is told of at once")
    func lowered() throws {
        let scenario = try scenario(workers: 1, tasks: 20, costUsd: 0.1) { $0.maxBudgetUsd = 100 }
        try scenario.play { $0.ledger.total.costUsd > 0.45 }
        #expect(warnings(scenario).isEmpty)
        try scenario.crash(settings: scenario.run.settings.with { $0.maxBudgetUsd = 0.9 })
        #expect(warnings(scenario).map(\.percent) == [50])
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.budgetOver))
    }

    @Test("a turn that has taken its tokens is stopped, and its session is told to finish")
    func tokensOfATurn() throws {
        let scenario = try scenario(workers: 1, tasks: 1, costUsd: 0.1, tokens: 60_000) { $0.limits.turn.tokens = 50_000 }
        let task: TaskID = ID("task", 1)
        try scenario.play { $0.turns.values.contains { $0.task == task } }
        let turn = try #require(scenario.run.turns.values.first)
        #expect(turn.budgetTokens == 50_000)
        try scenario.feed(.turnTookAll(turn.id, .tokens))
        #expect(scenario.run.turns[turn.id]?.stopCause == .tokensUsed)
        #expect(try scenario.feed(.turnTookAll(turn.id, .tokens)).isEmpty, "it is stopped once")
        try scenario.play { $0.turns.isEmpty || $0.turns[turn.id] == nil }
        guard case .finish(task, let reason, _) = scenario.run.turns.values.first?.brief else { throw scenario.failure("not told", []) }
        #expect(reason.contains("50000 tokens"))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a turn that was cut off because no more was left for it goes on with what comes back, and counts as no failure")
    func share() throws {
        let scenario = try scenario(workers: 1, tasks: 1, costUsd: 0.1) { $0.maxBudgetUsd = 3 }
        let hook = scenario.hooks.turn
        var cuts = 0
        scenario.hooks.turn = { turn, run in
            guard turn.task != nil, cuts < 2, let most = turn.budgetUsd else { return hook?(turn, run) }
            cuts += 1
            var outcome = TurnOutcome.broken(.overBudget, head: run.tasks[ID("task", 1)]?.head)
            outcome.account.turnCostUsd = min(most, 0.95 * most)
            return outcome
        }
        try scenario.play { $0.ledger.byPurpose["work"]?.turns == 1 }
        let next = try #require(scenario.run.turns.values.first ?? nil)
        #expect(next.carriesOn && next.brief == .work(ID("task", 1)))
        #expect(scenario.run.tasks[ID("task", 1)]?.next?.failures == 0)
    }

    @Test("a task whose budget is used up is given back to its lead as failed, and the run goes on")
    func task() throws {
        let scenario = try scenario(workers: 2, tasks: 2, costUsd: 0.3) { $0.limits.task.usd = 0.5 }
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            guard turn.task == ID("task", 1) else { return hook?(turn, run) }
            var outcome = TurnOutcome.broken(.silent, head: run.tasks[ID("task", 1)]?.head)
            outcome.account.turnCostUsd = 0.3
            return outcome
        }
        try scenario.playOut()
        #expect(scenario.run.tasks[ID("task", 1)]?.state == .failed("the budget of the task is used up"))
        #expect(scenario.run.tasks[ID("task", 2)]?.state.word == "landed")
        #expect(warnings(scenario).contains { $0.scope == .task(ID("task", 1)) && $0.percent == 95 })
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("where no team has money left the Director is asked once, and the run ends for the budget, not for a lack of progress")
    func allTeamsSpent() throws {
        let scenario = try scenario(workers: 6, tasks: 9, costUsd: 0.1) { $0.limits.team.usd = 0.5 }
        let turn = scenario.hooks.turn
        scenario.hooks.turn = { [unowned scenario] started, run in
            guard case .decide = started.brief else { return turn?(started, run) }
            var outcome = IdealAgent(turn: started, run: run, plan: { _, _ in [] }).outcome(in: &scenario.world)
            let report = #"{"deliveries":[],"goals":null,"complete":false,"summary":"more is to be done"}"#
            if run.allTeamsRest { outcome.end = .reported(report) }
            return outcome
        }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.budgetOver), "\(scenario.run.phase)")
        let vain = started(scenario).reversed().prefix { if case .decide = $0.brief { true } else { false } }
        #expect(vain.count <= 2, "\(vain.count)")
    }

    @Test("a team whose budget is used up gives up, the others go on, and it gets no further goal")
    func team() throws {
        let scenario = try scenario(workers: 6, tasks: 9, costUsd: 0.1) { $0.limits.team.usd = 1 }
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            var outcome = hook?(turn, run)
            if turn.team != ID("team-1") { outcome?.account.turnCostUsd = 0.01 }
            return outcome
        }
        try scenario.playOut()
        let end = Event.teamEntered(ID("team-1"), .stuck("its budget is used up"), summary: "")
        #expect(scenario.journal.count { $0.event == end } == 1)
        #expect(scenario.run.ledger.byTeam[ID("team-1")].map { $0.costUsd <= 1 } == true)
        let landed = scenario.run.tasks.values.filter { $0.state.word == "landed" }
        #expect(landed.count { $0.team == ID("team-2") } == 9)
        #expect(landed.contains { $0.team == ID("team-1") })
    }

    @Test("money that brings nothing onto a branch is told of, then a person has to look; after that it counts anew")
    func runaway() throws {
        let scenario = try scenario(workers: 1, tasks: 1, costUsd: 0.5) {
            $0.limits.runaway = RunawayBound(floorUsd: 4, factor: 5)
            $0.maxTaskAttempts = 100
        }
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            guard let task = turn.task else { return hook?(turn, run) }
            var outcome = TurnOutcome.broken(.silent, head: run.tasks[task]?.head)
            outcome.account.turnCostUsd = 0.5
            return outcome
        }
        try scenario.play { $0.landedCosts.isWarned }
        #expect(scenario.run.ledger.total.costUsd == 4)
        try scenario.playOut()
        #expect(scenario.run.needsPerson && scenario.run.suspension?.contains("nothing has landed while $8.00 were spent") == true)
        #expect(scenario.journal.count { if case .runawayNoticed = $0.event { true } else { false } } == 1)
        scenario.hooks.turn = hook
        try scenario.start()
        #expect(scenario.run.landedCosts.since(scenario.run.ledger.total.costUsd) == 0)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.landedCosts.count == 1)
    }

    @Test("turns that all end well and bring nothing onto a branch are a runaway too")
    func succeedingRunaway() throws {
        let scenario = try scenario(workers: 1, tasks: 1, costUsd: 0.5) {
            $0.limits.runaway = RunawayBound(floorUsd: 4, factor: 5)
            $0.maxTaskReturns = 1000
        }
        scenario.hooks.merge = { candidate, run in
            guard case .task = candidate.kind else { return nil }
            return run.base.map { .conflict(onto: $0.head, files: []) }
        }
        try scenario.playOut()
        #expect(scenario.run.needsPerson && scenario.run.suspension?.contains("nothing has landed while $8.00 were spent") == true)
        let ends = scenario.journal.compactMap { if case .turnEnded(_, let outcome) = $0.event { outcome.end } else { nil } }
        #expect(ends.count == 16 && ends.allSatisfy { if case .reported = $0 { true } else { false } })
    }

    @Test("a task that comes back again and again goes to another worker afresh, and is then given back as failed")
    func returns() throws {
        let scenario = try scenario(workers: 2, tasks: 1, costUsd: 0.1) { $0.maxTaskReturns = 3 }
        scenario.hooks.merge = { candidate, run in
            guard case .task = candidate.kind else { return nil }
            return run.base.map { .conflict(onto: $0.head, files: []) }
        }
        try scenario.playOut()
        let task = try #require(scenario.run.tasks[ID("task", 1)])
        #expect(task.attempts == 2 && task.conflicts == 6)
        #expect(Set(task.formerWorkers + [task.worker].compactMap { $0 }).count == 2)
        #expect(task.state.word == "failed")
        // The stronger model comes with the fresh session, not before.
        let sessions = started(scenario).filter { $0.task == task.id }
        #expect(sessions.allSatisfy { ($0.isEscalated ?? false) == ($0.session != sessions.first?.session) } && sessions.count == 8)
        #expect(task.history.first?.contains("too often (3 times), last: conflict") == true)
    }

    @Test("what each model has taken comes to the whole, also where the CLI did not say everything")
    func models() throws {
        let scenario = try scenario(workers: 1, tasks: 2, costUsd: 0.3) { _ in }
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            var outcome = hook?(turn, run)
            outcome?.account.model = "opus"
            guard turn.task != nil else { return outcome }
            outcome?.account.models = [
                ModelShare(model: "haiku", usage: TokenUsage(cacheRead: 400), costUsd: 0.05),
                ModelShare(model: "opus", usage: TokenUsage(cacheRead: 600)),
            ]
            return outcome
        }
        try scenario.playOut()
        let ledger = scenario.run.ledger
        #expect(abs((ledger.byModel["haiku"]?.costUsd ?? 0) - 0.1) < 1e-9 && ledger.byModel["haiku"]?.usage.cacheRead == 800)
        #expect(abs(ledger.byModel.values.reduce(0) { $0 + $1.costUsd } - ledger.total.costUsd) < 1e-9)
        #expect(ledger.byModel.values.reduce(TokenUsage()) { $0 + $1.usage } == ledger.total.usage)
        #expect(ledger.byCredential[ID("key-1")] == ledger.total)
    }
}
