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

    @Test("where the agent's program does not keep the money of a turn, the turn is stopped from outside and told to finish")
    func unboundedProgram() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            // It is busy without end until it is told to finish.
            guard request.isWorkers, request.promptCount == 1, request.firstUserText?.contains(plan.tasks[0].title) == true else {
                return await company.reply(to: request)
            }
            return .message(.call("Bash", ["command": .string("echo \(request.messages.count)")]))
        }
        let folder = NSTemporaryDirectory() + "cco-program-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = folder + "/claude"
        // The real one, which never hears of a budget.
        let text = """
            #!/bin/bash
            words=()
            while (($#)); do
                if [[ $1 == --max-budget-usd ]]; then shift 2; else words+=("$1"); shift; fi
            done
            exec '\(try RealCLI.locate().path)' "${words[@]}"

            """
        try Data(text.utf8).write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let options: [String: JSONValue] = ["workerCount": 2, "maxTurnBudgetUsd": .number(0.08), "claudeExecutable": .string(program)]
        try await CompanyFixture.with(plan, script: script, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            #expect(lines(result.outputText, "is being stopped: its money is used up, and it asks for more") == 1, "\(result.outputText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(try await fixture.files().isSuperset(of: ["src/task1.txt", "src/task2.txt"]))
            let turns = try fixture.endedTurns()
            let stopped = turns.filter { $0.outcome.end == .stopped(.moneyUsed) }
            #expect(stopped.count == 1, "\(turns.map(\.outcome.end))")
            // The answer that passes it, the one after that, and what is under way when the turn is stopped.
            let request = try #require(turns.first { $0.turn.task?.name == "task-2" }?.outcome.account.turnCostUsd)
            for turn in stopped {
                let cost = turn.outcome.account.turnCostUsd ?? 0
                #expect(cost > 0.08 && cost < 0.08 + 2 * request, "\(cost), and a whole turn takes \(request)")
            }
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
