import Foundation
import JSON
import Processes
import Testing

@testable import TestSupport

@Suite("Agents that err", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct MistakeTests {
    @Test(
        "a bad plan, missing and unfit reports, uncommitted and uncommitting workers are all recovered from, and a blocked task is dropped")
    func mistakes() async throws {
        var erring = CompanyPlan.synthetic(tasks: 7)
        erring.goals[0].mistake = .collidingPlan
        erring.goals[0].tasks[0].mistakes = [.forgetsReport]
        erring.goals[0].tasks[1].mistakes = [.refusesReport]
        erring.goals[0].tasks[2].mistakes = [.unfitReport]
        erring.goals[0].tasks[3].mistakes = [.noCommit]
        erring.goals[0].tasks[4].mistakes = [.uncommitted]
        erring.goals[0].tasks[5].mistakes = [.blocked(reason: "the file is not mine to write", answer: nil)]
        let plan = erring
        try await CompanyFixture.with(plan, options: ["workerCount": 3]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            let files = try await fixture.files()
            for number in [1, 2, 3, 4, 5, 7] { #expect(files.contains("src/task\(number).txt"), "task \(number) is missing") }
            #expect(!files.contains("src/task6.txt"))
            let report = try await fixture.cco(["report"])
            #expect(
                report.outputText.contains("What blocks the task lies outside the project"),
                "the report does not say why task 6 was dropped")
        }
    }

    @Test("the Director returns a delivery once, and the team puts it right")
    func returnedDelivery() async throws {
        var plan = CompanyPlan.synthetic(tasks: 4, teams: 2)
        var later = plan.goals[0].tasks.removeLast()
        later.key = "returned"
        plan.goals[0].returned = ReturnedDelivery(instructions: "The goal's other file is missing; write it.", tasks: [later])
        let returning = plan
        try await CompanyFixture.with(returning, options: ["workerCount": 4, "engineerManagerGroupSize": 2]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: returning.verifyCommand)
            let files = try await fixture.files()
            #expect(files.isSuperset(of: (1...4).map { "src/task\($0).txt" }), "files: \(files)")
        }
    }

    @Test("when the budget is used up no new turn begins, and what was approved is integrated")
    func budgetOver() async throws {
        let plan = CompanyPlan.synthetic(tasks: 10)
        try await CompanyFixture.with(plan, options: ["workerCount": 1, "maxBudgetUsd": .number(0.1)]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(11), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(try await !fixture.files().contains("src/task10.txt"))
        }
    }
}
