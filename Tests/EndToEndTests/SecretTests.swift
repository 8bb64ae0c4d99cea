import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Secrets and credentials", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct SecretTests {
    @Test("environment files reach the workers, are never committed, and no key or value of them is in any file or commit")
    func environmentFiles() async throws {
        var leaky = CompanyPlan.synthetic(tasks: 3)
        leaky.goals[0].tasks[0].mistakes = [.writesEnvFile]
        leaky.goals[0].tasks[1].mistakes = [.printsSecrets]
        // The gate itself sees the file that the configuration folder provides.
        leaky.verifyCommand = "test -f .env && sh check.sh"
        let plan = leaky
        try await CompanyFixture.with(plan) { fixture in
            let value = "s3cr3t-value-of-the-env-file-42"
            try Data("SERVICE_TOKEN=\(value)\n".utf8).write(to: URL(filePath: fixture.config + "/.env"))
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: "sh check.sh")
            let history = try await fixture.git(["--git-dir", fixture.origin, "log", "--all", "--name-only", "--format="])
            #expect(!history.split(separator: "\n").contains(".env"), "a .env file is in the history")
            try FileManager.default.removeItem(atPath: fixture.config + "/.env")
            try await fixture.expectNowhere(CompanyFixture.key)
            let left = try await ChildCommand(
                "find", [fixture.config + "/workspace", "-name", ".env"], environment: fixture.environment
            ).run().outputText
            #expect(left.isEmpty, "environment files are left: \(left)")
            let published = try await fixture.git(["--git-dir", fixture.origin, "log", "--all", "-p"])
            #expect(!published.contains(value), "a value of .env is in origin's history")
        }
    }

    @Test("a bearer token and a cloud's variables, which the CLI takes from its environment only, are not in the environment of its tools")
    func bearerToken() async throws {
        var leaky = CompanyPlan.synthetic(tasks: 2)
        leaky.goals[0].tasks[0].mistakes = [.printsSecrets]
        let plan = leaky
        let token = "gateway-bearer-0123456789abcdef"
        let cloud = "cloud-secret-value-9876543210"
        let key: [String: JSONValue] = [
            "name": "gateway", "authToken": .string(token), "env": .object(["CLOUD_ACCESS_VALUE": .string(cloud)]),
        ]
        try await CompanyFixture.with(plan, keys: [key]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let credentials = Set(await fixture.api.requests.compactMap { $0.credential?.secret })
            #expect(credentials == [token])
            try await fixture.expectNowhere(token)
            try await fixture.expectNowhere(cloud)
        }
    }

    @Test("a key that the provider refuses is replaced by the next one, and the session goes on")
    func rotation() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let bad = "sk-ant-test-refused-000000000000"
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            request.credential?.secret == bad ? .fault(.authenticationFailed) : await company.reply(to: request)
        }
        let keys: [[String: JSONValue]] = [
            ["name": "refused", "apiKey": .string(bad)], ["name": "good", "apiKey": .string(CompanyFixture.key)],
        ]
        try await CompanyFixture.with(plan, script: script, keys: keys) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let requests = await fixture.api.requests
            let refused = requests.filter { $0.credential?.secret == bad }
            #expect(!refused.isEmpty && refused.count <= 4, "the refused key was tried \(refused.count) times")
            let lastRefused = refused.map(\.number).max() ?? 0
            let firstGood = requests.filter { $0.credential?.secret == CompanyFixture.key }.map(\.number).min() ?? 0
            #expect(firstGood > 0 && lastRefused < firstGood, "the refused key was used again")
        }
    }

    @Test("a key that is used up in the middle of the run is rotated away from, in the same session")
    func exhaustion() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let company = CompanyScript(plan)
        let other = "sk-ant-test-other-0000000000000"
        let spent = Mutex<String?>(nil)
        let script = ClosureScript { request in
            // The first worker's key is used up in the middle of its turn, after its first tool.
            let key = request.credential?.secret
            let isWorker = request.tools.contains { $0.name == "Bash" }
            let isSpent = spent.withLock { spent in
                if spent == nil, isWorker, request.assistantTurnsSinceLastUserPrompt > 0 { spent = key }
                return spent != nil && spent == key
            }
            return isSpent ? .fault(.creditTooLow) : await company.reply(to: request)
        }
        let keys: [[String: JSONValue]] = [
            ["name": "one", "apiKey": .string(CompanyFixture.key)], ["name": "two", "apiKey": .string(other)],
        ]
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 1], keys: keys) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let requests = await fixture.api.requests
            let conversations = Dictionary(grouping: requests) { $0.conversation }.mapValues {
                Set($0.compactMap { $0.credential?.secret })
            }
            #expect(conversations.values.contains([other, CompanyFixture.key]), "no conversation went on with the other key")
        }
    }

    @Test(
        "in oauth mode the CLI's own login works first, and a key takes over when its window is used up",
        arguments: ["oauth", "api-keys-first"])
    func pools(mode: String) async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let company = CompanyScript(plan)
        let login = "sk-ant-oat01-test-login-000000000"
        let reset = Int(Date().timeIntervalSince1970) + 3_600
        let full = SubscriptionLimits(
            fiveHour: .init(.rejected, utilization: 1, resetsAt: reset), sevenDay: .init(.allowed, utilization: 0.5, resetsAt: reset))
        let script = ClosureScript { request in
            // The login answers the plan and is then used up.
            let isLater = request.tools.contains { $0.name == "Bash" } || request.promptCount > 1
            return request.credential?.secret == login && isLater ? .fault(.usageLimitReached(full)) : await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script, options: ["authMode": .string(mode), "workerCount": 1]) { fixture in
            let result = try await fixture.cco(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let keys = await fixture.api.requests.map { $0.credential?.secret }
            if mode == "oauth" {
                #expect(keys.first == login && keys.contains(CompanyFixture.key))
                #expect(keys.count { $0 == login } <= 4, "the used-up login was asked \(keys.count { $0 == login }) times")
            } else {
                #expect(!keys.contains(login), "the login was used although the key works")
            }
            try await fixture.expectNowhere(login)
        }
    }

    @Test("a login that the CLI has stored is used where it is, and no copy of it is made")
    func storedLogin() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let login = "sk-ant-oat01-test-stored-00000000000"
        try await CompanyFixture.with(plan, options: ["authMode": "oauth"]) { fixture in
            let folder = fixture.home + "/.claude"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let stored: JSONValue = [
                "claudeAiOauth": [
                    "accessToken": .string(login), "refreshToken": "sk-ant-ort01-test-stored-00000000000",
                    "expiresAt": .integer(Int64(Date().timeIntervalSince1970 + 36_000) * 1000),
                    "scopes": ["user:inference", "user:profile"],
                    "subscriptionType": "max",
                ]
            ]
            let file = folder + "/.credentials.json"
            #expect(
                FileManager.default.createFile(
                    atPath: file, contents: Data(try stored.text().utf8), attributes: [.posixPermissions: 0o600]))
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
            let result = try await fixture.cco(["start"], environment: ["ANTHROPIC_BASE_URL": fixture.api.baseURL])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(Set(await fixture.api.requests.compactMap { $0.credential?.secret }) == [login])
            try FileManager.default.removeItem(atPath: file)
            try await fixture.expectNowhere(login)
        }
    }

    @Test("without any key that works the run stands still and says why")
    func noKeyWorks() async throws {
        let script = ClosureScript { _ in .fault(.authenticationFailed) }
        try await CompanyFixture.with(.synthetic(tasks: 1), script: script) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(15), "\(result.outputText)\(result.errorText)")
            #expect((result.outputText + result.errorText).contains("no credential can be used"))
            try fixture.expectNoProcess()
        }
    }
}
