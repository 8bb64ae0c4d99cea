import Simulation
import Testing

@testable import Orchestration

@Suite("What a decision keeps in step instead of looking for it")
struct LargeCompanyTests {
    private func company(_ change: (inout RunSettings) -> Void = { _ in }) throws -> Scenario {
        var settings = RunSettings.sample(workers: 12, groupSize: 4, minutes: 6000)
        change(&settings)
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in (1...6).map { .draft("step-\($0)") } }
        try scenario.start()
        return scenario
    }

    @Test("what turns hold of budgets comes to the same whether it is summed up anew or kept while turns begin and end")
    func commitments() throws {
        let scenario = try company {
            $0.maxBudgetUsd = 400
            $0.limits.team.usd = 100
            $0.limits.task.tokens = 900_000
        }
        try scenario.playOut()
        var run = Run(id: ID("nothing"), settings: scenario.run.settings, seed: 0, at: .begin)
        var kept: Commitments?
        var most = 0.0
        for record in scenario.journal {
            if case .turnEnded(let id, _) = record.event, let turn = run.turns[id] { kept?.release(turn) }
            run.apply(record.event, at: record.time)
            if case .turnStarted(let turn) = record.event { kept?.commit(turn) }
            // The company has been formed.
            if kept == nil { kept = Commitments(of: run) }
            let fresh = Commitments(of: run)
            for scope in [SpendingScope.run] + run.teams.keys.sorted().map({ .team($0) }) + run.tasks.keys.map({ .task($0) }) {
                for measure in SpendingMeasure.allCases {
                    #expect(kept?.held(in: scope, measure) == fresh.held(in: scope, measure))
                    #expect(fresh.held(in: scope, measure) == run.held(in: scope, measure))
                }
                #expect(kept?.places(in: scope) == fresh.places(in: scope))
            }
            most = max(most, fresh.held(in: .run, .usd))
        }
        #expect(most > 0 && Commitments(of: run).held(in: .run, .usd) == 0)
    }

    @Test("an event's kind is the name of its case")
    func kinds() throws {
        let scenario = try company { $0.maxBudgetUsd = 30 }
        try scenario.playOut()
        #expect(Set(scenario.journal.map(\.event.kind)).count > 20)
        for record in scenario.journal { #expect(record.event.kind == Mirror(reflecting: record.event).children.first?.label) }
    }
}
