import Foundation
import JSON
import Testing

@testable import Processes
@testable import TestSupport

/// The pages in a real browser, on a real run. What is looked at is in `Tests/Browser`.
@Suite("The web pages in a browser", .serialized, .enabled(if: RealCLI.isSetUp && RealBrowser.isSetUp, "run scripts/setup first"))
struct BrowserTests {
    /// Escape sequences that clear, retitle and hide, markup, and marks of direction, short enough to be in a line of the log.
    private static let hostile =
        "\u{1B}[2J\u{1B}]0;owned\u{07}\u{9B}31m<script>window.hacked = 1</script><img src=x onerror=\"window.hacked = 1\"><b>\u{202E}txt.exe\u{2066}\n"

    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 5, rates: .init(reworksEvery: 2))
        plan.seedFiles.append(WorkFile("hostile.txt", hostile))
        plan.goals[0].tasks[0].mistakes = [.insists(command: "cat hostile.txt; sleep 1")]
        plan.goals[0].tasks[1].title = "Write <img src=x onerror=\"window.hacked = 1\"> & \"quotes\""
        plan.verifyCommand = "echo looks at it; \(plan.verifyCommand ?? "true")"
        plan.goals[0].tasks[2].dependsOn = [plan.goals[0].tasks[0].key]
        return plan
    }()

    /// More than any turn takes, so that they only show.
    private static let options: [String: JSONValue] = ["maxTurnBudgetUsd": 900, "maxTurnTokens": 900_000_000]

    /// One worker asks twice, with answers that look like the numbers of others and then without any; another one has a default.
    private static func script() -> ClosureScript {
        let company = CompanyScript(plan)
        let (asks, hasDefault) = (plan.goals[0].tasks[3].title, plan.goals[0].tasks[4].title)
        @Sendable func blocked(_ question: JSONValue) -> ModelReply {
            .report(["status": "blocked", "summary": "A person has to say it.", "question": question])
        }
        return ClosureScript { request in
            switch (request.isWorkers ? request.firstUserText : nil, request.promptCount) {
            case (let text?, 1) where text.contains(asks):
                blocked(["text": "Which size?", "options": ["2", "1"], "default": "1", "minutes": 60])
            case (let text?, 2) where text.contains(asks): blocked(["text": "Which words?", "minutes": 60])
            case (let text?, 1) where text.contains(hasDefault):
                blocked(["text": "Which colour?", "options": ["red", "green"], "default": "red", "minutes": 1])
            default: await company.reply(to: request)
            }
        }
    }

    @Test(
        "they show what the journal says, are safe and accessible, steer the run, survive a restart, and show every moment again",
        .timeLimit(.minutes(25)))
    func whole() async throws {
        try await CompanyFixture.with(Self.plan, script: Self.script(), options: Self.options) { fixture in
            let result = try await RealBrowser.run("whole_run.py", on: fixture)
            #expect(result.succeeded, "\(result.outputText)\n\(result.errorText)")
            #expect(result.outputText.contains("all is as it should be"))
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            let shared = try String(contentsOf: URL(filePath: fixture.root + "/browser/report.html"), encoding: .utf8)
            #expect(!shared.contains(CompanyFixture.key))
        }
    }
}
