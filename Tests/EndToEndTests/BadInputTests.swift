import Foundation
import JSON
import Processes
import Testing

@testable import TestSupport

@Suite("Bad input is refused before anything is spent", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct BadInputTests {
    private static let plan = CompanyPlan.synthetic(tasks: 1)

    @Test("an unknown option names file, line and the nearest name, and nothing is touched")
    func unknownOption() async throws {
        try await refused(options: ["workrCount": 3], status: 65, saying: ["orchestrator.json:", "workrCount", "workerCount"])
    }

    @Test("more than twenty workers need unlimitedWorkers")
    func tooManyWorkers() async throws {
        try await refused(options: ["workerCount": 21], status: 65, saying: ["workerCount", "unlimitedWorkers"])
    }

    @Test("a key file that others can read is refused with the chmod to run")
    func readableKeys() async throws {
        try await refused(status: 65, saying: ["chmod 600"]) { fixture in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: fixture.config + "/api-keys.json")
        }
    }

    @Test("a missing branch is named together with the branches that exist")
    func missingBranch() async throws {
        try await refused(options: ["branch": "develop"], status: 69, saying: ["develop", "main"])
    }

    @Test("a missing direction is said before anything is spent")
    func missingDirection() async throws {
        var plan = Self.plan
        plan.seedFiles.removeAll { $0.path == "PROJECT_DIRECTION.md" }
        try await refused(plan: plan, status: 65, saying: ["PROJECT_DIRECTION.md"])
    }

    @Test("a repository that is not there")
    func missingRepository() async throws {
        try await refused(options: ["repositoryUrl": "/nonexistent/repository"], status: 65, saying: ["/nonexistent/repository"])
    }

    @Test("a CLI that is not there")
    func missingCLI() async throws {
        try await refused(options: ["claudeExecutable": "/nonexistent/claude"], status: 65, saying: ["/nonexistent/claude"])
    }

    @Test("no credentials at all")
    func noCredentials() async throws {
        try await refused(options: ["authMode": "oauth"], status: 77, saying: ["no credentials"]) { fixture in
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
        }
    }

    @Test(
        "keys that cannot be meant are named with their line, and never with their value",
        arguments: [
            (#"[{"name": "a", "apiKey": "k-hunter2"}, {"name": "a", "apiKey": "l-hunter2"}]"#, 65, "same name"),
            (#"[{"name": "a", "apiKey": "k-hunter2"}, {"name": "b", "apiKey": "k-hunter2"}]"#, 65, "same credential"),
            (#"[{"name": "a", "apiKey": ""}]"#, 65, "must not be empty"),
            (#"[{"name": "a", "apiKey": 17}]"#, 65, "expected a credential as a string"),
            (#"[{"name": "a", "apiKey": "k-hunter2", "maxConcurrency": "2"}]"#, 65, "remove the quotes"),
            (#"[{"name": "a", "env": {"CLAUDE_CODE_USE_BEDROK": "hunter2"}}]"#, 65, "CLAUDE_CODE_USE_BEDROCK"),
            (#"[{"name": "a", "oauthToken": "k-hunter2"}, {"name": "b", "oauthToken": "l-hunter2"}]"#, 77, "useSeveralSubscriptions"),
            ("[]", 65, "there is no key in"),
        ] as [(String, Int32, String)])
    func keys(text: String, status: Int32, word: String) async throws {
        try await refused(status: status, saying: [word]) { fixture in
            let file = fixture.config + "/api-keys.json"
            try Data(text.utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            let doctor = try await fixture.cco(["doctor"])
            #expect(!(doctor.outputText + doctor.errorText).contains("hunter2"))
            #expect(doctor.exit != .exited(0))
        }
    }

    @Test("a branch that is checked out in a local repository, with the ways out")
    func checkedOut() async throws {
        try await refused(status: 77, saying: ["checked out", "useRunBranch"]) { fixture in
            let clone = try await fixture.freshClone()
            let path = fixture.config + "/orchestrator.json"
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            try Data(text.replacingOccurrences(of: fixture.origin, with: clone).utf8).write(to: URL(filePath: path))
        }
    }

    @Test("a workspace of another version is left as it is")
    func otherWorkspace() async throws {
        try await refused(status: 73, saying: ["another version"]) { fixture in
            try FileManager.default.createDirectory(atPath: fixture.config + "/workspace", withIntermediateDirectories: true)
            try Data("99\n".utf8).write(to: URL(filePath: fixture.config + "/workspace/format"))
        }
    }

    @Test("a second start on the same configuration says which process holds it")
    func secondStart() async throws {
        var slow = Self.plan
        slow.goals[0].tasks[0].mistakes = [.slow(seconds: 10)]
        try await CompanyFixture.with(slow) { fixture in
            let first = try await fixture.begin(["start"])
            #expect(try await first.says("begins with"))
            let second = try await fixture.cco(["start"])
            #expect(second.exit == .exited(75), "\(second.outputText)\(second.errorText)")
            #expect(second.errorText.contains("process"))
            #expect(try await first.ended().exit == .exited(0))
        }
    }

    /// Starts with something wrong and expects the refusal: its exit code, its words, no model request, nothing pushed, no run left behind.
    private func refused(
        plan: CompanyPlan = Self.plan, options: [String: JSONValue] = [:], status: Int32, saying words: [String],
        _ spoil: @escaping @Sendable (CompanyFixture) async throws -> Void = { _ in }
    ) async throws {
        try await CompanyFixture.with(plan, options: options) { fixture in
            try await spoil(fixture)
            let result = try await fixture.cco(["start"])
            let text = result.outputText + result.errorText
            #expect(result.exit == .exited(status), "\(text)")
            for word in words { #expect(text.contains(word), "\"\(word)\" is not in: \(text)") }
            #expect(await fixture.api.requestCount == 0)
            #expect(try fixture.markers().isEmpty, "a run was left behind")
            #expect(try await fixture.subjects() == ["Seed"])
        }
    }
}
