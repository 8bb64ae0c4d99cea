import Testing

@testable import TestSupport

/// The questions of a first `cco start`, in a real terminal.
@Suite("The first-run questions on a terminal", .enabled(if: RealCLI.isSetUp && RealTerminal.isSetUp, "run scripts/setup first"))
struct SetupTests {
    @Test("a signal at the question for a key leaves a terminal that shows what is typed", .timeLimit(.minutes(5)))
    func killed() async throws {
        try await CompanyFixture.with(CompanyPlan.synthetic(tasks: 1)) { fixture in
            var unconfigured = fixture
            unconfigured.configName = "none-yet"
            let pid = fixture.root + "/pid"
            let wrapper = ["sh", "-c", "echo $$ > \(pid); exec \"$0\" \"$@\""]
            try await RealTerminal.with(unconfigured, ["start"], environment: wrapper) { terminal in
                let answers: [(question: String, answer: String?)] = [
                    ("Folder for the configuration", nil), ("Git repository", fixture.origin), ("Base branch", nil), ("Workers", nil),
                    ("Credentials", "api-keys-only"),
                ]
                for (question, answer) in answers {
                    try await terminal.shows(question) { $0.contains { $0.hasPrefix(question) } }
                    if let answer { try await terminal.type(answer) }
                    try await terminal.type("Enter")
                }
                try await terminal.shows("the question for a key") { $0.contains { $0.hasPrefix("API key 1") } }
                try await fixture.command(["sh", "-c", "kill -TERM $(cat \(pid))"])
                try await terminal.shows("the end") { $0.contains { $0.contains("left with 143") } }
                try await terminal.type("this is seen")
                try await terminal.shows("what is typed afterwards") { $0.contains { $0.contains("this is seen") } }
            }
        }
    }
}
