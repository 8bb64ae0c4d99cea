import Foundation
import JSON
import Orchestration
import Processes
import Testing

@testable import TestSupport

@Suite("Ceilings of teams, tasks, turns and tokens", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct CeilingTests {
    private func lines(_ output: String, _ text: String) -> Int { output.split(separator: "\n").count { $0.contains(text) } }

    private func cost(_ turns: [EndedTurn]) -> Double { turns.reduce(0) { $0 + ($1.outcome.account.turnCostUsd ?? 0) } }

    /// A worker that is busy without end at a task, a command after the other.
    private func busy(at task: CompanyTask, in plan: CompanyPlan) -> ClosureScript {
        let company = CompanyScript(plan)
        return ClosureScript { request in
            guard request.isWorkers, request.firstUserText?.contains(task.title) == true else { return await company.reply(to: request) }
            return .message(.call("Bash", ["command": .string("echo \(request.messages.count)")]))
        }
    }

    @Test("a turn is cut off at its ceiling and told to finish; a task is given back when its own is used up, and others land")
    func turnAndTask() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let options: [String: JSONValue] = [
            "workerCount": 2, "maxTurnBudgetUsd": .number(0.08), "maxTaskBudgetUsd": .number(0.2), "maxTaskAttempts": 5,
        ]
        try await CompanyFixture.with(plan, script: busy(at: plan.tasks[0], in: plan), options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(12), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(try await fixture.files().contains("src/task2.txt"))
            let turns = try fixture.endedTurns()
            #expect(turns.allSatisfy { $0.turn.budgetUsd.map { $0 <= 0.08 } ?? false })
            // No request costs more than the whole of a turn that went well.
            let request = try #require(turns.first { $0.turn.task?.name == "task-2" }?.outcome.account.turnCostUsd)
            let cut = turns.filter { $0.turn.task?.name == "task-1" }
            #expect(cut.count == 3 && cut.allSatisfy { $0.outcome.end == .overBudget }, "\(cut.map(\.outcome.end))")
            for turn in cut {
                let (budget, cost) = (turn.turn.budgetUsd ?? 0, turn.outcome.account.turnCostUsd ?? 0)
                #expect(cost >= budget && cost < budget + request, "\(cost) of \(budget)")
            }
            #expect(lines(result.outputText, "Is to finish task-1 (Write file 1): the turn's budget was used up before it was done") == 2)
            let status = try JSONDecoder().decode(
                RunStatus.self, from: Data(try await fixture.cco(["status", "--json"]).standardOutput))
            let task = try #require(status.tasks.first { $0.id == "task-1" })
            #expect(task.state == "failed" && task.why == "the budget of the task is used up")
            #expect(task.costUsd < 0.2 + request && abs(task.costUsd - cost(cut)) < 1e-9)
            #expect(lines(result.outputText, "95 % of the budget of task-1 is used up") == 1, "\(result.outputText)")
            #expect(lines(result.outputText, "budget of task-2") == 0)
            try await fixture.expectHonestLedger()
        }
    }

    @Test("a team's ceiling stops that team alone; what it has landed is kept, and it is told at each part")
    func team() async throws {
        var uneven = CompanyPlan.synthetic(tasks: 10, teams: 2)
        uneven.goals[1].tasks = Array(uneven.goals[1].tasks.prefix(1))
        let plan = uneven
        let options: [String: JSONValue] = [
            "workerCount": 4, "engineerManagerGroupSize": 2, "maxTeamBudgetUsd": .number(0.17),
        ]
        try await CompanyFixture.with(plan, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(12), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            let files = try await fixture.files()
            #expect(files.contains("src/task2.txt"), "the other team's work is not there")
            let landed = [1, 3, 5, 7, 9].count { files.contains("src/task\($0).txt") }
            #expect((1..<5).contains(landed), "\(landed) of 5 landed")
            #expect(result.outputText.contains("its budget is used up"), "\(result.outputText)")
            #expect(lines(result.outputText, "80 % of the budget of team-1 is used up") == 1, "\(result.outputText)")
            #expect(lines(result.outputText, "of the budget of the run") == 0)
            let turns = try fixture.endedTurns()
            let own = turns.filter { $0.turn.team?.name == "team-1" }
            #expect(cost(own) < 0.17 + (own.compactMap(\.outcome.account.turnCostUsd).max() ?? 0), "\(cost(own))")
            #expect(turns.allSatisfy { ($0.turn.team == nil) == ($0.turn.budgetUsd == nil) }, "the Director has no ceiling here")
            try await fixture.expectHonestLedger()
        }
    }

    @Test("a run's ceiling of tokens is not passed by more than a turn, and 95 % of it are told of")
    func tokens() async throws {
        let plan = CompanyPlan.synthetic(tasks: 10)
        let ceiling = 120_000
        let options: [String: JSONValue] = ["workerCount": 2, "maxRunTokens": .integer(Int64(ceiling)), "budgetReservePercent": 0]
        try await CompanyFixture.with(plan, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(11), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            #expect(lines(result.outputText, "95 % of the budget of the run is used up") == 1, "\(result.outputText)")
            let tokens = try fixture.endedTurns().map(\.outcome.account.usage.total)
            let taken = tokens.reduce(0, +)
            #expect(taken >= ceiling * 95 / 100 && taken < ceiling + (tokens.max() ?? 0), "\(tokens)")
            let files = try await fixture.files()
            let landed = (1...10).count { files.contains("src/task\($0).txt") }
            #expect((1..<10).contains(landed), "\(landed) of 10 landed")
            try await fixture.expectHonestLedger()
        }
    }

    @Test("turns that all succeed and bring nothing onto a branch are told of, and then the run stands still for a person")
    func runaway() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            // The lead is never content.
            guard let prompt = request.lastUserText, prompt.contains("Return one decision for each of: ") else {
                return await company.reply(to: request)
            }
            let name = prompt.split(separator: "Return one decision for each of: ")[1].prefix { !$0.isWhitespace && $0 != "." }
            return .report([
                "decisions": [["task": .string(String(name)), "verdict": "rework", "instructions": "Say it better, once more."]]
            ])
        }
        let options: [String: JSONValue] = ["workerCount": 1, "runawayFloorUsd": .number(0.06), "maxTaskReturns": 100]
        try await CompanyFixture.with(plan, script: script, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(15), "\(result.outputText)\n\(result.errorText)")
            #expect(lines(result.outputText, "were spent and nothing has landed meanwhile; at $0.12 the run stands still") == 1)
            #expect((result.outputText + result.errorText).contains("look at what the agents do, then resume"), "\(result.outputText)")
            try fixture.expectNoProcess()
            let turns = try fixture.endedTurns()
            let succeeded = turns.filter { if case .reported = $0.outcome.end { true } else { false } }
            #expect(turns.count > 3 && succeeded.count == turns.count, "\(turns.map(\.outcome.end))")
            let dearest = turns.compactMap(\.outcome.account.turnCostUsd).max() ?? 0
            #expect(cost(turns) >= 0.12 && cost(turns) < 0.12 + dearest, "\(cost(turns))")
        }
    }
}
