import Foundation
import JSON
import Testing

@testable import TestSupport

@Suite("The pinned CLI")
struct RealCLITests {
    @Test("is looked for where the variable says, else in the cache of its version")
    func location() {
        #expect(throws: RealCLI.Missing(path: "/none/claude")) {
            try RealCLI.locate(environment: ["CCO_TEST_CLAUDE": "/none/claude", "HOME": "/h"])
        }
        #expect(throws: RealCLI.Missing(path: "/c/cco/claude-cli/\(RealCLI.version)/claude")) {
            try RealCLI.locate(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"])
        }
        #expect(throws: RealCLI.Missing(path: "/h/.cache/cco/claude-cli/\(RealCLI.version)/claude")) {
            try RealCLI.locate(environment: ["CCO_TEST_CLAUDE": "", "HOME": "/h"])
        }
    }

    @Test("says how to get it when it is missing")
    func missing() {
        #expect(RealCLI.Missing(path: "/x").description.contains("scripts/setup"))
    }

    @Test("gets an environment with nothing of the developer's but the search path")
    func environment() {
        let own = ProcessInfo.processInfo.environment
        let given = RealCLI.environment(home: "/home/test", apiPort: 1234, apiKey: nil)
        #expect(given["ANTHROPIC_API_KEY"] == nil)
        #expect(given["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:1234")
        #expect(given["CLAUDE_CONFIG_DIR"] == "/home/test/.claude")
        #expect(given["PATH"] == own["PATH"])
        #expect(given.keys.filter { $0.hasPrefix("CLAUDE_CODE_OAUTH") || $0.hasSuffix("_PROXY") }.isEmpty)
    }
}

@Suite("The real CLI with the scripted API", .enabled(if: RealCLI.isSetUp, "The Claude Code CLI is missing: run scripts/setup."))
struct RealCLIConversationTests {
    private let session = "11111111-1111-4111-8111-111111111111"

    @Test("writes a file through its Write tool and returns the report")
    func twoSteps() async throws {
        try await CLIWorkplace.lend { place in
            let file = place.repository + "/made.txt"
            let script = SteppedScript(
                .message(.text("I write."), .call("Write", ["file_path": .string(file), "content": "made by a tool\n"])),
                .report(["summary": "wrote it"]))
            try await ScriptedMessagesAPI.serving(script) { api in
                let outcome = try await place.turn("Make the file.\n", port: api.port, session: session)
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.result?["structured_output"] == ["summary": "wrote it"])
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "made by a tool\n")
                let requests = await api.requests
                #expect(requests.count == 2)
                #expect(requests.allSatisfy { $0.conversation == session && !$0.isSideRequest })
                #expect((requests.last?.usage?.cacheRead ?? 0) > (requests.first?.usage?.cacheRead ?? 0))
            }
        }
    }

    @Test("shows the script the prompt, the tool's result and the next turn's prompt")
    func position() async throws {
        try await CLIWorkplace.lend { place in
            let script = ClosureScript { request in
                if request.reportSchema == nil { return .fault(.serverError) }
                if request.promptCount == 2 { return .report(["summary": .string("second: \(request.lastUserText ?? "")")]) }
                switch request.assistantTurnsSinceLastUserPrompt {
                case 0: return .message(.call("Bash", ["command": "echo from the tool"]))
                default: return .report(["summary": .string("\(request.lastUserText ?? "")\(request.toolResults.first?.text ?? "")")])
                }
            }
            try await ScriptedMessagesAPI.serving(script) { api in
                let first = try await place.turn("Say it.\n", port: api.port, apiKey: "sk-one", session: session)
                #expect(first.result?["structured_output"] == ["summary": "Say it.\nfrom the tool"])
                let second = try await place.turn("Go on.\n", port: api.port, apiKey: "sk-two", resume: session, session: session)
                #expect(second.result?["structured_output"] == ["summary": "second: Go on.\n"])
                let requests = await api.requests
                #expect(requests.map(\.credential) == [.apiKey("sk-one"), .apiKey("sk-one"), .apiKey("sk-two")])
                #expect((requests.last?.usage?.cacheRead ?? 0) > 0)
            }
        }
    }

    @Test(
        "reports a fault in its structured fields",
        arguments: [
            (ModelFault.rateLimited(retryAfter: 0), "rate_limit", 429, true), (.authenticationFailed, "authentication_failed", 401, true),
            (.creditTooLow, "billing_error", 400, false), (.overloaded, "server_error", 529, true),
        ])
    func faults(fault: ModelFault, error: String, status: Int, isRetried: Bool) async throws {
        try await CLIWorkplace.lend { place in
            try await ScriptedMessagesAPI.serving(SteppedScript(.fault(fault))) { api in
                let outcome = try await place.turn("Do it.\n", port: api.port, session: session)
                #expect(outcome.exitCode == 1)
                #expect(outcome.apiError?["error"] == .string(error))
                #expect(outcome.result?["api_error_status"] == .integer(Int64(status)))
                #expect(outcome.result?["is_error"] == true)
                #expect(outcome.retries.count == (isRetried ? 1 : 0))
            }
        }
    }

    @Test("tells a subscription's limit with the time of its reset, and does not try again")
    func subscriptionLimit() async throws {
        let limits = SubscriptionLimits(
            fiveHour: .init(.rejected, utilization: 1, resetsAt: 1_900_000_000),
            sevenDay: .init(.allowed, utilization: 0.1, resetsAt: 1_900_400_000))
        try await CLIWorkplace.lend { place in
            try await ScriptedMessagesAPI.serving(SteppedScript(.fault(.usageLimitReached(limits)))) { api in
                let outcome = try await place.turn(
                    "Do it.\n", port: api.port, apiKey: nil, session: session, variables: ["CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-test"])
                let event = outcome.lines.first { $0["type"] == "rate_limit_event" }
                #expect(event?["rate_limit_info"]?["status"] == "rejected")
                #expect(event?["rate_limit_info"]?["resetsAt"] == 1_900_000_000)
                let requests = await api.requests
                #expect(requests.map(\.credential) == [.bearer("sk-ant-oat01-test")])
            }
        }
    }
}
