import Foundation
import JSON
import Orchestration
import Testing

@testable import Agents

@Suite("A transcript of the CLI's output")
struct TranscriptReaderTests {
    private let reader = TranscriptReader { $0.replacing("secret-value", with: "<redacted>") }

    private func entries(_ line: String, at position: Int64 = 0) -> [TranscriptEntry] {
        reader.entries(of: Array(line.utf8)[...], at: position)
    }

    private func assistant(_ blocks: String) -> String { #"{"type":"assistant","message":{"id":"m","content":[\#(blocks)]}}"# }

    private func result(_ text: String, isError: Bool = false) throws -> String {
        let block: JSONValue = ["type": "tool_result", "tool_use_id": "c", "is_error": .bool(isError), "content": .string(text)]
        return #"{"type":"user","message":{"content":[\#(try block.text())]}}"#
    }

    @Test("texts are whole, thoughts are a mark, calls have their whole input, results say whether they failed")
    func kinds() throws {
        let long = String(repeating: "word ", count: 2_000)
        let text = assistant(#"{"type":"text","text":"\#(long)"}"#)
        #expect(entries(text, at: 7) == [TranscriptEntry(at: 7, kind: .text, text: long)])
        #expect(entries(assistant(#"{"type":"thinking","thinking":"hm","signature":"s"}"#)).map(\.kind) == [.thinking])
        let input = #"{"content":"a\nb","file_path":"x.txt","n":[1]}"#
        let call = entries(assistant(#"{"type":"tool_use","id":"c","name":"Write","input":\#(input)}"#))
        #expect(call.map(\.title) == ["Write"] && call[0].text.hasPrefix("file_path: x.txt\ncontent:\na\nb\nn:"), "\(call)")
        #expect(entries(try result("fine")) == [TranscriptEntry(at: 0, kind: .result, text: "fine")])
        #expect(entries(try result("no", isError: true)).map(\.kind) == [.failure])
        #expect(entries(#"{"type":"user","isReplay":true,"uuid":"u","message":{"content":"Stay calm"}}"#).map(\.text) == ["Stay calm"])
        #expect(entries("{ no").map(\.kind) == [.note] && entries("") == [])
        #expect(entries(#"{"type":"something","of":"tomorrow"}"#) == [])
    }

    @Test("the end tells what the turn took")
    func end() throws {
        let end = entries(
            #"{"type":"result","subtype":"success","usage":{"input_tokens":3,"output_tokens":4},"total_cost_usd":0.25,"errors":["late"]}"#)
        #expect(end.map(\.kind) == [.end] && end[0].tokens?.total == 7 && end[0].costUsd == 0.25 && end[0].text == "success\nlate")
    }

    @Test("a megabyte is cut with a mark of how much is left out, in the middle of no character")
    func cut() throws {
        let entry = try #require(entries(try result(String(repeating: "é", count: 500_000) + "x")).first)
        #expect(entry.text.utf8.count == 20_000 && entry.leftOut == 980_001)
        let odd = try #require(entries(try result("x" + String(repeating: "é", count: 500_000))).first)
        #expect(odd.text.utf8.count == 19_999 && odd.leftOut == 980_002 && odd.text.allSatisfy { $0 == "x" || $0 == "é" })
        let text = try #require(entries(assistant(#"{"type":"text","text":"\#(String(repeating: "y", count: 1 << 20))"}"#)).first)
        #expect(text.leftOut == (1 << 20) - (256 << 10))
        let beginning = reader.entry(ofBeginning: Array(repeating: 0x7A, count: 4_000)[...], leftOut: 1_000, at: 5)
        #expect(beginning.text.utf8.count == 2_000 && beginning.leftOut == 3_000 && beginning.at == 5)
    }

    @Test("secrets are taken out before anything is cut")
    func secrets() throws {
        let text = String(repeating: "x", count: 20_000 - 6) + "secret-value"
        let entry = try #require(entries(try result(text)).first)
        #expect(!entry.text.contains("secret") && entry.text.hasSuffix("<redac"))
        let call = entries(assistant(#"{"type":"tool_use","id":"c","name":"Bash","input":{"command":"echo secret-value"}}"#))
        #expect(call.map(\.text) == ["command: echo <redacted>"])
    }

    @Test(
        "what the CLI really writes is read without a line that cannot be",
        arguments: ["success-with-report", "tool-denied", "told-in-mid-turn"])
    func recorded(name: String) throws {
        let lines = try Fixture.lines(name)
        let all = lines.flatMap { reader.entries(of: Array($0)[...], at: 0) }
        #expect(all.first?.kind == .start && all.last?.kind == .end && all.contains { $0.kind == .call })
        #expect(!all.contains { $0.text.contains("cannot be read") })
    }
}
