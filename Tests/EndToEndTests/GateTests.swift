import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// What the gate tells to whom, with the real CLI.
@Suite("Gates", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct GateTests {
    /// The prompts of a run, in the order in which the model first saw them.
    private final class Prompts: Sendable {
        private let seen = Mutex<[String]>([])

        func note(_ request: ModelRequest) {
            guard !request.isSideRequest, let text = request.lastUserText else { return }
            seen.withLock { if $0.last != text { $0.append(text) } }
        }

        func all(with words: String) -> [String] { seen.withLock { $0.filter { $0.contains(words) } } }
    }

    private func script(_ plan: CompanyPlan, _ prompts: Prompts) -> ClosureScript {
        let company = CompanyScript(plan)
        return ClosureScript { request in
            prompts.note(request)
            return await company.reply(to: request)
        }
    }

    @Test("a red quick gate sends work back to its author before anybody reviews it; its green is shown to the reviewer")
    func quick() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2, rates: .init(redGatesEvery: 2))
        let prompts = Prompts()
        try await CompanyFixture.with(
            plan, script: script(plan, prompts),
            options: ["workerCount": 1, "quickVerifyCommand": "sh check.sh", "quickVerifyTimeoutMinutes": 1]
        ) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let returned = prompts.all(with: "The quick check fails on what you handed in")
            #expect(!returned.isEmpty && returned.allSatisfy { $0.contains("src/task2.txt is broken") })
            let reviews = prompts.all(with: "Return one decision for each of")
            #expect(!reviews.isEmpty && reviews.allSatisfy { $0.contains("Quick check: `sh check.sh` passes on this commit.") })
            // The gate itself never had to refuse it.
            #expect(prompts.all(with: "and the verification command fails on the result").isEmpty)
            let report = try await fixture.cco(["report"])
            #expect(report.outputText.contains("quick gate: `sh check.sh`, runs: 3, red: 1"), "\(report.outputText)")
            #expect(result.outputText.contains("The quick gate is red for task-2"))
        }
    }

    @Test("of two tasks that fail only together the later one goes back, and its author is shown both changes")
    func pair() async throws {
        func task(_ key: String, _ text: String) -> CompanyTask {
            CompanyTask(
                key: key, title: "Write \(key)", description: "Write \(key).txt.", acceptance: "It is there.", paths: ["\(key).txt"],
                steps: [.run("echo '\(text)' > \(key).txt"), .commit("Write \(key).txt")], summary: "Wrote \(key).txt.",
                mistakes: [.redGate(fix: [.run("echo settled > settled.txt"), .commit("Settle it")])])
        }
        let plan = CompanyPlan(
            goals: [
                CompanyGoal(
                    key: "goal", team: 1, title: "Two files", description: "Write them.", acceptance: "They are there.",
                    tasks: [task("left", "words of the left one"), task("right", "words of the right one")])
            ], verifyCommand: "sh check.sh",
            seedFiles: [
                WorkFile("PROJECT_DIRECTION.md", "# Two files\n\nWrite left.txt and right.txt.\n"),
                WorkFile(
                    "check.sh",
                    "if [ -e left.txt ] && [ -e right.txt ] && [ ! -e settled.txt ]; then echo 'error: left and right do not go together'; exit 1; fi\n"
                ),
            ])
        let prompts = Prompts()
        try await CompanyFixture.with(plan, script: script(plan, prompts), options: ["workerCount": 2]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let returned = prompts.all(with: "and the verification command fails on the result")
            #expect(!returned.isEmpty)
            for prompt in returned {
                #expect(prompt.contains("error: left and right do not go together"))
                #expect(prompt.contains("with it and without yours the command passes"))
                let others = try #require(prompt.firstRange(of: "What others changed since you parted:"))
                let own = try #require(prompt.firstRange(of: "What you changed"))
                let words = (left: "+words of the left one", right: "+words of the right one")
                let (theirs, mine) = (prompt[others.upperBound..<own.lowerBound], prompt[own.upperBound...])
                #expect(
                    (theirs.contains(words.left) && mine.contains(words.right) && !theirs.contains(words.right))
                        || (theirs.contains(words.right) && mine.contains(words.left) && !theirs.contains(words.left)), "\(prompt)")
                #expect(!theirs.contains("TEAM_STRUCTURE.md"))
            }
        }
    }
}
