import Foundation
import JSON
import Observability
import Orchestration
import Processes
import Testing

@testable import TestSupport

@Suite("Budgets", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct BudgetTests {
    private func lines(_ output: String, _ text: String) -> Int { output.split(separator: "\n").count { $0.contains(text) } }

    @Test("a budget that is used up in mid-run is told of, is not passed by workers side by side, and what was handed in is integrated")
    func midRun() async throws {
        let plan = CompanyPlan.synthetic(tasks: 14)
        try await CompanyFixture.with(plan, options: ["workerCount": 3, "maxBudgetUsd": .number(0.3)]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(11), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            for percent in [50, 80] {
                #expect(lines(result.outputText, "\(percent) % of the budget of the run is used up") == 1, "\(result.outputText)")
            }
            let files = try await fixture.files()
            let landed = (1...14).count { files.contains("src/task\($0).txt") }
            #expect(landed > 0 && landed < 14, "\(landed) of 14 landed")
            let report = try await fixture.report()
            let handedIn = report.teams.flatMap(\.unlanded).filter { $0.state == "in review" || $0.state == "merging" }
            #expect(handedIn.isEmpty, "left behind: \(handedIn)")
            let turns = try fixture.endedTurns()
            let dearest = turns.compactMap(\.outcome.account.turnCostUsd).max() ?? 0
            #expect(report.spending.total.costUsd <= 0.3 + dearest)
            #expect(turns.allSatisfy { $0.turn.budgetUsd.map { $0 > 0 && $0 < 0.3 } ?? false })
            try await fixture.expectHonestLedger()
            try await expectBreakdowns(of: fixture, turns)
        }
    }

    /// Every breakdown of `cco report --cost` comes to what the turns of the journal took, and the text fits a terminal.
    private func expectBreakdowns(of fixture: CompanyFixture, _ turns: [EndedTurn]) async throws {
        let cost = try JSONDecoder().decode(
            CostReport.self, from: Data(try await fixture.cco(["report", "--cost", "--json"]).standardOutput))
        let whole = turns.reduce(0) { $0 + ($1.outcome.account.turnCostUsd ?? 0) }
        let tokens = turns.reduce(TokenUsage()) { $0 + $1.outcome.account.usage }
        let parts = [cost.byRole, cost.byPurpose, cost.byTeam, cost.byAgent, cost.byModel, cost.byCredential]
        for part in [[cost.total]] + parts {
            #expect(abs(part.reduce(0) { $0 + $1.costUsd } - whole) < 1e-9)
            #expect(part.reduce(0) { $0 + $1.tokens.total } == tokens.total)
        }
        let work = turns.filter { $0.turn.task != nil }.reduce(0) { $0 + ($1.outcome.account.turnCostUsd ?? 0) }
        #expect(abs(cost.byTask.reduce(0) { $0 + $1.costUsd } - work) < 1e-9)
        #expect(abs(cost.coordination.ofCost - (whole - work) / whole) < 1e-9)
        let text = try await fixture.cco(["report", "--cost"]).outputText
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        #expect(text.contains("the run: ") && text.contains("coordination"))
        let rows = try await fixture.cco(["report", "--cost", "--csv"]).outputText.split(whereSeparator: \.isNewline)
        #expect(rows.first == "breakdown,name,note,turns,cost_usd,input,cache_write,cache_read,output")
        #expect(rows.count == 2 + parts.reduce(cost.byTask.count) { $0 + $1.count })
        let refused = try await fixture.cco(["report", "--csv"])
        #expect(refused.exit == .exited(64) && refused.errorText.contains("--csv goes with --cost"))
    }

    @Test("a turn that takes token after token is stopped from outside, and goes on in its session")
    func tokens() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            // It is busy without end until it is told to finish.
            guard request.isWorkers, request.promptCount == 1, request.firstUserText?.contains(plan.tasks[0].title) == true else {
                return await company.reply(to: request)
            }
            return .message(.call("Bash", ["command": "true"]))
        }
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 2, "maxTurnTokens": 200_000]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            #expect(lines(result.outputText, "is being stopped: its tokens are used up") == 1, "\(result.outputText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(try await fixture.files().isSuperset(of: ["src/task1.txt", "src/task2.txt"]))
            let stopped = try fixture.endedTurns().filter { $0.outcome.end == .stopped(.tokensUsed) }
            #expect(stopped.count == 1)
            // The request that was under way comes on top.
            #expect(stopped.allSatisfy { (200_000..<260_000).contains($0.outcome.account.usage.total) }, "\(stopped)")
            try await fixture.expectHonestLedger()
        }
    }
}
