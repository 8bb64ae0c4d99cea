import Simulation
import Testing

@testable import Orchestration

@Suite("The ends of a run")
struct EndTests {
    @Test("when the time is over turns are stopped and approved work is still integrated", arguments: [2, 6])
    func timeOver(workers: Int) throws {
        let scenario = try Scenario(.sample(workers: workers, minutes: 60))
        scenario.hooks.plan = { team, _ in [.draft("quick-\(team)"), .draft("slow-\(team)")] }
        scenario.hooks.duration = { effect, run in
            switch effect {
            case .runTurn(let id): run.turns[id]?.task.flatMap { run.tasks[$0]?.title.contains("slow") } == true ? 7_200_000 : 600_000
            case .gate: 1_800_000
            default: 1000
            }
        }
        try scenario.start()
        try scenario.play { if case .finishing = $0.phase { true } else { false } }
        #expect(scenario.now == .begin.advanced(byMinutes: 60))
        #expect(!scenario.run.turns.isEmpty)
        #expect(scenario.run.turns.values.allSatisfy { $0.stopCause == .runEnding || $0.stopCause == .timeLimit })
        let started = scenario.run.counters.turns
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver))
        #expect(scenario.run.counters.turns == started)
        let approved = scenario.run.tasks.values.filter { $0.title.contains("quick") }
        #expect(approved.allSatisfy { $0.state.word == "landed" })
        #expect(scenario.world.holds(scenario.world.base) == Set(approved.map(\.id.name)))
        #expect(scenario.run.tasks.values.filter { $0.title.contains("slow") }.allSatisfy { !$0.state.isSettled })
    }

    @Test("work that conflicts at the end is named as not integrated instead of being sent back")
    func conflictAtTheEnd() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 30))
        scenario.hooks.duration = { effect, _ in if case .merge = effect { 3_600_000 } else { effect.usualDuration } }
        scenario.hooks.merge = { _, run in run.base.map { .conflict(onto: $0.head, files: []) } }
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver))
        guard case .failed(let why) = scenario.run.tasks[ID("task-1")]?.state else { throw scenario.failure("not failed", []) }
        #expect(why.contains("not integrated at the run's end: conflict"))
    }

    @Test("when the budget is used up the run ends, and no turn may cost more than what is left")
    func budget() throws {
        let scenario = try Scenario(.sample(workers: 2).with { $0.maxBudgetUsd = 1 })
        var turns: [Turn] = []
        scenario.hooks.turn = { turn, _ in
            turns.append(turn)
            guard turn.brief == .planTasks else { return nil }
            var outcome = TurnOutcome.manager(TaskPlanReport(summary: "", verifyCommand: nil, tasks: [.draft("a"), .draft("b")]))
            outcome.account.sessionCostUsd = turns.count == 1 ? 0.75 : 1.5
            return outcome
        }
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.role == .worker } }
        // A tenth of the budget is kept back, and a tenth of what is held is for the last request. The other worker waits for what is left.
        #expect(scenario.run.turns.values.compactMap(\.budgetUsd).map { ($0 * 1000).rounded() } == [135])
        scenario.hooks.turn = { turn, _ in
            var outcome = TurnOutcome.worker(.init(status: .done, summary: ""), head: SimulatedGit.object(1))
            outcome.account.turnCostUsd = 0.3
            return outcome
        }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.budgetOver))
    }

    @Test("a session's growing total is booked once")
    func costs() throws {
        let scenario = try Scenario(.sample(workers: 1))
        var totals: [String: Double] = [:]
        scenario.hooks.turn = { turn, run in
            guard turn.task == nil else { return nil }
            let total = (totals[turn.session] ?? 0) + 0.5
            totals[turn.session] = total
            var world = SimulatedGit()
            // The first plan does not hold, and is mended in the same session.
            let drafts: [TaskDraft] = turn.brief == .planTasks ? [.draft("a", after: ["nothing"])] : [.draft("a")]
            var outcome = IdealAgent(turn: turn, run: run, plan: { _, _ in drafts }).outcome(in: &world)
            outcome.account.sessionCostUsd = total
            return outcome
        }
        try scenario.start()
        try scenario.playOut()
        #expect(totals.values.sorted() == [0.5, 0.5, 1])
        #expect(scenario.run.ledger.total.costUsd == 2)
        #expect(scenario.run.ledger.byPurpose["plan"]?.costUsd == 1)
        #expect(scenario.run.ledger.byPurpose["review"]?.costUsd == 0.5)
        #expect(scenario.run.ledger.total.turns == scenario.run.counters.turns)
        #expect(scenario.run.agents[Run.director]?.session?.costUsd == 0.5)
    }

    @Test("a lead that neither reaches its goal nor has tasks ends a flat run without progress")
    func noFurtherTask() throws {
        let scenario = try Scenario()
        scenario.hooks.turn = { turn, _ in
            turn.brief == .assess ? .manager(AssessmentReport(goalReached: false, summary: "no idea", tasks: nil)) : nil
        }
        try scenario.start()
        try scenario.playOut()
        guard case .ended(.noProgress(let why)) = scenario.run.phase else { throw scenario.failure("not without progress", []) }
        #expect(why.contains("no idea"))
        #expect(scenario.world.holds(scenario.world.base).count == 2)
    }

    @Test("a turn beyond its time is stopped and told so")
    func turnDeadline() throws {
        let scenario = try Scenario(.sample(workers: 1))
        var isFirst = true
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let turn) = effect, run.turns[turn]?.task != nil, isFirst else { return effect.usualDuration }
            isFirst = false
            return 86_400_000
        }
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.stopCause == .timeLimit } }
        let turn = try #require(scenario.run.turns.values.first)
        #expect(scenario.now == turn.deadline && turn.deadline == turn.startedAt.advanced(byMinutes: 45))
        try scenario.play { $0.turns.values.contains { if case .finish = $0.brief { true } else { false } } }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("the structure file is brought up to date once at the end, and only when something has landed")
    func upkeep() throws {
        let scenario = try Scenario()
        try scenario.start()
        try scenario.playOut()
        #expect(
            scenario.journal.count { if case .candidateQueued(let candidate) = $0.event { candidate.kind == .upkeep } else { false } } == 1)
        let idle = try Scenario()
        idle.hooks.plan = { _, _ in [] }
        try idle.start()
        try idle.playOut()
        #expect(!idle.journal.contains { if case .candidateQueued = $0.event { true } else { false } })
    }
}
