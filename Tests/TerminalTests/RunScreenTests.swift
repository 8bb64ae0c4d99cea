import Foundation
import Observability
import Orchestration
import Terminal
import Testing

/// Screens of a run that was recorded in the middle of its work, compared as text with what was looked at once.
@Suite("Screens of a run")
struct RunScreenTests {
    static let fixtures = Bundle.module.bundleURL.appending(path: "Fixtures")

    static func screen(_ rows: Int, _ columns: Int, _ keys: [Key] = [], isASCII: Bool = false) throws -> RunScreen {
        let status = try JSONDecoder().decode(RunStatus.self, from: Data(contentsOf: fixtures.appending(path: "status.json")))
        var log = LogTail()
        log.take(try Data(contentsOf: fixtures.appending(path: "combined.log")))
        var screen = RunScreen(
            status: status, isLive: true, log: log, state: WatchState(), size: ScreenSize(rows: rows, columns: columns),
            now: status.at.ms + 5_000, isASCII: isASCII)
        for key in keys { _ = screen.state.handle(key, on: screen.scene) }
        return screen
    }

    /// `CCO_TEST_SCREENS=DIR` writes the screens there, to be looked at and taken over.
    private func compare(_ screen: RunScreen, _ name: String) throws {
        let text = screen.canvas.text.joined(separator: "\n") + "\n"
        if let folder = ProcessInfo.processInfo.environment["CCO_TEST_SCREENS"] {
            try Data(text.utf8).write(to: URL(filePath: folder).appending(path: name))
        }
        let known = try String(contentsOf: Self.fixtures.appending(path: "screens/\(name)"), encoding: .utf8)
        #expect(text == known, "\(name) looks otherwise")
    }

    @Test("the company, on a small terminal") func company() throws { try compare(Self.screen(24, 80), "company-80x24.txt") }

    @Test("the company, on a large terminal") func large() throws { try compare(Self.screen(60, 200), "company-200x60.txt") }

    @Test("the company, on a very large terminal: everything of everybody")
    func huge() throws { try compare(Self.screen(80, 250), "company-250x80.txt") }

    @Test("who works on what is told with the tool, the turn's time and its tokens, also where there is little room")
    func tools() throws {
        let lines = try Self.screen(24, 80).canvas.text
        let line = try #require(lines.first { $0.contains("worker-5") })
        #expect(line.contains("● worker-5") && line.contains("21.9k") && line.contains("task-6") && line.contains("Bash make test +1"))
        #expect(lines.contains { $0.contains("● em-1") && $0.contains("thinks") })
        // An agent that prints what looks like a tool changes nothing of it.
        var screen = try Self.screen(24, 120)
        screen.log.take("2026-11-28T14:26:11.000Z [worker-5] turn-13 Bash: rm -rf /\n".utf8)
        #expect(try #require(screen.canvas.text.first { $0.contains("worker-5") }).contains("Bash make test +1  for 13 s"))
        // The engine of an earlier version tells no tool; then the log's newest line stands for it.
        for index in screen.status.teams[1].members.indices {
            (screen.status.teams[1].members[index].doing, screen.status.teams[1].members[index].tool) = (nil, nil)
        }
        #expect(try #require(screen.canvas.text.first { $0.contains("worker-5") }).contains("Bash: rm -rf /"))
    }

    @Test("of a long message the end is on the screen, also when it was pasted")
    func longMessage() throws {
        let text = String(repeating: "word ", count: 600) + "the end"
        let foot = try #require(try Self.screen(24, 80, [.character("m"), .paste(text)]).canvas.text.last)
        #expect(foot.contains("the end▏"), "\(foot)")
    }

    @Test("limits and cost") func limits() throws { try compare(Self.screen(24, 80, [.character("5")]), "limits-80x24.txt") }

    @Test("the merge queue with the chain that is searched, on a large terminal")
    func chain() throws { try compare(Self.screen(60, 200, [.character("3")]), "queue-200x60.txt") }

