import Foundation
import Observability
import Testing

@Suite("Run log")
struct RunLogTests {
    let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    @Test("orchestrator's events and agents' output are in both files, readable and as JSON")
    func lines() throws {
        let log = try fixture.create()
        log.log(source: "scheduler", message: "task started", fields: ["task": "t-7", "title": "a \"b\"", "empty": ""])
        log.agentOutput(agent: "worker-3", turn: "turn-12", line: "Bash: make test")
        log.log(source: "merge-queue", level: .warning, message: "gate is red")
        #expect(
            try LogFixture.combined(log) == [
                #"2026-11-22T10:15:03.124Z [scheduler] task started empty="" task=t-7 title="a \"b\"""#,
                "2026-11-22T10:15:03.125Z [worker-3] turn-12 Bash: make test",
                "2026-11-22T10:15:03.126Z [merge-queue] warning: gate is red",
            ])
        #expect(
            try LogFixture.events(log) == [
                LogEvent(
                    time: "2026-11-22T10:15:03.124Z", kind: "log", source: "scheduler", level: "info", message: "task started",
                    fields: ["task": "t-7", "title": "a \"b\"", "empty": ""]),
                LogEvent(time: "2026-11-22T10:15:03.125Z", kind: "output", agent: "worker-3", turn: "turn-12", text: "Bash: make test"),
                LogEvent(time: "2026-11-22T10:15:03.126Z", kind: "log", source: "merge-queue", level: "warning", message: "gate is red"),
            ])
        #expect(log.health.isSound)
    }

    @Test("the folder is named after the time and private, and so are its files")
    func folder() throws {
        let log = try fixture.create()
        #expect(log.folder == fixture.directory + "/logs/2026-11-22-10-15-03")
        #expect(try LogFixture.permissions(fixture.directory + "/logs") == 0o700)
        #expect(try LogFixture.permissions(log.folder) == 0o700)
        for file in ["combined.log", "events.jsonl"] { #expect(try LogFixture.permissions(log.folder + "/" + file) == 0o600) }
        #expect(try fixture.create().folder == log.folder + "-2")
        #expect(try fixture.create().folder == log.folder + "-3")
    }

    @Test("a resumed run goes on in its log")
    func resumed() throws {
        let log = try fixture.create()
        log.log(source: "engine", message: "one")
        log.close()
        log.log(source: "engine", message: "after the end")
        let again = try RunLog(folder: log.folder, redactor: Redactor(secrets: []), clock: fixture.clock)
        again.log(source: "engine", message: "two")
        #expect(try LogFixture.combined(log).map { String($0.dropFirst(25)) } == ["[engine] one", "[engine] two"])
    }

    @Test("programs are told an event's number, and the newest is found again whatever agents say")
    func numbered() throws {
        let log = try fixture.create()
        #expect(log.newestSequence == nil)
        log.log(source: "run", message: "one", fields: ["event": "suspended", "why": "-"], sequence: 11)
        log.log(source: "run", message: "two", fields: ["event": "ended"])
        log.log(source: "run", message: "three", fields: ["event": "ended"], sequence: 12)
        log.agentOutput(agent: "w", turn: "t", line: #"","sequence":"99"}}"#)
        log.log(source: "run", message: #"","sequence":"98"}}"#)
        #expect(try LogFixture.combined(log).first?.hasSuffix("[run] one event=suspended why=-") == true)
        let fields = try LogFixture.events(log).prefix(3).map { $0.fields ?? [:] }
        let expected: [[String: String]] = [
            ["event": "suspended", "why": "-", "sequence": "11"], ["event": "ended"], ["event": "ended", "sequence": "12"],
        ]
        #expect(fields == expected)
        #expect(log.newestSequence == 12)
        // A line that is torn in its number says nothing.
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log.folder + "/events.jsonl"))
        _ = try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"kind":"log","fields":{"event":"ended","sequence":"1"#.utf8))
        try handle.close()
        let again = try RunLog(folder: log.folder, redactor: Redactor(secrets: []), clock: fixture.clock)
        #expect(again.newestSequence == 12)
    }

    @Test("behind a line that a kill has torn, the next engine's first is a line of its own")
    func torn() throws {
        let log = try fixture.create()
        log.log(source: "engine", message: "one")
        log.close()
        for file in ["combined.log", "events.jsonl"] {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(log.folder)/\(file)"))
            _ = try handle.seekToEnd()
            try handle.write(contentsOf: Data(#"{"a"#.utf8))
            try handle.close()
        }
        let again = try RunLog(folder: log.folder, redactor: Redactor(secrets: []), clock: fixture.clock)
        for word in ["two", "three"] { again.log(source: "engine", message: word) }
        let lines = try LogFixture.lines(log.folder + "/events.jsonl")
        #expect(lines.count == 4 && lines.dropFirst().first == #"{"a"#)
        let events = try lines.suffix(2).map { try JSONDecoder().decode(LogEvent.self, from: Data($0.utf8)) }
        #expect(events.map(\.message) == ["two", "three"])
        #expect(try LogFixture.combined(log).suffix(2).map { String($0.dropFirst(25)) } == ["[engine] two", "[engine] three"])
    }

    @Test("a folder that cannot be made is an error that names it")
    func impossibleFolder() throws {
        try Data().write(to: URL(fileURLWithPath: fixture.directory + "/logs"))
        let error = #expect(throws: RunLogError.self) { _ = try fixture.create() }
        #expect(error?.description.contains(fixture.directory + "/logs") == true)
        #expect(throws: RunLogError.self) {
            _ = try RunLog(folder: "/nowhere/at/all", redactor: Redactor(secrets: []), clock: fixture.clock)
        }
    }

    @Test("further lines of a message are indented and cannot pass for lines of their own")
    func multipleLines() throws {
        let log = try fixture.create()
        log.agentOutput(agent: "worker-1", turn: "turn-1", line: "one\n2026-01-01T00:00:00.000Z [engine] forged\r\nthree\n")
        log.log(source: "a\nb", message: "x", fields: ["k": "v\nw"])
        #expect(
            try LogFixture.combined(log) == [
                "2026-11-22T10:15:03.124Z [worker-1] turn-1 one", "    2026-01-01T00:00:00.000Z [engine] forged", "    three",
                #"2026-11-22T10:15:03.125Z [a b] x k="v\nw""#,
            ])
        #expect(try LogFixture.events(log).count == 2)
    }

    @Test("agents' control sequences do not reach a terminal, and endless lines are cut")
    func sanitised() throws {
        let log = try fixture.create()
        log.agentOutput(agent: "w", turn: "t", line: "\u{1B}[31mred\u{1B}[0m\u{07}" + String(repeating: "x", count: RunLog.lineLimit))
        let line = try #require(try LogFixture.combined(log).first)
        #expect(line.hasSuffix("xxx… (7 more)"))
        #expect(line.contains(#"w] t red\x07xxx"#))
    }

    @Test("a secret is in neither file, whoever says it, even with a colour change inside or at the cut of a line")
    func redacted() throws {
        let key = "sk-ant-api03-0123456789-abcdefghijklmnop"
        let log = try fixture.create(secrets: [Secret(name: "key-1", value: key), Secret(name: "pw", value: #"quo"te\back"#)])
        log.log(source: key, message: "using \(key)", fields: [key: #"quo"te\back"#])
        log.agentOutput(agent: key, turn: key, line: "\(key.prefix(20))\u{1B}[1m\(key.dropFirst(20))")
        log.agentOutput(agent: "w", turn: "t", line: String(repeating: "x", count: RunLog.lineLimit - 18) + " " + key)
        for file in ["combined.log", "events.jsonl"] {
            let text = try String(contentsOfFile: log.folder + "/" + file, encoding: .utf8)
            #expect(text.contains("<redacted:key-1>") && text.contains("<redacted:pw>"))
            for part in ["0123456789-abc", "sk-ant", "te\\back", "te\\\\back", "klmnop"] { #expect(!text.contains(part)) }
        }
        #expect(try LogFixture.events(log)[1].text == "<redacted:key-1>")
    }

    @Test("lines of many tasks stay whole")
    func concurrent() async throws {
        let log = try fixture.create()
        await withTaskGroup { group in
            for task in 0..<20 {
                group.addTask { for line in 0..<50 { log.agentOutput(agent: "w\(task)", turn: "t", line: "line \(line)") } }
            }
        }
        let lines = try LogFixture.combined(log).map { $0.dropFirst(25) }
        #expect(Set(lines) == Set((0..<20).flatMap { task in (0..<50).map { "[w\(task)] t line \($0)" } }))
        #expect(lines.count == 1_000)
        // Each agent's own lines are in order.
        #expect(lines.filter { $0.hasPrefix("[w7]") } == (0..<50).map { "[w7] t line \($0)" })
    }
}
