import JSON
import Orchestration
import Testing

@testable import Agents

@Suite("Starting the CLI for a turn")
struct InvocationTests {
    private let backend = ClaudeCodeBackend(executable: "/opt/claude", runsAsRoot: true)

    private func order(_ role: Role, resume: Bool = false) throws -> TurnOrder {
        let brief: Brief = role == .worker ? .work(TaskID("task", 1)) : .review([TaskID("task", 1)])
        let turn = try PromptLibrary().render(Sample.material(role: role, brief: brief))
        return TurnOrder(
            role: role, model: "sonnet", effort: .low, sessionID: "11111111-1111-4111-8111-111111111111", resume: resume, turn: turn,
            budgetUsd: 2.5, turnDirectory: "/run/turn-1", readableDirectories: ["/run/diffs"])
    }

    private func value(_ option: String, _ arguments: [String]) -> String? {
        arguments.firstIndex(of: option).flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
    }

    @Test("a worker may do everything, with four tools")
    func worker() throws {
        let invocation = backend.invocation(for: try order(.worker))
        #expect(value("--tools", invocation.arguments) == "Bash,Edit,Read,Write")
        #expect(value("--permission-mode", invocation.arguments) == "bypassPermissions")
        #expect(value("--append-system-prompt-file", invocation.arguments) == "/run/turn-1/system-prompt.md")
        #expect(invocation.environment["IS_SANDBOX"] == "1")
    }

    @Test("managers can only read, and nothing is allowed by rule", arguments: [Role.director, .engineerManager])
    func manager(role: Role) throws {
        let invocation = backend.invocation(for: try order(role))
        #expect(value("--tools", invocation.arguments) == "Read,Grep,Glob")
        #expect(value("--permission-mode", invocation.arguments) == "dontAsk")
        #expect(value("--system-prompt-file", invocation.arguments) == "/run/turn-1/system-prompt.md")
        #expect(value("--add-dir", invocation.arguments) == "/run/diffs")
        #expect(!invocation.arguments.contains { $0.lowercased().hasPrefix("--allowed") })
        #expect(invocation.environment["IS_SANDBOX"] == nil)
        #expect(invocation.environment["CLAUDE_CODE_DISABLE_ATTACHMENTS"] == "1")
    }

    @Test("every turn is headless, with a schema, and without the repository's settings and servers", arguments: Role.allCases)
    func common(role: Role) throws {
        let order = try order(role)
        let invocation = backend.invocation(for: order)
        let arguments = invocation.arguments
        #expect(invocation.executable == "/opt/claude")
        #expect(
            arguments.starts(with: [
                "-p", "--output-format", "stream-json", "--verbose", "--input-format", "stream-json", "--replay-user-messages",
            ]))
        #expect(value("--setting-sources", arguments) == "user")
        #expect(arguments.contains("--strict-mcp-config"))
        #expect(value("--json-schema", arguments) == order.turn.schema)
        #expect(value("--model", arguments) == "sonnet")
        #expect(value("--effort", arguments) == "low")
        #expect(value("--max-budget-usd", arguments) == "2.5000")
        #expect(invocation.environment["CLAUDE_CODE_DISABLE_FILE_MENTIONS"] == "1")
        #expect(invocation.environment["CLAUDE_CODE_DISABLE_AUTO_MEMORY"] == "1")
    }

    @Test("a session is begun under its id, or gone on with")
    func session() throws {
        let fresh = backend.invocation(for: try order(.worker)).arguments
        let resumed = backend.invocation(for: try order(.worker, resume: true)).arguments
        #expect(value("--session-id", fresh) != nil && !fresh.contains("--resume"))
        #expect(value("--resume", resumed) != nil && !resumed.contains("--session-id"))
    }

    @Test("the prompt is on standard input and not among the arguments")
    func prompt() throws {
        let order = try order(.worker)
        let invocation = backend.invocation(for: order)
        #expect(invocation.standardInput.contents == InputLine.user(order.turn.userPrompt, uuid: nil))
        #expect(invocation.standardInput.contents.hasSuffix("\n") && invocation.takesMessages)
        #expect(invocation.files.first == .init(path: "/run/turn-1/system-prompt.md", contents: order.turn.systemPrompt))
        #expect(!invocation.arguments.contains { $0.contains(Sample.task.description) })
    }

    @Test(
        "a turn can be held back: its settings are in its folder, and ask for a file that is not there",
        arguments: ["/run/turn-1", "/it's/$run"])
    func hold(folder: String) throws {
        var order = try order(.worker)
        order.turnDirectory = folder
        let invocation = backend.invocation(for: order)
        let path = try #require(value("--settings", invocation.arguments))
        let settings = try #require(invocation.files.first { $0.path == path })
        let hooks = try JSONValue(parsing: settings.contents)["hooks"]
        let file = try #require(backend.hold(in: folder))
        #expect(path.hasPrefix(folder + "/") && file.path.hasPrefix(folder + "/") && file.path != path)
        #expect(!invocation.files.contains { $0.path == file.path })
        for event in ["PostToolBatch", "Stop", "UserPromptSubmit"] {
            let command = hooks?[event]?.array?.first?["hooks"]?.array?.first?["command"]
            let quoted = "'" + file.path.replacing("'", with: "'\\''") + "'"
            #expect(command == .string("[ ! -e \(quoted) ] || cat \(quoted)"))
        }
        #expect(try JSONValue(parsing: file.contents)["continue"] == false)
    }

    @Test("without root nothing claims to be a sandbox")
    func notRoot() throws {
        let plain = ClaudeCodeBackend(executable: "claude", runsAsRoot: false)
        #expect(plain.invocation(for: try order(.worker)).environment["IS_SANDBOX"] == nil)
    }

    @Test(
        "dollar amounts are written without an exponent",
        arguments: [(0.00001, "0.0001"), (0, "0.0000"), (12, "12.0000"), (1e9, "1000000.0000"), (-.infinity, "0.0000"), (.nan, "0.0000")])
    func dollars(amount: Double, text: String) {
        #expect(ClaudeCodeBackend.plainDecimal(amount) == text)
    }
}