    @Test("the run's sentences have their times in UTC, and what agents print is left as it is")
    func times() throws {
        var screen = try Self.screen(24, 200, [.character("2")])
        screen.status.tasks[0].why = "needs a credential; the earliest opens at 2026-11-29T14:05:30.123Z"
        screen.log.take("2026-11-28T14:26:11.000Z [worker-5] turn-13 date: 2026-11-28T14:00:00Z\n".utf8)
        screen.log.take("2026-11-28T14:26:12.000Z [credentials] warning: key-1 is BENCHED until 2026-11-28T15:00:00.000Z event=9\n".utf8)
        var lines = screen.canvas.text
        #expect(lines[2].hasSuffix("times in UTC"), "\(lines)")
        #expect(lines.contains { $0.contains("opens at 2026-11-29 14:05:30 UTC") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("14:26:12 credentials") && $0.hasSuffix("BENCHED until 15:00:00 UTC") }, "\(lines)")
        screen.state = WatchState()
        _ = screen.state.handle(.character("4"), on: screen.scene)
        lines = screen.canvas.text
        #expect(lines.contains { $0.contains("date: 2026-11-28T14:00:00Z") }, "\(lines)")
    }

    @Test("what a person said to an agent is in its view, with what has become of it")
    func messages() throws {
        let keys: [Key] = [.down, .down, .down, .down, .down, .down, .down, .enter]
        let lines = try Self.screen(40, 100, keys).canvas.text
        #expect(lines.contains { $0.contains("worker-5  worker, working") }, "\(lines)")
        #expect(lines.contains("  acknowledged ada: Keep the header line."), "\(lines)")
        #expect(lines.contains("  queued       ada: And quote the commas.  on its way into turn-13"), "\(lines)")
    }

    @Test("what a running turn may take is in its agent's view, with how much of it is gone")
    func ceilings() throws {
        var screen = try Self.screen(40, 100, [.down, .down, .down, .down, .down, .down, .down, .enter])
        screen.status.teams[1].members[1].turnCeilings = [
            .init(measure: .usd, taken: 0.24, ceiling: 0.25), .init(measure: .tokens, taken: 21_987, ceiling: 50_000),
        ]
        var lines = screen.canvas.text
        #expect(lines.contains("  █████████░  96 %  this turn: $0.24 of $0.25 (96 %)"), "\(lines)")
        #expect(lines.contains("  ████░░░░░░  43 %  this turn: 21.9k of 50.0k tokens (43 %)"), "\(lines)")
        screen.status.teams[1].members[1].turnCeilings = [.init(measure: .usd, taken: nil, ceiling: 0.25)]
        lines = screen.canvas.text
        #expect(lines.contains("  the turn may take at most $0.25"), "\(lines)")
    }

    @Test("a message that stops the agent first says so while it is typed")
    func interruption() throws {
        var screen = try Self.screen(24, 100, [.character("m"), .character("x")])
        #expect(screen.canvas.text.last == "To director: x▏  enter send, ^x stop it first, esc give up")
        _ = screen.state.handle(.control("x"), on: screen.scene)
        #expect(screen.canvas.text.last == "To director, stopping it first: x▏  enter send, ^x let it go on, esc give up")
    }

    @Test("what waits for a person stands first, with what to type")
    func questions() throws {
        var screen = try Self.screen(24, 100)
        let question = """
            {"id": "approval-1", "kind": "plan", "agent": "director", "text": "Three\\u001b[2J tasks.", "options": [], "state": "open",
             "holdsTask": false, "askedAt": {"iso": "x", "ms": 1}}
            """
        screen.status.questions = [try JSONDecoder().decode(RunStatus.QuestionStatus.self, from: Data(question.utf8))]
        var lines = screen.canvas.text
        #expect(lines.contains { $0.contains("? approval-1  director: Three") && !$0.contains("\u{1B}") }, "\(lines)")
        #expect(lines.contains { $0.contains("1 question to you") }, "\(lines)")
        _ = screen.state.handle(.enter, on: screen.scene)
        lines = screen.canvas.text
        #expect(lines.contains("  type     cco approve approval-1, or cco reject approval-1 \"…\""), "\(lines)")
        #expect(lines.contains("  silence  it waits until you say something"), "\(lines)")
    }

