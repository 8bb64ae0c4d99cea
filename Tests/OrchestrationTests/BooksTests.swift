import Simulation
import Testing

@testable import Orchestration

@Suite("Books")
struct BooksTests {
    @Test("what a run counts is what its journal says")
    func agree() throws {
        let scenario = try Scenario(.sample(workers: 4))
        scenario.hooks.turn = { turn, run in
            // Every task's first turn costs something and brings nothing.
            guard let task = turn.task, !turn.resumes else { return nil }
            var outcome = TurnOutcome.broken(.silent, head: run.tasks[task]?.head)
            outcome.account.turnCostUsd = 0.25
            return outcome
        }
        var isFlaky = true
        scenario.hooks.gate = { candidate, _ in
            guard candidate != nil, isFlaky else { return nil }
            isFlaky = false
            return .red(GateExcerpt(command: "make check", exitCode: 1, ending: "", tail: "no", logPath: "/log"), milliseconds: 1)
        }
        try scenario.start()
        try scenario.playOut()
        let run = scenario.run
        var (published, gates, turns) = (0, 0, 0)
        for record in scenario.journal {
            switch record.event {
            case .candidatePublished: published += 1
            case .gateRed, .treeVerified, .baselineKnown(_?): gates += 1
            case .turnEnded: turns += 1
            default: break
            }
        }
        #expect(published > 0 && run.merges.published == published)
        #expect(run.merges.gateRuns == gates)
        #expect(run.merges.flakes == 1)
        #expect(run.ledger.total.turns == turns && run.counters.turns == turns)
        #expect(!run.tasks.isEmpty && run.tasks.values.allSatisfy { $0.costUsd == 0.25 })
        #expect(run.ledger.total.costUsd == 0.25 * Double(run.tasks.count))
    }
}
