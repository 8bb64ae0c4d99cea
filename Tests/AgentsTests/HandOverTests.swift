import Foundation
import Orchestration
import Testing

@testable import Agents

/// An engine that goes on where another one stopped, in the midst of a turn's output, has to know what that one knew.
@Suite("Handing a turn on")
struct HandOverTests {
    private static let limits = TurnProgress.Limits(silenceMinutes: 30, toolMinutes: 50)
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)

    /// Lines that no recording has together: tools under way and failing, retries, a used-up window, a report.
    private static var trouble: [Data] {
        let input = #"{"command":"make","n":[1,2.5,null,true,{"a":"é"}]}"#
        let use = #"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"ID","name":"Bash","input":\#(input)}]}}"#
        let result = #"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"ID","content":"no","is_error":true}]}}"#
        var lines = [#"{"type":"system","subtype":"init","session_id":"s","apiKeySource":"none"}"#]
        for id in ["t1", "t2", "t3"] { lines += [use.replacing("ID", with: id), result.replacing("ID", with: id)] }
        lines += [
            use.replacing("ID", with: "t4"), "not JSON",
            #"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1800000123,"rateLimitType":"five_hour","#
                + #""unifiedWindows":{"five_hour":{"utilization":0.123456789012345,"resetsAt":1800000123.5}}}}"#,
            #"{"type":"system","subtype":"api_retry","attempt":1,"error_status":401,"retry_delay_ms":0.1}"#,
            #"{"type":"result","subtype":"success","is_error":false,"total_cost_usd":0.1234567890123,"#
                + #""structured_output":{"the_key":{"an_inner":[1,2.5,null,true,-0.1,9007199254740993]}}}"#,
        ]
        return lines.map { Data($0.utf8) }
    }

    private static func recordings() throws -> [(name: String, lines: [Data])] {
        try Fixture.names().sorted().map { ($0, try Fixture.lines($0)) } + [("trouble", trouble)]
    }

    @Test("written down after any line and read back, a reader ends the turn as one that has read all of it")
    func everyCut() throws {
        var cuts = 0
        for (name, lines) in try Self.recordings() {
            var whole = TurnReader(resuming: true)
            let observations = lines.map { whole.take($0) }
            var first = TurnReader(resuming: true)
            for cut in 0...lines.count {
                var second = try Self.handedOn(first)
                #expect(second == first, "\(name), after line \(cut)")
                #expect(lines[cut...].map { second.take($0) } == Array(observations[cut...]), "\(name), after line \(cut)")
                #expect(second == whole, "\(name), after line \(cut)")
                for stopped in [nil, StopCause.suspended] {
                    #expect(
                        second.conclusion(exit: .code(1), stopped: stopped, errorTail: "")
                            == whole.conclusion(exit: .code(1), stopped: stopped, errorTail: ""), "\(name), after line \(cut)")
                }
                if cut < lines.count { _ = first.take(lines[cut]) }
                cuts += 1
            }
        }
        #expect(cuts > 200)
    }

    @Test("so is what is known about whether the turn gets on: with the same tools under way and the same failures counted")
    func progress() throws {
        for (name, lines) in try Self.recordings() {
            var reader = TurnReader(resuming: true)
            let marks = lines.map { reader.take($0).progress }
            var whole = TurnProgress(limits: Self.limits)
            for mark in marks { whole.take(mark, at: Self.start) }
            var first = TurnProgress(limits: TurnProgress.Limits(silenceMinutes: 1, toolMinutes: 1))
            for cut in 0...marks.count {
                var second = try Self.handedOn(first).takenUp(at: Self.start, limits: Self.limits)
                for mark in marks[cut...] { second.take(mark, at: Self.start) }
                #expect(second == whole, "\(name), after line \(cut)")
                // The first engine's clock is another one.
                if cut < marks.count { first.take(marks[cut], at: Self.start.advanced(byMilliseconds: -1_000_000 + Int64(cut))) }
            }
        }
    }

    @Test("a call has the same mark in every process")
    func fingerprint() {
        let reader = TurnReader(resuming: true)
        var marks: [ProgressMark] = []
        for line in Self.trouble {
            var copy = reader
            marks += copy.take(line).progress
        }
        guard case .toolStarted("t1", "Bash", let call, _)? = marks.first(where: { if case .toolStarted = $0 { true } else { false } })
        else {
            Issue.record("no tool was seen to start")
            return
        }
        #expect(call == Self.recordedCall)
    }

    /// As another process has computed it.
    private static let recordedCall = 922_964_678_958_637_454

    private static func mark(of command: String) -> Int? {
        let line =
            #"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t","name":"Bash","input":{"command":"\#(command)"}}]}}"#
        var reader = TurnReader(resuming: true)
        guard case .toolStarted(_, _, let call, _)? = reader.take(Data(line.utf8)).progress.first else { return nil }
        return call
    }

    @Test("calls with long arguments have the same mark in every process, too, and other marks where one byte or the order differs")
    func longFingerprint() {
        #expect(Self.mark(of: "make all of it twice é") == -3_995_602_496_673_608_514)
        for length in [1, 7, 8, 9, 16, 17, 40] {
            let text = String(repeating: "a", count: length)
            var marks: Set<Int?> = [Self.mark(of: text), Self.mark(of: text + "a")]
            for place in 0..<length {
                marks.insert(Self.mark(of: String(repeating: "a", count: place) + "b" + String(repeating: "a", count: length - place - 1)))
            }
            #expect(marks.count == length + 2)
        }
        #expect(Self.mark(of: "12345678abcdefgh") != Self.mark(of: "abcdefgh12345678"))
    }

    private static func handedOn<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: try JSONEncoder().encode(value))
    }
}
