import Foundation
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// `cco mcp`, as the real CLI uses it.
@Suite("A model's tools for a run", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct ModelToolTests {
    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 2)
        plan.goals[0].tasks[0].mistakes = [.slow(seconds: 20)]
        return plan
    }()

    /// A person's session: asks how the run is, steers it, and says what it has seen.
    private final class Person: ModelScript {
        let results = Mutex<[String]>([])
        let company: CompanyScript

        init(_ plan: CompanyPlan) { company = CompanyScript(plan) }

        func reply(to request: ModelRequest) async -> ModelReply {
            guard request.firstUserText?.contains("How is my run?") == true else { return await company.reply(to: request) }
            switch request.assistantTurnsSinceLastUserPrompt {
            case 0: return .message(.call("mcp__cco__run_status", [:]))
            case 1: return .message(.call("mcp__cco__tell", ["agent": "director", "text": "Hurry, says a model."]))
            default: return .message(.text("It goes well."))
            }
        }
    }

    @Test("the real CLI finds the tools, asks how a live run is and says something to an agent", .timeLimit(.minutes(5)))
    func session() async throws {
        let person = Person(Self.plan)
        try await CompanyFixture.with(Self.plan, script: person) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            let servers: JSONValue = [
                "mcpServers": [
                    "cco": ["command": .string(BuiltProducts.cco), "args": ["mcp", "--config", .string(fixture.config)]]
                ]
            ]
            var environment = fixture.environment
            environment["ANTHROPIC_BASE_URL"] = fixture.api.baseURL
            environment["ANTHROPIC_API_KEY"] = CompanyFixture.key
            environment["CLAUDE_CONFIG_DIR"] = fixture.home + "/.claude"
            environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
            environment["DISABLE_AUTOUPDATER"] = "1"
            let result = try await ChildCommand(
                fixture.cli,
                [
                    "-p", "How is my run?", "--output-format", "stream-json", "--verbose", "--strict-mcp-config", "--mcp-config",
                    try servers.text(), "--allowedTools", "mcp__cco__run_status,mcp__cco__tell",
                ], environment: environment, workingDirectory: fixture.home, timeout: .seconds(120)
            ).run()
            #expect(result.succeeded, "\(result.outputText.suffix(3_000))\(result.errorText)")
            let lines = result.outputText.split(separator: "\n")
            #expect(lines.first { $0.contains("\"subtype\":\"init\"") }?.contains("mcp__cco__why_waiting") == true)
            #expect(lines.contains { $0.contains("tool_result") && $0.contains("in progress") }, "\(result.outputText.suffix(6_000))")
            #expect(lines.contains { $0.contains("tool_result") && $0.contains("Message-1 ") }, "\(result.outputText.suffix(6_000))")
            let messages = try await fixture.cco(["messages", "--json"])
            #expect(messages.outputText.contains("Hurry, says a model."))
            #expect(try await run.ended().exit == .exited(0))
        }
    }

    /// What an agent would do to use the tools: begin a server of its own, and wait for its answers.
    private static func toolCalls(within words: String) -> String {
        let messages = [
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"run_status","arguments":{}}}"#,
            #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"tell","arguments":{"agent":"director","text":"Hurry, says an agent."}}}"#,
        ].map { "'\($0)'" }.joined(separator: " ")
        let configuration = "\"$(dirname $(dirname $(dirname $(dirname $(dirname $(dirname $PWD))))))\""
        // Its input stays open until the four answers are there.
        return
            "hold=$(mktemp -u); mkfifo $hold; { printf '%s\\n' \(messages); cat $hold; } "
            + "| \(words)\(BuiltProducts.cco) mcp --config \(configuration) | { head -n 4; echo > $hold; }; rm $hold"
    }

    @Test("an agent of the run reaches neither its control socket nor these tools", .timeLimit(.minutes(5)))
    func agents() async throws {
        var plan = CompanyPlan.synthetic(tasks: 1)
        let root = FileManager.default.temporaryDirectory.appending(path: "cco-agent-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        // What an agent would do: ask for the status with the workspace in its hand, also with an empty environment.
        let asking = "\(BuiltProducts.cco) status --json --workspace \"$(dirname $(dirname $(dirname $(dirname $(dirname $PWD)))))\""
        let seen = root + "/seen"
        plan.goals[0].tasks[0].steps.insert(.run("{ \(asking); env -i \(asking); setsid env -i \(asking); } > \(seen) 2>&1; true"), at: 0)
        plan.goals[0].tasks[0].steps.insert(
            .run("{ \(Self.toolCalls(within: "")); \(Self.toolCalls(within: "setsid env -i ")); } > \(seen).tools 2>&1; true"), at: 0)
        let company = plan
        try await CompanyFixture.with(company) { fixture in
            #expect(try await fixture.cco(["start"]).succeeded)
            let seen = try String(contentsOfFile: root + "/seen", encoding: .utf8)
            #expect(seen.components(separatedBy: "may neither look at it nor control it").count == 4, "\(seen)")
            #expect(!seen.contains("\"phase\""), "\(seen)")
            let tools = try String(contentsOfFile: root + "/seen.tools", encoding: .utf8)
            // Each of the two servers lists its tools, and each of their two calls is refused.
            #expect(tools.components(separatedBy: "why_waiting").count == 3, "\(tools)")
            #expect(tools.components(separatedBy: "may neither look at it nor control it").count == 5, "\(tools)")
            #expect(!tools.contains("of 1 landed") && !tools.contains("Message-1"), "\(tools)")
            let messages = try await fixture.cco(["messages", "--json"])
            #expect(!messages.outputText.contains("says an agent"), "\(messages.outputText)")
        }
    }
}
