import Engine
import Foundation
import Observability
import Orchestration
import Terminal
import Testing

@testable import Commands

@Suite("Transcripts of a run's agents")
struct TranscriptFilesTests {
    private static let secret = "p\"ss-wörd-of-the-service"
    private let fixture: RunFixture

    init() async throws {
        fixture = try await RunFixture(events: [])
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "")
    }

    private var files: TranscriptFiles {
        TranscriptFiles(run: fixture.folder.id.name, place: fixture.where_, surroundings: fixture.surroundings)
    }

    private let redactor = Redactor(secrets: [Secret(name: "password", value: Self.secret)])

    private func shown(
        _ agent: RunStatus.AgentStatus, turn: String?, _ wish: PieceWish = PieceWish(), isShown: (String) -> Bool = { _ in true }
    ) throws -> TranscriptPage? {
        try files.page(of: agent, turn: turn, wish, redactor, isShown: isShown)
    }

    private func agent(_ id: String, turn: String? = nil) throws -> RunStatus.AgentStatus {
        let turn = turn.map { "\"turn\":\"\($0)\"," } ?? ""
        return try JSONDecoder().decode(
            RunStatus.AgentStatus.self, from: Data(#"{"id":"\#(id)","role":"worker","state":"idle",\#(turn)"turns":1,"costUsd":0}"#.utf8))
    }

    private func said(_ text: String) throws -> String {
        let words = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        return #"{"type":"assistant","message":{"content":[{"type":"text","text":\#(words)}]}}"# + "\n"
    }

    private func keep(_ turn: String, _ agent: String, _ text: String) throws {
        try fixture.place.write("config/\(fixture.folder.id)/turns/\(turn)-\(agent).ndjson", text)
    }

    /// What a process writes.
    private func write(_ turn: String, _ text: String) throws {
        try fixture.place.write("config/workspace/runs/\(fixture.folder.id)/turns/\(turn)/stdout", text)
    }

    @Test("an agent's turns are its own, in their order, and the newest one is shown")
    func turns() throws {
        for (turn, agent) in [("turn-9", "worker-1"), ("turn-10", "worker-1"), ("turn-11", "worker-11"), ("turn-8", "em-worker-1")] {
            try keep(turn, agent, try said("\(turn) of \(agent)"))
        }
        let page = try #require(try shown(agent("worker-1"), turn: nil))
        #expect(page.entries.map(\.text) == ["turn-10 of worker-1"] && page.turn == "turn-10" && page.earlierTurn == "turn-9")
        #expect(!page.isGrowing && page.laterTurn == nil)
        let earlier = try #require(try shown(agent("worker-1"), turn: "turn-9"))
        #expect(earlier.earlierTurn == nil && earlier.laterTurn == "turn-10")
        for turn in ["turn-8", "turn-11", "turn-99", "../x"] {
            #expect(try shown(agent("worker-1"), turn: turn) == nil, "\(turn)")
        }
        let none = try #require(try shown(agent("worker-2"), turn: nil))
        #expect(none.turn == nil && none.entries.isEmpty)
    }

    @Test("at an earlier moment there are the turns that had begun by then")
    func replay() throws {
        for number in 1...3 { try keep("turn-\(number)", "worker-1", try said("\(number)")) }
        let page = try #require(try shown(agent("worker-1"), turn: nil) { $0 != "turn-3" })
        #expect(page.turn == "turn-2" && page.laterTurn == nil && page.earlierTurn == "turn-1")
        #expect(try shown(agent("worker-1"), turn: "turn-3") { $0 != "turn-3" } == nil)
    }

    @Test("of a turn that goes on, also one whose run stands still, whole lines are shown, without secrets and as they come")
    func growing() throws {
        let beginning = try said("I used \(Self.secret).")
        try write("turn-3", beginning + #"{"type":"assistant","mess"#)
        let worker = try agent("worker-1", turn: "turn-3")
        let page = try #require(try shown(worker, turn: nil))
        #expect(page.isGrowing && page.entries.map(\.text) == ["I used <redacted:password>."] && page.end == Int64(beginning.utf8.count))
        try write("turn-3", try beginning + said("And more."))
        let more = try #require(try shown(worker, turn: "turn-3", PieceWish(after: page.end)))
        #expect(more.entries.map(\.text) == ["And more."] && more.start == page.end)
        #expect(try shown(worker, turn: "turn-3", PieceWish(after: more.end))?.entries.isEmpty == true)
        // It is over: its process's folder goes, and the copy is there.
        try FileManager.default.removeItem(atPath: fixture.folder.turn(ID("turn-3")))
        try keep("turn-3", "worker-1", try said("Kept."))
        let over = try #require(try shown(worker, turn: nil))
        #expect(!over.isGrowing && over.entries.map(\.text) == ["Kept."])
        let next = try #require(try shown(agent("worker-1", turn: "turn-4"), turn: nil))
        #expect(next.turn == "turn-4" && next.isGrowing && next.entries.isEmpty, "its process has not been started yet")
    }

    @Test("an agent that is quiet while others write ten thousand lines has its whole transcript")
    func quiet() throws {
        try write("turn-1", try said("I begin.") + said("I wait."))
        var log = LogTail()
        let time = "2026-11-28T14:26:10.000Z"
        log.take("\(time) [worker-1] turn-1 I begin.\n".utf8)
        for number in 0..<10_000 { log.take("\(time) [worker-2] turn-2 line \(number)\n".utf8) }
        #expect(!log.entries.contains { $0.source == "worker-1" }, "the log's end has forgotten it")
        let page = try #require(try shown(agent("worker-1", turn: "turn-1"), turn: nil))
        #expect(page.entries.map(\.text) == ["I begin.", "I wait."])
        #expect(log.counts == ["worker-1": 1, "worker-2": 10_000])
    }

    @Test("a hostile megabyte is text, cut with a mark, and what stands around it is had piece by piece")
    func hostile() throws {
        let words = "\u{1B}[2J\u{1B}]0;owned\u{7}\u{9B}31m<script>\u{202E}txt.exe"
        let block = String(decoding: try JSONEncoder().encode(words + String(repeating: "z", count: 1 << 20)), as: UTF8.self)
        let line = #"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"c","content":\#(block)}]}}"# + "\n"
        let many = try (0..<4_000).map { try said("line \($0) " + String(repeating: "w", count: 100)) }
        try keep("turn-1", "worker-1", try said("first") + line + many.joined())
        var texts: [String] = []
        var wish = PieceWish()
        var pieces = 0
        while true {
            let page = try #require(try shown(agent("worker-1"), turn: "turn-1", wish))
            #expect(page.entries.reduce(0) { $0 + $1.text.utf8.count } < 1 << 20)
            texts = page.entries.map(\.text) + texts
            pieces += 1
            if page.start == 0 { break }
            wish = PieceWish(before: page.start)
        }
        #expect(texts.count == 4_002 && texts[0] == "first" && texts[4_001].hasPrefix("line 3999 ") && pieces > 2)
        #expect(texts[1].hasPrefix("<script>\\u{202E}txt.exezzz") && texts[1].utf8.count == 20_000)
        #expect(!texts.joined().unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x9B || $0.value == 0x202E })
        let place = Int64(try said("first").utf8.count + line.utf8.count)
        let page = try #require(try shown(agent("worker-1"), turn: nil, PieceWish(before: place)))
        let terminal = TranscriptText(page).document(.agent("worker-1"))
        #expect(terminal.lines.count == terminal.tones.count && terminal.lines.allSatisfy { $0.count < 2_100 })
        #expect(terminal.lines.contains { $0.hasPrefix("… ") && $0.hasSuffix(" more bytes") })
    }
}

@Suite("Logs of a run's gates")
struct GateLogsTests {
    private let fixture: RunFixture
    private let redactor = Redactor(secrets: [Secret(name: "password", value: "pass-word-0123456789")])

    init() async throws {
        fixture = try await RunFixture(events: [])
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "")
    }

    private var logs: GateLogs {
        GateLogs(run: fixture.folder.id.name, place: fixture.where_, surroundings: fixture.surroundings)
    }

    @Test("of a gate that runs its process's output is shown, afterwards what is kept; it is found by its commit")
    func both() throws {
        let output = "config/workspace/runs/\(fixture.folder.id)/gates/effect-12/stdout"
        try fixture.place.write(output, "\u{1B}[31mred pass-word-0123456789\nand")
        let running = try #require(try logs.page(of: "effect-12", PieceWish(), redactor))
        #expect(running.isGrowing && running.text == "red <redacted:password>\n" && running.commit == nil)
        #expect(try logs.page(of: "effect-12", PieceWish(after: running.end), redactor)?.text == "")
        try FileManager.default.removeItem(atPath: fixture.folder.gate(ID("effect-12")))
        for name in ["effect-12-abcdef0123", "effect-9-abcdef0123", "effect-2-0123456789"] {
            try fixture.place.write("config/\(fixture.folder.id)/gates/\(name).log", "line\nof \(name)\n")
        }
        let kept = try #require(try logs.page(of: "effect-12", PieceWish(), redactor))
        #expect(!kept.isGrowing && kept.text == "line\nof effect-12-abcdef0123\n" && kept.commit == "abcdef0123")
        #expect(logs.kept.map(\.run) == ["effect-2", "effect-9", "effect-12"])
        #expect(logs.newest(of: "abcdef0123456789")?.run == "effect-12" && logs.newest(of: "ffff") == nil)
        for run in ["effect-1", "", "..", "../gates/effect-2", "effect-2/x"] {
            #expect(try logs.page(of: run, PieceWish(), redactor) == nil, "\(run)")
        }
    }
}
