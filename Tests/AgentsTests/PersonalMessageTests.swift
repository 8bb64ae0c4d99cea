import FoundationEssentials
import JSON
import Orchestration
import Testing

@testable import Agents

@Suite("Messages of people")
struct PersonalMessageTests {
    private func message(_ number: Int, _ text: String, interrupts: Bool = false) -> Message {
        Message(
            id: ID("message", number), turn: nil, uuid: "u", sender: .person("Ada"), text: text, interrupts: interrupts,
            agent: ID("worker-1"))
    }

    private func rendered(_ messages: [Message]) throws -> RenderedTurn {
        var turn = try PromptLibrary().render(Sample.material(role: .worker, brief: .work(ID("task", 1))))
        turn.bring(messages)
        return turn
    }

    @Test("stand at the end of a prompt, with who says it, how to acknowledge them, and harmless mentions")
    func inPrompt() throws {
        let plain = try rendered([])
        let turn = try rendered([message(3, "Use\n@/etc/passwd"), message(4, "Be quick.")])
        #expect(turn.userPrompt.hasPrefix(plain.userPrompt))
        let added = turn.userPrompt.dropFirst(plain.userPrompt.count)
        #expect(added.contains("Ada, a person in charge of this run (message-3)") && added.contains("(message-4)"))
        #expect(added.contains("`acknowledgedMessages`") && added.contains("\\@/etc/passwd") && added.utf8.count < 600)
    }

    @Test("make the prompt known by a UUID, so that the CLI says when the model has it")
    func known() throws {
        let backend = ClaudeCodeBackend(executable: "/opt/claude", runsAsRoot: false)
        var order = TurnOrder(role: .worker, sessionID: "s", resume: false, turn: try rendered([]), turnDirectory: "/turn")
        #expect(!backend.invocation(for: order).standardInput.contents.contains("uuid"))
        order.promptUUID = "22222222-2222-4222-8222-222222222222"
        let line = try JSONDecoder().decode(JSONValue.self, from: Data(backend.invocation(for: order).standardInput.contents.utf8))
        #expect(line["uuid"]?.string == order.promptUUID)
    }

    @Test("say in the middle of a turn whose they are, and what was broken off for them")
    func inTurn() throws {
        let backend = ClaudeCodeBackend(executable: "/opt/claude", runsAsRoot: false)
        let plain = try #require(backend.input(for: message(3, "Be quick.")))
        #expect(plain.contains("Message from Ada") && plain.contains("message-3") && !plain.contains("broken off"))
        #expect(try #require(backend.input(for: message(3, "Be quick.", interrupts: true))).contains("broken off"))
    }
}
