import FoundationEssentials
import Orchestration
import Testing

@testable import Agents

@Suite("Whether a turn gets on")
struct TurnProgressTests {
    private static let start = Timestamp(milliseconds: 1_000_000)

    private func at(_ minutes: Int64) -> Timestamp { Self.start.advanced(byMilliseconds: minutes * 60_000) }

    private var progress: TurnProgress { TurnProgress(limits: .init(silenceMinutes: 30, toolMinutes: 50, failures: 3)) }

    @Test("before its first sign of life nothing is expected of it")
    func slowStarter() {
        #expect(progress.verdict(at: at(10_000)) == nil)
        #expect(progress.deadline == nil)
    }

    @Test("silence beyond the limit is a stall, and any line puts it off")
    func silence() {
        var progress = progress
        progress.take([.output], at: at(0))
        #expect(progress.deadline == at(30))
        #expect(progress.verdict(at: at(29)) == nil)
        #expect(progress.verdict(at: at(30)) == .silent(minutes: 30))
        progress.take([.output], at: at(29))
        #expect(progress.verdict(at: at(58)) == nil)
        #expect(progress.verdict(at: at(59)) == .silent(minutes: 30))
    }

    @Test("a tool that runs is not silence; it has its own limit, the longest one counts, and lines beside it change nothing")
    func hungTool() {
        var progress = progress
        progress.take([.toolStarted(id: "a", name: "Bash", call: 1), .toolStarted(id: "b", name: "Read", call: 2)], at: at(0))
        progress.take([.toolEnded(id: "b", failed: false)], at: at(1))
        #expect(progress.verdict(at: at(49)) == nil)
        #expect(progress.deadline == at(50))
        progress.take([.output], at: at(49))
        #expect(progress.verdict(at: at(50)) == .hungTool(name: "Bash", minutes: 50))
        progress.take([.toolEnded(id: "a", failed: false)], at: at(51))
        #expect(progress.verdict(at: at(51)) == nil)
        #expect(progress.deadline == at(81))
    }

    @Test("a line that cannot be read may have been any tool's end: it is no tool's fault then, and silence is judged as without one")
    func unreadable() {
        #expect(StreamLine.malformed(reason: "cut off").progress == [.unreadable])
        var progress = progress
        progress.take([.began], at: at(0))
        progress.take([.toolStarted(id: "a", name: "Read", call: 1)], at: at(0))
        progress.take([.unreadable], at: at(1))
        progress.take([.output], at: at(40))
        #expect(progress.verdict(at: at(51)) == nil)
        #expect(progress.verdict(at: at(85)) == .hungRequest(minutes: 45))
    }

