import Foundation
import Orchestration
import Testing

@testable import Agents

@Suite("Reading lines quickly")
struct LineScanningTests {
    private func scanned(_ line: Data) -> StreamLine? {
        line.withUnsafeBytes { StreamLine(scanning: $0.bindMemory(to: UInt8.self)) }
    }

    private func expectAgreement(_ text: String, isScanned: Bool? = nil) {
        let line = Data(text.utf8)
        let fast = scanned(line)
        if let fast { #expect(fast == StreamLine(slowly: line), "\(text.prefix(200))") }
        #expect(StreamLine(decoding: line) == StreamLine(slowly: line), "\(text.prefix(200))")
        if let isScanned { #expect((fast != nil) == isScanned, "\(text.prefix(200))") }
    }

    @Test("lines of the real CLI are read as the decoder reads them, and nearly all messages quickly")
    func recorded() throws {
        var messages = 0
        var quick = 0
        for name in try Fixture.names() {
            for line in try Fixture.lines(name) {
                let text = String(decoding: line, as: UTF8.self)
                expectAgreement(text)
                guard text.hasPrefix(#"{"type":"assistant""#) || text.hasPrefix(#"{"type":"user""#) else { continue }
                messages += 1
                if scanned(line) != nil { quick += 1 }
            }
        }
        #expect(messages > 20 && quick == messages)
    }

    @Test(
        "what is usual is read quickly, whatever is in it",
        arguments: [
            #"{"type":"assistant","message":{"content":[{"type":"text","text":"a \"b\" \\ \/ \n\t\r\b\f é \u00e9 \ud83d\ude00 😀"}]}}"#,
            #"{"type":"assistant","message":{"model":null,"content":"plain"},"error":null,"isApiErrorMessage":true,"apiErrorStatus":429}"#,
            #"{"type":"user","message":{"content":[{"tool_use_id":"t","type":"tool_result","content":[{"type":"text","text":"x"},{"type":"image","source":{"a":[1.5,-2e3,true]}}],"is_error":null}]}}"#,
            #"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t","name":"Edit","input":{"a":{"b":[1,-2,null,false,"c"],"some_key":{}},"n":[]}}]}}"#,
            #"{"type":"assistant","message":{"content":[{"type":"thinking","thinking":"t","signature":"s"}]} , "x" : { } }"#,
            #"{"type":"user","message":{"content":[{"type":"tool_result","content":null}]}}"#,
            #" {"type":"stream_event","event":{"deep":[[[{"a":"}"}]]]}} "#, #"{"type":"system","subtype":"task_started"}"#,
        ])
    func usual(_ text: String) { expectAgreement(text, isScanned: true) }

    @Test(
        "what is not usual is left to the decoder",
        arguments: [
            "", "{", "[]", "null", #"{"type":"assistant"}"#, #"{"type":"assistant","message":{"content":[{"type":"text"}]}}"#,
            #"{"type":"assistant","message":{"content":[{"type":"text","text":"\ud83d"}]}}"#,
            #"{"type":"assistant","message":{"content":[{"type":"tool_use","name":"x","input":{"n":1.0}}]}}"#,
            #"{"type":"assistant","message":{"content":[{"type":"tool_use","name":"x","input":12345678901234567890}]}}"#,
            #"{"type":"assistant","message":{"content":"x"}} more"#, #"{"type":"assistant","message":{"content":"x"}"#,
            #"{"message":{"content":"x"},"type":"user"}"#, #"{"type":"system","subtype":"init","session_id":"s"}"#,
            #"{"type":"result","subtype":"success","structured_output":{"a_b":1}}"#, #"{"type":7}"#,
            #"{"type":"user","message":{"content":7}}"#,
        ])
    func unusual(_ text: String) { expectAgreement(text, isScanned: false) }

    @Test("a line that ends anywhere is read like a malformed one, or not at all")
    func cut() {
        let line =
            #"{"type":"assistant","message":{"content":[{"type":"text","text":"a \u00e9 \n"},{"type":"tool_use","name":"x","input":{"n":[1,true]}}]}}"#
        for length in 0..<line.utf8.count { expectAgreement(String(decoding: line.utf8.prefix(length), as: UTF8.self), isScanned: false) }
    }

    @Test("text that is no UTF-8 is left to the decoder")
    func invalidText() {
        var line = Data(#"{"type":"assistant","message":{"content":"x"#.utf8)
        line.append(0xFF)
        line.append(contentsOf: #""}}"#.utf8)
        #expect(scanned(line) == nil)
    }

    @Test("deep nesting is left to the decoder")
    func depth() {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(scanned(Data("{\"type\":\"other\",\"x\":\(deep)}".utf8)) == nil)
    }

    @Test(
        "messages in messages are read as the decoder reads them, also those that are too deep to be read quickly",
        arguments: [(10, true), (150, true), (230, false)])
    func nested(levels: Int, isScanned: Bool) {
        let inner = String(repeating: #"{"type":"tool_result","content":["#, count: levels) + String(repeating: "]}", count: levels)
        expectAgreement(#"{"type":"user","message":{"content":[\#(inner)]}}"#, isScanned: isScanned)
    }

    @Test(
        "a message deeper than any stack cannot be read: in the output, in the stored conversation, in a transcript",
        arguments: ["user", "assistant"])
    func bottomless(type: String) throws {
        let head = #"{"type":"\#(type)","message":{"id":"m","content":["#
        let line = Data((head + String(repeating: #"{"content":["#, count: 600_000)).utf8)
        #expect(scanned(line) == nil)
        var reader = TurnReader(resuming: false)
        let observations = [reader.take(line), reader.take(Array(line)[...])]
        for observation in observations { #expect(observation.problem != nil && observation.progress == [.unreadable]) }
        let before = reader
        reader.take(stored: line)
        #expect(reader == before && reader.malformedLines == 2)
        let transcript = TranscriptReader { $0 }
        let entry = try #require(transcript.entries(of: Array(line)[...], at: 7).first)
        #expect(entry.at == 7 && entry.kind == .note && entry.text.contains("cannot be read"))
    }

    @Test("a text of which the beginning is kept shows what the whole of it shows")
    func beginning() throws {
        let units = ["a", " ", "ab cd ", "\\n", "\\r\\n", "\\t \\n", "\\\"", "\\\\", "\\u0041", "\\u00e9", "é", "\\b\\f\\/"]
        for unit in units {
            for length in [0, 1, 7, 8, 480, 481, 959, 960, 961, 1_919, 1_920, 1_921, 3_840, 3_841, 3_842, 3_843, 7_684, 7_685] {
                let text = String(repeating: unit, count: length)
                for line in [
                    #"{"type":"assistant","message":{"content":[{"type":"text","text":"\#(text)x"}]}}"#,
                    #"{"type":"user","message":{"content":[{"tool_use_id":"t","type":"tool_result","content":"\#(text)"}]}}"#,
                    #"{"type":"user","message":{"content":[{"type":"tool_result","content":[{"type":"text","text":"\#(text)"},{"type":"text","text":"\#(unit)"}]}]}}"#,
                    #"{"type":"assistant","message":{"content":[{"type":"text","text":"\#(text)\x"}]}}"#,
                    #"{"type":"assistant","message":{"content":[{"type":"text","text":"\#(text)\u12"}]}}"#,
                ] {
                    let bytes = Array(line.utf8)
                    var reader = TurnReader(resuming: false)
                    var other = reader
                    #expect(reader.take(bytes[...]) == other.take(StreamLine(slowly: Data(bytes))), "\(line.prefix(100)) \(length)")
                    #expect(reader == other)
                }
            }
        }
    }

    @Test("the short form of ASCII text is that of any text")
    func activity() {
        for text in [
            "", "a", "  a  b\n\nc ", "a\u{1B}[31mb\u{7F}", String(repeating: "ab ", count: 200), String(repeating: " ", count: 5_000) + "x",
        ] {
            for limit in [1, 2, 5, 240] {
                // A letter that is not ASCII far behind has the slow way taken, and changes nothing that is shown.
                let slow = Activity.bounded("é" + text, to: limit + 1)
                let fast = Activity.bounded("e" + text, to: limit + 1)
                #expect(slow.replacingOccurrences(of: "é", with: "e") == fast)
            }
        }
    }
}
