import Simulation
import Testing

@testable import Orchestration

/// What is told of ceilings before they are reached.
@Suite("Warnings of ceilings")
struct WarningTests {
    /// A company whose turns all cost the same.
    private func scenario(
        workers: Int = 1, tasks: Int = 30, costUsd: Double, credentials: [CredentialSlot] = [.slot("key-1")],
        _ change: (inout RunSettings) -> Void = { _ in }
    ) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers, minutes: 6000, credentials: credentials).with(change))
        let plan: (TeamID, Run) -> [TaskDraft] = { team, run in
            run.tasks.values.contains { $0.team == team } ? [] : (1...tasks).map { .draft("\(team)-\($0)") }
        }
        scenario.hooks.plan = plan
        scenario.hooks.turn = { [unowned scenario] turn, run in
            var outcome = IdealAgent(turn: turn, run: run, plan: plan).outcome(in: &scenario.world)
            outcome.account.turnCostUsd = costUsd
            outcome.account.usage = TokenUsage(cacheRead: 1000)
            return outcome
        }
        try scenario.start()
        return scenario
    }

    private func warnings(_ scenario: Scenario, of scope: SpendingScope) -> [SpendingWarning] {
        scenario.journal.compactMap { if case .spendingWarned(let warning) = $0.event, warning.scope == scope { warning } else { nil } }
    }

    @Test("each part of a team's ceiling is told once, and of no other team")
    func team() throws {
        let scenario = try scenario(workers: 6, costUsd: 0.01) {
            $0.limits.team.usd = 1
            $0.limits.keptBack = 0
        }
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            var outcome = hook?(turn, run)
            if turn.team == ID("team-1") { outcome?.account.turnCostUsd = 0.04 }
            return outcome
        }
        try scenario.play { $0.spent(by: .team(ID("team-1")), .usd) >= 0.96 || $0.isEnded }
        let told = warnings(scenario, of: .team(ID("team-1")))
        #expect(told.map(\.percent) == [50, 80, 95])
        #expect(told.allSatisfy { $0.measure == .usd && $0.ceiling == 1 && $0.spent * 100 >= Double($0.percent) })
        #expect(warnings(scenario, of: .team(ID("team-2"))).allSatisfy { $0.percent == 50 })
    }

    @Test("each part of a key's budget is told once, whichever agents spend it, and views show it as a ceiling")
    func key() throws {
        let slots: [CredentialSlot] = [.slot("small", budget: 2), .slot("large", tier: 1)]
        let scenario = try scenario(workers: 2, costUsd: 0.1, credentials: slots)
        try scenario.play { $0.credentials[0].costUsd > 1.05 }
        let shown = try #require(RunStatus(run: scenario.run, at: scenario.now).spending.ceilings?.first)
        #expect(shown.scope == "the key small" && shown.ceiling == 2 && shown.spent > 1.05 && shown.held > 0)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        let told = warnings(scenario, of: .key(ID("small")))
        #expect(told.map(\.percent) == [50, 80, 95])
        #expect(told.allSatisfy { $0.measure == .usd && $0.ceiling == 2 })
        #expect(warnings(scenario, of: .key(ID("large"))).isEmpty, "it has no budget")
    }

    @Test("a key's budget that is lowered while the run stands still is told of at once, and one that stays is not told of again")
    func loweredKey() throws {
        let slots: [CredentialSlot] = [.slot("small", budget: 20), .slot("large", tier: 1, budget: 50)]
        let scenario = try scenario(costUsd: 0.1, credentials: slots)
        try scenario.play { $0.credentials[0].costUsd > 1.05 }
        #expect(warnings(scenario, of: .key(ID("small"))).isEmpty)
        try scenario.crash(settings: scenario.run.settings.with { $0.credentials[0].maxBudgetUsd = 2 })
        #expect(warnings(scenario, of: .key(ID("small"))).map(\.percent) == [50])
        try scenario.crash()
        #expect(warnings(scenario, of: .key(ID("small"))).map(\.percent) == [50])
    }

    @Test("each part of a turn's own ceiling is told once, also across a restart, and only where one is set for turns")
    func turn() throws {
        let scenario = try scenario(costUsd: 0.1) {
            $0.limits.turn.tokens = 10_000
            $0.maxBudgetUsd = 100
        }
        try scenario.play { $0.turns.values.contains { $0.task != nil } }
        let turn = try #require(scenario.run.turns.values.first)
        #expect(turn.budgetTokens == 10_000 && turn.budgetUsd != nil)
        #expect(try scenario.feed(.turnTook(turn.id, .tokens, 4_999)).isEmpty)
        try scenario.feed(.turnTook(turn.id, .tokens, 5_000))
        #expect(try scenario.feed(.turnTook(turn.id, .tokens, 5_000)).isEmpty)
        try scenario.crash()
        #expect(try scenario.feed(.turnTook(turn.id, .tokens, 7_000)).isEmpty)
        try scenario.feed(.turnTook(turn.id, .tokens, 9_600))
        #expect(try scenario.feed(.turnTook(turn.id, .tokens, 9_900)).isEmpty)
        #expect(warnings(scenario, of: .turn(turn.id)).map(\.percent) == [50, 95])
        #expect(try scenario.feed(.turnTook(turn.id, .usd, 1000)).isEmpty, "nobody has set what a turn may cost")
        #expect(try scenario.feed(.turnTook(ID("turn-999"), .tokens, 9_000)).isEmpty)
    }
}