    @Test("a question can be read as a whole, with its options, its default and until when; many of them leave the company on the screen")
    func longQuestion() throws {
        var screen = try Self.screen(24, 80)
        let words = String(repeating: "Which contract is meant to count here? ", count: 6)
        screen.status.questions = try (1...12).map { number in
            let question = """
                {"id": "question-\(number)", "kind": "question", "agent": "worker-1", "task": "task-2", "text": "\(words)", "options": ["the old", "the new"],
                 "default": "the old", "deadline": {"iso": "2026-11-28T14:27:44.000Z", "ms": \(screen.now + 60_000)}, "state": "open", "holdsTask": true,
                 "askedAt": {"iso": "x", "ms": 1}}
                """
            return try JSONDecoder().decode(RunStatus.QuestionStatus.self, from: Data(question.utf8))
        }
        var lines = screen.canvas.text
        #expect(
            lines.contains("? and 10 more: cco questions") && lines.contains { $0.contains("worker-1 ") && !$0.contains("?") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("? question-1 until 14:27:") }, "\(lines)")
        _ = screen.state.handle(.enter, on: screen.scene)
        lines = screen.canvas.text
        #expect(
            lines.contains("  1        the old") && lines.contains("  2        the new")
                && lines.contains("  type     cco answer question-1 1"))
        #expect(lines.contains { $0.hasPrefix("  silence  at 14:27:") && $0.hasSuffix("this counts: the old") }, "\(lines)")
        #expect(lines.contains("  task     task-2, which waits for it"))
    }

    @Test("why an agent waits is said before what it would do, and until when the run waits stands in the head, also on a small terminal")
    func waiting() throws {
        var screen = try Self.screen(24, 80)
        screen.status.teams[1].members[1].state = "idle"
        screen.status.teams[1].members[1].tool = nil
        screen.status.teams[1].members[1].brief = String(repeating: "working on something long ", count: 9) + "…"
        screen.status.teams[1].members[1].waits = "needs a credential; the earliest opens soon"
        let until = #"{"iso": "2026-11-28T14:27:44.000Z", "ms": \#(screen.now + 90_000)}"#
        let waiting = #"{"reason": "needs a credential; the earliest opens soon", "until": \#(until)}"#
        screen.status.waiting = try JSONDecoder().decode(RunStatus.Waiting.self, from: Data(waiting.utf8))
        let lines = screen.canvas.text
        #expect(lines[0].contains("  waits until 14:27:") && lines[1].contains("  waits: needs a credential"), "\(lines)")
        let line = try #require(lines.first { $0.contains("worker-5") })
        #expect(line.contains("…  waits: needs a credential") && !line.contains("……"), "\(line)")
    }

    @Test("the help is scrolled where there is little room, and a task opens at its beginning")
    func beginnings() throws {
        var screen = try Self.screen(10, 80, [.character("?")])
        #expect(screen.canvas.text.contains("Keys"))
        for _ in 0..<20 { _ = screen.state.handle(.down, on: screen.scene) }
        #expect(screen.canvas.text.contains { $0.contains("leave this view") })
        screen = try Self.screen(10, 80, [.character("2"), .enter])
        #expect(screen.canvas.text[3].hasPrefix("task-1 "), "\(screen.canvas.text)")
        for key in [Key.character("?"), .down, .escape] { _ = screen.state.handle(key, on: screen.scene) }
        #expect(screen.canvas.text[3].hasPrefix("task-1 "), "the help leaves what it covers where it was: \(screen.canvas.text)")
    }

    @Test("what is typed has its end on the screen, however wide its characters are")
    func wideDraft() throws {
        let keys = [Key.character("m")] + (0..<200).map { _ in Key.character("漢") } + [.character("終")]
        let last = try #require(try Self.screen(24, 100, keys).canvas.text.last)
        #expect(last.contains("…漢") && last.contains("終▏  enter send"), "\(last)")
    }

    @Test("the tasks") func tasks() throws { try compare(Self.screen(24, 80, [.character("2")]), "tasks-80x24.txt") }

    @Test("why a task waits, two keys from the start")
    func task() throws {
        let screen = try Self.screen(24, 80, [.character("2"), .down, .enter])
        try compare(screen, "task-80x24.txt")
    }

    @Test("the merge queue") func queue() throws { try compare(Self.screen(24, 80, [.tab, .tab]), "queue-80x24.txt") }

    @Test("what an agent does") func agent() throws {
        try compare(Self.screen(24, 80, [.down, .down, .enter]), "agent-80x24.txt")
    }

    @Test("a difference is read from its beginning, and a message is typed below it")
    func difference() throws {
        var screen = try Self.screen(12, 80, [.down, .down, .character("d")])
        #expect(screen.canvas.text.contains("It is being read …"))
        let link = try #require(screen.state.open)
        let patch = ["diff --git a/a.txt b/a.txt", "--- a/a.txt", "+++ b/a.txt", "@@ -1 +1 @@", "-old", "+new"]
        screen.state.document = .init(link: link, title: "worker-1: its files now", lines: patch + (1...40).map { "+line \($0)" })
        let shown = screen.canvas.text
        #expect(Array(shown[3...8]) == ["worker-1: its files now"] + patch.prefix(5))
        for key in [Key.down, .down, .character("m"), .character("h"), .character("i")] { _ = screen.state.handle(key, on: screen.scene) }
        let typed = screen.canvas.text
        #expect(typed[3] == "--- a/a.txt")
        #expect(typed.last?.hasPrefix("To worker-1: hi") == true)
    }

    @Test("a fetched transcript stands in the place of the log's lines, keeps its indentation, and is wrapped")
    func transcript() throws {
        var screen = try Self.screen(16, 40, [.down, .down, .enter])
        let link = try #require(screen.state.open)
        let long = String(repeating: "word ", count: 20)
        screen.state.document = .init(
            link: link, title: "worker-1, turn-9", lines: ["Bash: ls", "    indented", long], tones: [.call, .result, .plain])
        let shown = screen.canvas.text
        let first = try #require(shown.firstIndex { $0 == "worker-1, turn-9" })
        #expect(Array(shown[(first + 1)...(first + 2)]) == ["  Bash: ls", "      indented"], "\(shown)")
        #expect(shown.count { $0.hasPrefix("word word") } == 3 && shown.contains { $0.hasPrefix("worker-1  worker") }, "\(shown)")
    }

    @Test("without UTF-8 a screen is ASCII")
    func ascii() throws {
        let screen = try Self.screen(24, 80, isASCII: true)
        try compare(screen, "ascii-80x24.txt")
        #expect(screen.canvas.text.joined().utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("no terminal is too small or too wide", arguments: [(1, 1), (2, 5), (8, 20), (15, 40), (80, 250)])
    func sizes(rows: Int, columns: Int) throws {
        for page in 1...5 {
            let canvas = try Self.screen(rows, columns, [.character(Character("\(page)"))]).canvas
            #expect(canvas.text.count == rows)
            #expect(canvas.text.allSatisfy { $0.cells <= columns })
        }
    }

    @Test("others' words act on nothing: sequences, markup and directions are shown, wide characters stay in their column")
    func hostile() throws {
        var screen = try Self.screen(24, 80, [.character("2")])
        screen.status.tasks[0].title = "\u{1B}[2J\u{1B}]0;gone\u{7}日本語\u{202E}txt.exe \u{9B}31m<b>"
        screen.log.take("2026-11-28T14:26:10.000Z [worker-1] turn-9 Bash: \(String(repeating: "x", count: 1 << 19))\u{1B}[?1049l\n".utf8)
        let shown = screen.canvas
        let line = try #require(shown.text.first { $0.contains("日本語") })
        #expect(line.contains("\\u{202E}txt.exe"))
        #expect(!line.contains("\u{1B}") && !line.contains("\u{9B}") && line.cells <= 80)
        var painter = Painter(hasColour: true)
        let drawn = painter.paint(shown)
        #expect(!drawn.contains("1049") && !drawn.contains("gone"))
    }

    @Test("a thousand agents and ten thousand tasks: what is selected stays on the screen")
    func many() throws {
        var screen = try Self.screen(24, 80, [.character("2")])
        screen.status.tasks = (0..<10_000).map { number in
            var task = screen.status.tasks[0]
            task.id = "task-\(number)"
            return task
        }
        for key in [Key.end, .up] { _ = screen.state.handle(key, on: screen.scene) }
        #expect(screen.canvas.text.contains { $0.hasPrefix("task-9998") })
    }
}
