import Foundation
import Processes
import Testing

@testable import TestSupport

@Suite("A whole run with the real CLI", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct WholeRunTests {
    @Test("a flat run lands every task, green, with receipts, and leaves no process")
    func flat() async throws {
        let plan = CompanyPlan.synthetic(tasks: 3)
        try await CompanyFixture.with(plan, options: ["workerCount": 2]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            let files = try await fixture.files()
            #expect(files.isSuperset(of: ["src/task1.txt", "src/task2.txt", "src/task3.txt", "TEAM_STRUCTURE.md"]))
        }
    }
}
