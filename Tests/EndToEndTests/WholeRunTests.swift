import Foundation
import JSON
import Processes
import Testing

@testable import TestSupport

@Suite("A whole run with the real CLI", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct WholeRunTests {
    @Test("one worker under the Director lands its tasks one after the other")
    func oneWorker() async throws {
        try await expectCompletion(.synthetic(tasks: 2), options: ["workerCount": 1])
    }

    @Test("a flat run of four workers recovers from a conflict, a red gate and a rework, and loses no side")
    func flat() async throws {
        let rates = CompanyPlan.Rates(conflictsEvery: 2, redGatesEvery: 3, reworksEvery: 5)
        try await expectCompletion(.synthetic(tasks: 6, rates: rates), options: ["workerCount": 4]) { fixture in
            let shared = try await fixture.git(["--git-dir", fixture.origin, "show", "main:shared.txt"])
            for number in [2, 4, 6] { #expect(shared.contains("task \(number)\n"), "shared.txt lost task \(number)") }
        }
    }

    @Test("ten workers in groups of four are teams of 4, 4 and 2, and every team's work reaches main")
    func threeTeams() async throws {
        let rates = CompanyPlan.Rates(conflictsEvery: 6, redGatesEvery: 7)
        try await expectCompletion(.synthetic(tasks: 12, teams: 3, rates: rates), options: ["workerCount": 10]) { fixture in
            let status = try await fixture.cco(["status", "--json"])
            let teams = try #require(try JSONSerialization.jsonObject(with: Data(status.standardOutput)) as? [String: Any])["teams"]
            let sizes = (teams as? [[String: Any]])?.map { ($0["members"] as? [Any])?.count }
            #expect(sizes == [4, 4, 2])
        }
    }

    @Test("twenty workers in five teams finish")
    func twentyWorkers() async throws {
        try await expectCompletion(.synthetic(tasks: 20, teams: 5), options: ["workerCount": 20, "promotion": "auto", "review": "none"])
    }

    /// Runs the plan to its end and looks at the result from outside.
    private func expectCompletion(
        _ plan: CompanyPlan, options: [String: JSONValue], _ more: @escaping @Sendable (CompanyFixture) async throws -> Void = { _ in }
    ) async throws {
        try await CompanyFixture.with(plan, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            let expected = Set(plan.tasks.flatMap(\.paths))
            let files = try await fixture.files()
            #expect(files.isSuperset(of: expected), "missing: \(expected.subtracting(files))")
            let structure = try await fixture.git(["--git-dir", fixture.origin, "show", "main:TEAM_STRUCTURE.md"])
            #expect(!structure.contains("in progress"), "the last TEAM_STRUCTURE.md shows work under way:\n\(structure)")
            try await more(fixture)
        }
    }
}
