import Foundation
import JSON
import Orchestration
import Synchronization
import Testing

@testable import Agents
@testable import TestSupport

/// What the engine relies on when it speaks to a running CLI.
@Suite("The real CLI that is spoken to", .enabled(if: RealCLI.isSetUp, "The Claude Code CLI is missing: run scripts/setup."))
struct SpokenCLITests {
    private let session = "11111111-1111-4111-8111-111111111111"
    private static let uuid = "22222222-2222-4222-8222-222222222222"

    private func input(_ text: String, interrupts: Bool) throws -> String {
        let message = Message(id: ID("message", 1), turn: ID("turn", 1), uuid: Self.uuid, sender: .cco, text: text, interrupts: interrupts)
        return try #require(ClaudeCodeBackend(executable: "claude", runsAsRoot: false).input(for: message))
    }

    private func index(_ lines: [JSONValue], _ isMeant: (JSONValue) -> Bool) throws -> Int {
        let index = lines.firstIndex(where: isMeant)
        return try #require(index)
    }

    @Test("gives the model a message at the end of a tool, once although it was said twice, shows it then, and ends with its input")
    func message() async throws {
        try await CLIWorkplace.lend { place in
            let words = try input("Find another way.", interrupts: false)
            let speaker = try place.speaker()
            let heard = Mutex(0)
            let script = ClosureScript { request in
                let text = request.messages.map { "\($0.blocks)" }.joined()
                heard.withLock { $0 = text.ranges(of: "Find another way.").count }
                switch request.assistantTurnsSinceLastUserPrompt {
                case 0:
                    // The model is being asked: what is said now waits for the end of the tool.
                    speaker.say(words + words)
                    return .message(.call("Bash", ["command": "echo from the tool"]))
                default:
                    speaker.end()
                    return .report(["summary": "done"])
                }
            }
            try await ScriptedMessagesAPI.serving(script) { api in
                let outcome = try await place.conversation("Do it.", speaker, port: api.port, session: session)
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.result?["structured_output"] == ["summary": "done"])
                let tool = try index(outcome.lines) { $0["message"]?["content"]?.array?.first?["type"] == "tool_result" }
                let told = outcome.lines.indices.filter {
                    outcome.lines[$0]["uuid"] == .string(Self.uuid) && outcome.lines[$0]["isReplay"] == true
                }
                #expect(told.allSatisfy { $0 > tool } && !told.isEmpty)
                #expect(heard.withLock { $0 } == 1)
            }
        }
    }

    @Test("breaks a tool off, says so, and goes on with what comes next, in the same process and session")
    func interruption() async throws {
        try await CLIWorkplace.lend { place in
            let words = try input("Go on.", interrupts: true)
            let file = place.root.appending(path: "words").path
            try words.write(toFile: file, atomically: true, encoding: .utf8)
            let speaker = try place.speaker()
            let script = ClosureScript { request in
                // The tool itself is what says it, so it certainly runs.
                if request.promptCount == 1 {
                    return .message(.call("Bash", ["command": .string("cat '\(file)' > '\(speaker.path)'; sleep 600")]))
                }
                speaker.end()
                return .report(["summary": .string(request.lastUserText ?? "")])
            }
            try await ScriptedMessagesAPI.serving(script) { api in
                let outcome = try await place.conversation("Do it.", speaker, port: api.port, session: session)
                #expect(outcome.exitCode == 0, "\(outcome.errors)")
                #expect(outcome.result?["structured_output"] == ["summary": "Go on."])
                let answer = try index(outcome.lines) { $0["type"] == "control_response" }
                #expect(outcome.lines[answer]["response"]?["request_id"] == .string(Self.uuid))
                #expect(outcome.lines[answer]["response"]?["subtype"] == "success")
                let results = outcome.lines.filter { $0["type"] == "result" }
                #expect(results.count == 2 && results[0]["terminal_reason"] == "aborted_tools")
                #expect(results.allSatisfy { $0["session_id"] == .string(session) })
                let told = try index(outcome.lines) { $0["uuid"] == .string(Self.uuid) && $0["isReplay"] == true }
                #expect(told > answer)
            }
        }
    }

    /// How the first answer goes that a turn has before it is held back.
    enum LastStep: CaseIterable {
        case tool, failingTool, twoTools, words
        /// A tool, and a message that has come while it ran.
        case toldInTool
    }

    @Test(
        "held back in mid-step it finishes that, asks the model no more, and its session goes on with what tools had said",
        arguments: LastStep.allCases)
    func heldBack(step: LastStep) async throws {
        try await CLIWorkplace.lend { place in
            let hook = StepHook(turnDirectory: place.root.path)
            for file in [hook.settings, hook.hold] {
                try file.contents.write(toFile: file.path + (file == hook.hold ? ".later" : ""), atomically: true, encoding: .utf8)
            }
            let hold = "mv '\(hook.hold.path).later' '\(hook.hold.path)'"
            let requests = Mutex<[ModelRequest]>([])
            let speaker = Mutex<Speaker?>(nil)
            let script = ClosureScript { request in
                if step != .toldInTool || !requests.withLock({ $0.isEmpty }) { speaker.withLock { $0?.end() } }
                let number = requests.withLock { requests in
                    requests.append(request)
                    return requests.count
                }
                guard number == 1 else { return .report(["summary": "done"]) }
                switch step {
                case .tool: return .message(.call("Bash", ["command": .string("\(hold); echo said-by-tool")]))
                case .toldInTool:
                    // What is said now waits for the end of the tool, and would begin another round after it.
                    let words = InputLine.user("Look here.", uuid: Self.uuid)
                    speaker.withLock {
                        $0?.say(words)
                        $0?.end()
                    }
                    return .message(.call("Bash", ["command": .string("\(hold); echo said-by-tool; sleep 1")]))
                case .failingTool: return .message(.call("Bash", ["command": .string("\(hold); echo said-by-tool; exit 3")]))
                case .twoTools:
                    return .message(
                        .call("Bash", ["command": .string("\(hold); echo said-by-tool")]), .call("Bash", ["command": "echo and-by-another"])
                    )
                case .words:
                    do {
                        try FileManager.default.moveItem(atPath: hook.hold.path + ".later", toPath: hook.hold.path)
                    } catch { Issue.record("it could not be held back: \(error)") }
                    return .message(.text("said-by-tool"))
                }
            }
            try await ScriptedMessagesAPI.serving(script) { api in
                let options = ["--settings", hook.settings.path]
                let firstInput = try place.speaker()
                speaker.withLock { $0 = firstInput }
                let first = try await place.conversation("Do it.", firstInput, port: api.port, session: session, options: options)
                #expect(first.exitCode == 0 && requests.withLock { $0.count } == 1, "\(first.errors)")
                #expect(first.result?["structured_output"] == nil && first.result?["is_error"] == false)
                let last = first.lines.last { $0["type"] == "result" && $0["num_turns"] != 0 }
                #expect(last?["terminal_reason"] == (step == .words ? "stop_hook_prevented" : "hook_stopped"))
                var reader = TurnReader(resuming: false)
                for line in first.lines { _ = reader.take(Data(try line.text().utf8)) }
                let end = reader.conclusion(exit: .code(0), stopped: .credentialRests, errorTail: "").end
                #expect(end == .stopped(.credentialRests))
                let isTold = first.lines.contains { $0["uuid"] == .string(Self.uuid) && $0["isReplay"] == true }
                #expect(isTold == (step == .toldInTool), "what was told is in the conversation, and said to be")
                try FileManager.default.removeItem(atPath: hook.hold.path)
                try FileManager.default.removeItem(atPath: firstInput.path)
                let secondInput = try place.speaker()
                speaker.withLock { $0 = secondInput }
                let second = try await place.conversation(
                    "Go on.", secondInput, port: api.port, resume: session, session: session, options: options)
                #expect(second.result?["structured_output"] == ["summary": "done"], "\(second.errors)")
                let seen = try #require(requests.withLock { $0.dropFirst().first }).messages.map { "\($0.blocks)" }.joined()
                #expect(seen.contains("said-by-tool") && seen.contains("Go on."))
                if step == .twoTools { #expect(seen.contains("and-by-another")) }
                if step == .toldInTool { #expect(seen.ranges(of: "Look here.").count == 1) }
                if step != .words { #expect(seen.contains("a usage limit was reached")) }
            }
        }
    }

    @Test(
        "rests after whatever became of the turn, and ends with its input",
        arguments: [
            (ModelFault.rateLimited(retryAfter: 0), 1), (.authenticationFailed, 1), (.creditTooLow, 1), (.overloaded, 1), (.serverError, 1),
            (.promptTooLong, 1), (.connectionReset, 1),
        ])
    func faults(fault: ModelFault, code: Int) async throws {
        try await CLIWorkplace.lend { place in
            let speaker = try place.speaker()
            try await ScriptedMessagesAPI.serving(
                ClosureScript { _ in
                    speaker.end()
                    return .fault(fault)
                }
            ) { api in
                let outcome = try await place.conversation("Do it.", speaker, port: api.port, session: session)
                #expect(outcome.exitCode == code)
                #expect(outcome.result?["is_error"] == true)
            }
        }
    }

    @Test("rests after a turn without a report, and after one whose report never fits", arguments: [false, true])
    func noReport(isUnfit: Bool) async throws {
        try await CLIWorkplace.lend { place in
            let speaker = try place.speaker()
            let script = ClosureScript { _ in
                speaker.end()
                return isUnfit ? .report(["wrong": 1]) : .message(.text("Done."))
            }
            try await ScriptedMessagesAPI.serving(script) { api in
                let outcome = try await place.conversation("Do it.", speaker, port: api.port, session: session)
                #expect(outcome.exitCode == (isUnfit ? 1 : 0))
                #expect(outcome.result?["subtype"] == (isUnfit ? "error_max_structured_output_retries" : "success"))
                #expect(outcome.result?["structured_output"] == nil)
            }
        }
    }
}
