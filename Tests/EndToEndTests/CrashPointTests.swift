import Foundation
import Observability
import Processes
import Testing

@testable import TestSupport

@Suite("Killed at every crash point", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct CrashPointTests {
    /// Two tasks, one of which is sent back once: every effect happens more than once. One worker, so that how many submissions a review finds
    /// does not depend on who was faster.
    private static let plan = CompanyPlan.synthetic(tasks: 2, rates: .init(reworksEvery: 2))

    @Test("killed there and started again, a run ends as one that nobody disturbed", arguments: CrashPoint.allCases)
    func crash(at point: CrashPoint) async throws {
        try await CompanyFixture.with(Self.plan, options: ["workerCount": 1]) { fixture in
            let killed = try await fixture.cco(["start"], environment: ["CCO_CRASH_POINT": point.rawValue])
            #expect(killed.exit == .signaled(9), "the point was not passed: \(killed.outputText)\(killed.errorText)")
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try await fixture.expectNothingLeft()
            let undisturbed = try await Self.undisturbed.value
            let outcome = try await Outcome(of: fixture)
            #expect(outcome == undisturbed, "\(outcome.differences(from: undisturbed))")
        }
    }

    /// What the same plan comes to when nobody kills anything; played once for all cases.
    private static let undisturbed = Task {
        let box = OutcomeBox()
        try await CompanyFixture.with(plan, options: ["workerCount": 1]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            await box.set(try await Outcome(of: fixture))
        }
        return try #require(await box.outcome)
    }

    private actor OutcomeBox {
        var outcome: Outcome?
        func set(_ outcome: Outcome) { self.outcome = outcome }
    }
}

/// What a run came to, without ids and times.
struct Outcome: Equatable, Sendable {
    /// The published files and what is in them; `TEAM_STRUCTURE.md` tells who did what and is left out.
    var tree: [String]
    /// The subjects of the published commits, in no order: tasks that run side by side land as they come.
    var subjects: [String]
    var receipts: Int
    /// Each task with what became of it.
    var tasks: [String]
    var turns: Int
    /// Hundredths of a dollar. Prompts tell where other tasks stand, so a few tokens depend on who was faster.
    var cents: Int

    /// What is otherwise than in the other outcome, in words.
    func differences(from other: Outcome) -> [String] {
        let pairs = [
            ("tree", "\(tree)", "\(other.tree)"), ("subjects", "\(subjects)", "\(other.subjects)"),
            ("receipts", "\(receipts)", "\(other.receipts)"), ("tasks", "\(tasks)", "\(other.tasks)"),
            ("turns", "\(turns)", "\(other.turns)"),
            ("cents", "\(cents)", "\(other.cents)"),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1), undisturbed \($0.2)" }
    }

    init(of fixture: CompanyFixture) async throws {
        let lines = try await fixture.git(["--git-dir", fixture.origin, "ls-tree", "-r", "main"]).split(separator: "\n")
        tree = lines.map(String.init).filter { !$0.hasSuffix("TEAM_STRUCTURE.md") }
        subjects = try await fixture.subjects().sorted()
        receipts = try await fixture.git(["--git-dir", fixture.origin, "notes", "--ref", "cco", "list"]).split(separator: "\n").count
        let report = try await fixture.cco(["report", "--json"])
        let decoded = try JSONDecoder().decode(RunReport.self, from: Data(report.standardOutput))
        tasks = decoded.teams.flatMap { $0.landed + $0.unlanded }.map {
            "\($0.title): \($0.state), reworks \($0.reworks), conflicts \($0.conflicts), red \($0.redGates), attempts \($0.attempts)"
        }.sorted()
        turns = decoded.spending.total.turns
        cents = Int((decoded.spending.total.costUsd * 100).rounded())
    }
}

extension CompanyFixture {
    /// Expects that an ended run has left no process, no lock and no half-written file.
    func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) async throws {
        try expectNoProcess(location)
        let found = try await ChildCommand(
            "find",
            [
                config + "/workspace", origin, "(", "-name", "*.lock", "-o", "-name", "*.new", "-o", "-name", "tmp_*", "-o", "-name",
                "*.sock",
                ")",
            ], environment: environment
        ).run().outputText
        #expect(found.isEmpty, "left over: \(found)", sourceLocation: location)
        let runs = try FileManager.default.contentsOfDirectory(atPath: config + "/workspace/runs")
        #expect(runs.count == 1, "there are runs \(runs)", sourceLocation: location)
    }
}