    @Test("people who look on are told what a turn waits for, from its structured output alone")
    func activity() throws {
        var progress = progress
        #expect(progress.activity(tokens: 0) == TurnActivity(step: .starting))
        progress.take([.began], at: at(0))
        #expect(progress.activity(tokens: 70) == TurnActivity(step: .thinking, tokens: 70))
        progress.take([.toolStarted(id: "a", name: "Bash", call: 1, argument: "swift test")], at: at(1))
        progress.take([.toolStarted(id: "b", name: "Read", call: 2, argument: "lib/a.sh")], at: at(2))
        let (bash, read) = (("Bash", "swift test", at(1)), ("Read", "lib/a.sh", at(2)))
        #expect(
            progress.activity(tokens: 80)
                == TurnActivity(step: .tool, tools: [read, bash].map { .init(name: $0.0, argument: $0.1, since: $0.2) }, tokens: 80))
        // What is kept for the next engine has the call, and not what the agent wrote.
        let kept = try JSONEncoder().encode(progress)
        #expect(!String(decoding: kept, as: UTF8.self).contains("swift test"))
        #expect(try JSONDecoder().decode(TurnProgress.self, from: kept).activity(tokens: 80).tools.map(\.argument) == ["", ""])
        progress.take([.toolEnded(id: "b", failed: true)], at: at(3))
        #expect(progress.activity(tokens: 90).tools.map(\.name) == ["Bash"])
        progress.take([.toolEnded(id: "a", failed: false)], at: at(4))
        #expect(progress.activity(tokens: 90).step == .thinking)
        progress.take([.rested], at: at(5))
        #expect(progress.activity(tokens: 90).step == .resting)
    }

    @Test("a call's argument is the one by which people recognise it, on one line, whatever the agent says beside it")
    func arguments() {
        var reader = TurnReader(resuming: false)
        let line =
            #"{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"I run Bash: rm -rf /"},"#
            + #"{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"swift test\n  --filter A","description":"Tests"}}]}}"#
        let marks = reader.take(Data(line.utf8)).progress
        guard case .toolStarted("t1", "Bash", _, let argument) = marks.first else {
            Issue.record("\(marks)")
            return
        }
        #expect(marks.count == 1 && argument == "swift test --filter A")
    }

    @Test("limits may be fractions of a minute")
    func fractions() {
        var progress = TurnProgress(limits: .init(silenceMinutes: 0.5, toolMinutes: 0.25))
        progress.take([.toolStarted(id: "a", name: "Bash", call: 1)], at: Self.start)
        #expect(progress.deadline == Self.start.advanced(byMilliseconds: 15_000))
        #expect(progress.verdict(at: Self.start.advanced(byMilliseconds: 14_999)) == nil)
        #expect(progress.verdict(at: Self.start.advanced(byMilliseconds: 15_000)) == .hungTool(name: "Bash", minutes: 0))
        progress.take([.toolEnded(id: "a", failed: false)], at: Self.start)
        #expect(progress.deadline == Self.start.advanced(byMilliseconds: 30_000))
        #expect(progress.verdict(at: Self.start.advanced(byMilliseconds: 30_000)) == .silent(minutes: 0))
        #expect(StuckCause.silent(minutes: 0).words.contains("for less than a minute"))
    }

    @Test("the same call that fails again and again is no progress; another call or a success in between is")
    func failingTool() {
        var progress = progress
        func call(_ call: Int, failed: Bool, _ minute: Int64) {
            progress.take([.toolStarted(id: "x", name: "Edit", call: call)], at: at(minute))
            progress.take([.toolEnded(id: "x", failed: failed)], at: at(minute))
        }
        call(1, failed: true, 0)
        call(1, failed: true, 1)
        call(2, failed: true, 2)
        call(1, failed: true, 3)
        call(1, failed: false, 4)
        call(1, failed: true, 5)
        call(1, failed: true, 6)
        #expect(progress.verdict(at: at(6)) == nil)
        call(1, failed: true, 7)
        #expect(progress.verdict(at: at(7)) == .failingTool(name: "Edit", times: 3))
    }

    @Test("while the model is asked silence is no stall; a request has its own generous limit")
    func request() {
        var progress = TurnProgress(limits: .init(silenceMinutes: 30, toolMinutes: 50, requestMinutes: 120))
        progress.take([.began], at: at(0))
        #expect(progress.verdict(at: at(119)) == nil)
        #expect(progress.deadline == at(120))
        progress.take([.toolStarted(id: "a", name: "Bash", call: 1)], at: at(1))
        #expect(progress.deadline == at(51))
        progress.take([.toolEnded(id: "a", failed: false)], at: at(40))
        #expect(progress.verdict(at: at(159)) == nil)
        #expect(progress.verdict(at: at(160)) == .hungRequest(minutes: 120))
        progress.take([.rested], at: at(100))
        #expect(progress.verdict(at: at(129)) == nil)
        #expect(progress.verdict(at: at(130)) == .silent(minutes: 30), "between two rounds nothing is under way")
    }

    @Test("what something is done about is not said again before that had time to help, and then is")
    func grace() {
        var progress = TurnProgress(limits: .init(silenceMinutes: 30, toolMinutes: 50, requestMinutes: 120, graceMinutes: 5))
        progress.take([.began], at: at(0))
        progress.take([.toolStarted(id: "a", name: "Bash", call: 1)], at: at(0))
        #expect(progress.verdict(at: at(50)) == .hungTool(name: "Bash", minutes: 50))
        progress.bear(at: at(50))
        #expect(progress.verdict(at: at(54)) == nil && progress.deadline == at(55))
        #expect(progress.verdict(at: at(55)) == .hungTool(name: "Bash", minutes: 55))
        // It was broken off: the CLI writes the call's end, and rests until it reads what it was told.
        progress.take([.toolEnded(id: "a", failed: true)], at: at(55))
        progress.take([.rested], at: at(55))
        progress.take([.began], at: at(55))
        progress.take([.told], at: at(55))
        #expect(progress.verdict(at: at(174)) == nil)
        #expect(progress.verdict(at: at(175)) == .hungRequest(minutes: 120))
        progress.bear(at: at(175))
        #expect(progress.deadline == at(180))
    }

    @Test("a tool that goes on failing after its agent was told is noticed sooner; one success and it counts as any other")
    func furtherFailures() {
        var progress = TurnProgress(limits: .init(silenceMinutes: 30, toolMinutes: 50, failures: 8))
        func fail(_ times: Int, call: Int = 1) {
            for _ in 0..<times {
                progress.take([.toolStarted(id: "x", name: "Bash", call: call)], at: at(0))
                progress.take([.toolEnded(id: "x", failed: true)], at: at(0))
            }
        }
        fail(8)
        #expect(progress.verdict(at: at(0)) == .failingTool(name: "Bash", times: 8))
        progress.bear(at: at(0))
        fail(1)
        progress.take([.told], at: at(0))
        #expect(progress.verdict(at: at(0)) == nil)
        fail(2)
        #expect(progress.verdict(at: at(0)) == nil)
        fail(1)
        #expect(progress.verdict(at: at(0)) == .failingTool(name: "Bash", times: 3))
        progress.bear(at: at(0))
        progress.take([.toolStarted(id: "y", name: "Bash", call: 2)], at: at(0))
        progress.take([.toolEnded(id: "y", failed: false)], at: at(0))
        fail(7)
        #expect(progress.verdict(at: at(0)) == nil)
    }

    @Test("of a flood of tools that never end those that began first are watched, and each line costs as much as the one before")
    func flood() {
        var progress = progress
        progress.take([.began], at: at(0))
        progress.take([.toolStarted(id: "first", name: "Bash", call: 1)], at: at(0))
        for number in 0..<20_000 {
            progress.take([.toolStarted(id: "t\(number)", name: "Read", call: 2)], at: at(1))
            #expect(progress.verdict(at: at(1)) == nil && progress.deadline == at(50))
        }
        #expect(progress.activity(tokens: 0).tools.count == 256)
        // Known ones still begin anew and end.
        progress.take([.toolStarted(id: "t7", name: "Read", call: 3)], at: at(2))
        for number in 0..<20_000 { progress.take([.toolEnded(id: "t\(number)", failed: false)], at: at(2)) }
        #expect(progress.activity(tokens: 0).tools.map(\.name) == ["Bash"])
        #expect(progress.verdict(at: at(50)) == .hungTool(name: "Bash", minutes: 50))
    }

    @Test("whoever reads on takes it up where it stands")
    func stored() throws {
        var progress = progress
        progress.take([.began], at: at(0))
        progress.take([.toolStarted(id: "a", name: "Bash", call: 7)], at: at(3))
        let read = try JSONDecoder().decode(TurnProgress.self, from: JSONEncoder().encode(progress))
        #expect(read == progress)
        #expect(read.deadline == at(53))
    }

    @Test("recorded lines of the CLI: calls of tools begin and end, with the same mark for the same call")
    func recordedLines() {
        let use =
            #"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"make","n":1}}]}}"#
        let again = use.replacing("t1", with: "t2").replacing(#""command":"make","n":1"#, with: #""n":1,"command":"make""#)
        let other = use.replacing("make", with: "ls")
        let result = #"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":"no","is_error":true}]}}"#
        func marks(_ line: String) -> [ProgressMark] {
            var reader = TurnReader(resuming: false)
            return reader.take(.init(line.utf8)).progress
        }
        guard case .toolStarted("t1", "Bash", let first, "make")? = marks(use).first,
            case .toolStarted("t2", "Bash", let second, "make")? = marks(again).first,
            case .toolStarted(_, _, let third, "ls")? = marks(other).first
        else {
            Issue.record("no tool was seen to start")
            return
        }
        #expect(first == second && first != third)
        #expect(marks(result) == [.toolEnded(id: "t1", failed: true)])
        #expect(marks(#"{"type":"system","subtype":"api_retry","attempt":1}"#) == [.retrying])
    }
}
