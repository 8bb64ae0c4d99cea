import Foundation
import Orchestration
import Testing

@testable import Agents

@Suite("Lines of the CLI's output")
struct StreamLineTests {
    private func decode(_ text: String) -> StreamLine { StreamLine(decoding: Data(text.utf8)) }

    @Test("a kind of line that is not known is passed over")
    func unknown() {
        #expect(decode(#"{"type":"system","subtype":"brand_new","x":1}"#) == .other(type: "system", subtype: "brand_new"))
        #expect(decode(#"{"type":"telemetry"}"#) == .other(type: "telemetry", subtype: nil))
        #expect(
            decode(#"{"type":"assistant","message":{"content":[{"type":"thinking","thinking":"…"}]}}"#)
                == .assistant(AssistantMessage(content: [.other(type: "thinking")], isApiErrorMessage: false)))
    }

    @Test("what is not JSON is reported and not fatal", arguments: ["", "oops", #"{"type":"#, "[1]", "\u{0}", #"{"subtype":"init"}"#])
    func malformed(text: String) {
        guard case .malformed(let reason) = decode(text) else {
            Issue.record("\(text) was read")
            return
        }
        #expect(!reason.isEmpty)
        var reader = TurnReader(resuming: false)
        #expect(reader.take(Data(text.utf8)).problem == reason)
        #expect(reader.conclusion(exit: .code(0), stopped: nil, errorTail: "").malformedLines == 1)
    }

    @Test("a line of the wrong shape says where")
    func wrongShape() {
        #expect(decode(#"{"type":"assistant","message":{}}"#) == .malformed(reason: "no content at message"))
        #expect(decode(#"{"type":"system","subtype":"api_retry"}"#) == .malformed(reason: "no attempt at the top"))
    }

    @Test("usage windows are read with their names and times")
    func rateLimit() throws {
        var reader = TurnReader(resuming: false)
        let limits = try Fixture.lines("subscription-allowed-warning").compactMap { reader.take($0).rateLimit }
        let limit = try #require(limits.first)
        #expect(limit.status == .allowedWarning)
        #expect(limit.windows["five_hour"]?.resetsAt == Timestamp(milliseconds: 1_800_000_000_000))
        #expect(limit.windows["five_hour"]?.utilization != nil)
        #expect(limit.windows["seven_day"] != nil)
    }

    @Test("the log shows texts, calls and results, one bounded line each")
    func activity() throws {
        var reader = TurnReader(resuming: false)
        let lines = try Fixture.lines("success-with-report").flatMap { reader.take($0).activity }
        #expect(lines.contains("I look first."))
        #expect(lines.contains("Bash: ls && git status --short"))
        #expect(lines.contains("  = hello.txt"))
        #expect(lines.contains("Edit: /repo/hello.txt"))
        #expect(lines.last == "turn ended: success (completed)")
    }

    @Test("a refused tool call shows in the log")
    func refusal() throws {
        var reader = TurnReader(resuming: false)
        #expect(try Fixture.lines("tool-denied").flatMap { reader.take($0).activity }.contains("refused: Write"))
    }

    @Test("log lines hold no line break and no control character, and end in time")
    func bounded() {
        #expect(Activity.bounded("  a\n\n b\t\u{1B}[31mc\u{7} ", to: 100) == "a b [31mc")
        #expect(Activity.bounded(String(repeating: "é", count: 300), to: 240).count == 241)
        #expect(Activity.bounded(String(repeating: " \n", count: 100_000), to: 10) == "…")
        #expect(Activity.bounded("", to: 10) == "")
    }
}
