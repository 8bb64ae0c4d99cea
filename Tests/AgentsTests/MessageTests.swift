import FoundationEssentials
import JSON
import Orchestration
import Testing

@testable import Agents

/// Recorded turns of the CLI that were spoken to. The messages in them have this UUID.
@Suite("Messages to a running turn")
struct MessageTests {
    private static let uuid = "22222222-2222-4222-8222-222222222222"

    private func message(_ text: String, interrupts: Bool) -> Message {
        Message(id: ID("message", 1), turn: ID("turn", 1), uuid: Self.uuid, sender: .cco, text: text, interrupts: interrupts)
    }

    /// What each line of a recording says.
    private func observations(_ name: String) throws -> [Observation] {
        var reader = TurnReader(resuming: false)
        return try Fixture.lines(name).map { reader.take($0) }
    }

    @Test("are lines of JSON that the CLI reads, with their UUID, and harmless mentions")
    func lines() throws {
        let backend = ClaudeCodeBackend(executable: "/opt/claude", runsAsRoot: false)
        let text = try #require(backend.input(for: message("Look at\n@/etc/passwd \u{4}", interrupts: false)))
        #expect(text.hasSuffix("\n") && text.split(separator: "\n").count == 1)
        #expect(!text.utf8.contains(4), "the byte that ends the input is in it")
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(value["type"]?.string == "user" && value["uuid"]?.string == Self.uuid)
        #expect(value["message"]?["content"]?.string == "Look at\n\\@/etc/passwd \u{4}")
    }

    @Test("that interrupt break off first")
    func interrupting() throws {
        let backend = ClaudeCodeBackend(executable: "/opt/claude", runsAsRoot: false)
        let lines = try #require(backend.input(for: message("Go on.", interrupts: true))).split(separator: "\n")
        #expect(lines.count == 2)
        let first = try JSONDecoder().decode(JSONValue.self, from: Data(lines[0].utf8))
        #expect(first["type"]?.string == "control_request" && first["request"]?["subtype"]?.string == "interrupt")
        #expect(first["request_id"]?.string == Self.uuid)
    }

    @Test("are acknowledged when the model gets them, at the end of a tool")
    func told() throws {
        let observations = try observations("told-in-mid-turn")
        let index = try #require(observations.firstIndex { $0.receipts == [.init(uuid: Self.uuid, kind: .delivered)] })
        #expect(observations[index].progress == [.told])
        #expect(observations[..<index].contains { $0.progress.contains { if case .toolEnded(_, true) = $0 { true } else { false } } })
        #expect(observations.compactMap(\.rest) == [.done])
        #expect(try Fixture.conclude("told-in-mid-turn", exit: .code(0)).end == .reported(#"{"summary":"ok"}"#))
    }

    @Test("interrupt a tool: what was broken off is no end, and the same process goes on to its report")
    func interrupted() throws {
        let observations = try observations("interrupted-and-gone-on")
        let receipts = observations.flatMap(\.receipts).filter { $0.uuid == Self.uuid }.map(\.kind)
        #expect(receipts == [.interrupted, .delivered])
        #expect(observations.compactMap(\.rest) == [.brokenOff, .done])
        var progress = TurnProgress(limits: .init(silenceMinutes: 1, toolMinutes: 1))
        for observation in observations { progress.take(observation.progress, at: Timestamp(milliseconds: 0)) }
        #expect(progress.verdict(at: Timestamp(milliseconds: 59_000)) == nil)
        #expect(progress.verdict(at: Timestamp(milliseconds: 60_000)) == .silent(minutes: 1), "a tool is thought to run still")
        let conclusion = try Fixture.conclude("interrupted-and-gone-on", exit: .code(0))
        #expect(conclusion.end == .reported(#"{"summary":"ok"}"#))
        let broken = try Array(Fixture.lines("interrupted-and-gone-on").prefix { !String(decoding: $0, as: UTF8.self).contains("Go on.") })
        #expect(Fixture.conclude(broken, stopped: .stuck).end == .stopped(.stuck))
        #expect(Fixture.conclude(broken, exit: .signal(9)).end.kind == "failed")
    }

    @Test("that come too late make one more round of the same turn, whose report counts")
    func tooLate() throws {
        let observations = try observations("told-too-late")
        #expect(observations.compactMap(\.rest) == [.done, .done])
        #expect(observations.flatMap(\.receipts).last == .init(uuid: Self.uuid, kind: .delivered))
        let conclusion = try Fixture.conclude("told-too-late", exit: .code(0))
        #expect(conclusion.end == .reported(#"{"summary":"ok1"}"#))
        #expect(conclusion.account.modelTurns == 4)
    }
}
