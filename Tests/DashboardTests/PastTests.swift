import Foundation
import Observability
import Orchestration
import Testing

@testable import Dashboard

@Suite("What pages show beyond the present")
struct PastTests {
    /// A run of five events.
    private struct ShortPast: RunPast {
        private var timeline: Timeline {
            var timeline = Timeline()
            for number in 1...3 { timeline.take(.suspended("x"), at: Timestamp(milliseconds: 5), sequence: Int64(number)) }
            return timeline
        }

        func timeline(after revision: Int, limit: Int) async throws -> Timeline.Update { timeline.update(after: revision, limit: limit) }

        func timeline(of task: String) async throws -> Timeline.Update { timeline.update(on: task) }

        func moment(at sequence: Int64) async throws -> PastMoment {
            let number = max(1, min(5, sequence))
            var moment = DashboardServerTests.moment()
            moment.status.suspension = "event \(number)"
            return PastMoment(moment: moment, sequence: number, last: 5)
        }

        func commit(_ id: String) async throws -> CommitPage? { nil }

        func work(on task: String) async throws -> WorkPage? {
            task == "task-1"
                ? WorkPage(from: "a", to: "b", files: [.init(path: "<b>", added: 1, removed: nil)], diff: "+<script>", isCut: false) : nil
        }

        func report() async throws -> String { "<!doctype html><title>r</title>" }

        func transcript(of agent: String, turn: String?, _ wish: PieceWish, until sequence: Int64?) async throws -> TranscriptPage? {
            let text = "\(turn ?? "newest") \(wish.before ?? -1) \(wish.after ?? -1) \(sequence ?? -1)"
            return agent == "worker-1"
                ? TranscriptPage(agent: agent, turn: turn, entries: [TranscriptEntry(at: 1, kind: .text, text: text)]) : nil
        }

        func gateLog(of run: String, _ wish: PieceWish) async throws -> GateLogPage? {
            run == "effect-2" ? GateLogPage(run: run, text: "<b> before \(wish.before ?? -1)") : nil
        }
    }

    @Test("an earlier moment is the status as it was, and further ones are told by what differs")
    func moments() async throws {
        try await PagesServer.serving(ScriptedFeed(), past: ShortPast()) { server in
            let status = try await server.ask("/api/v1/status?at=3")
            #expect(try JSONDecoder().decode(RunStatus.self, from: Data(status.text.utf8)).suspension == "event 3")
            let first = try await server.ask("/api/v1/moment?at=99")
            #expect(first.text.contains("\"sequence\":5") && first.text.contains("\"last\":5") && first.text.contains("\"isWhole\":true"))
            #expect(try await server.ask("/api/v1/moment?at=2&from=5").text.contains("\"isWhole\":false"))
            #expect(try await server.ask("/api/v1/log?at=2").status == 200)
            for path in ["/api/v1/moment", "/api/v1/moment?at=x", "/api/v1/status?at=-1", "/api/v1/timeline?after=x"] {
                #expect(try await server.ask(path).status == 400, "\(path)")
            }
        }
    }

    @Test("pieces of transcripts and of gates' logs are asked for by their place; what is no place, or not there, is said")
    func pieces() async throws {
        try await PagesServer.serving(ScriptedFeed(), past: ShortPast()) { server in
            let agent = "/api/v1/agents/worker-1/transcript"
            let newest = try await server.ask(agent)
            #expect(newest.status == 200 && newest.text.contains("newest -1 -1 -1"))
            #expect(try await server.ask(agent + "?turn=turn-7&before=40&at=3").text.contains("turn-7 40 -1 3"))
            #expect(try await server.ask("/api/v1/gates/effect-2/log?before=9").text.contains("<b> before 9"))
            for path in ["?turn=7", "?turn=turn-", "?turn=turn-../x", "?before=x", "?after=-1", "?at=x"] {
                #expect(try await server.ask(agent + path).status == 400, "\(path)")
            }
            let missing = ["agents/worker-2/transcript", "gates/effect-3/log", "agents//transcript", "gates/a/b/log"]
            for path in missing.map({ "/api/v1/" + $0 }) {
                #expect(try await server.ask(path).status == 404, "\(path)")
            }
            #expect(try await server.ask("/api/v1/agents/director").status == 200, "the agent itself is another route")
        }
        try await PagesServer.serving(ScriptedFeed()) { server in
            let answer = try await server.ask("/api/v1/gates/effect-2/log")
            #expect(answer.status == 404 && answer.text.contains("no-history"))
        }
    }

    @Test("the timeline tells what is new; what is not there is said")
    func parts() async throws {
        try await PagesServer.serving(ScriptedFeed(), past: ShortPast()) { server in
            let all = try JSONDecoder().decode(Timeline.Update.self, from: Data(try await server.ask("/api/v1/timeline").text.utf8))
            #expect(all.marks.map(\.value.kind) == [.paused, .paused, .paused] && all.revision == all.newest)
            let piece = try JSONDecoder().decode(
                Timeline.Update.self, from: Data(try await server.ask("/api/v1/timeline?limit=2").text.utf8))
            #expect(piece.marks.map(\.number) == [0, 1] && piece.revision < piece.newest)
            let rest = try await server.ask("/api/v1/timeline?limit=2&after=\(piece.revision)")
            #expect(try JSONDecoder().decode(Timeline.Update.self, from: Data(rest.text.utf8)).marks.map(\.number) == [2])
            let own = try await server.ask("/api/v1/timeline?task=task-1")
            #expect(try JSONDecoder().decode(Timeline.Update.self, from: Data(own.text.utf8)).marks.isEmpty)
            #expect(try await server.ask("/api/v1/timeline?limit=x").status == 400)
            let more = try await server.ask("/api/v1/timeline?after=\(all.revision)")
            #expect(try JSONDecoder().decode(Timeline.Update.self, from: Data(more.text.utf8)).marks.isEmpty)
            #expect(try await server.ask("/api/v1/work/task-1").text.contains("+<script>"))
            #expect(try await server.ask("/api/v1/work/task-2").status == 404)
            #expect(try await server.ask("/api/v1/commits/abcdef0").status == 404)
            #expect(try await server.ask("/api/v1/commits/abcdef0", headers: [:]).status == 401)
        }
        try await PagesServer.serving(ScriptedFeed()) { server in
            let answer = try await server.ask("/api/v1/timeline")
            #expect(answer.status == 404)
        }
    }

    @Test("the report may use its own style and nothing else")
    func report() async throws {
        try await PagesServer.serving(ScriptedFeed(), past: ShortPast()) { server in
            let answer = try await server.ask("/report")
            #expect(answer.headers["Content-Type"]?.hasPrefix("text/html") == true)
            let policy = try #require(answer.headers["Content-Security-Policy"])
            #expect(
                policy.contains("style-src \(ReportStyle.hash);") && !policy.contains("script-src") && policy.contains("default-src 'none'")
            )
        }
    }

    @Test("of very many tasks those that are not settled come first, and the rest follows in pieces")
    func pieces() throws {
        var moment = DashboardServerTests.moment()
        let task = try JSONDecoder().decode(RunStatus.TaskStatus.self, from: Data(DashboardServerTests.task.utf8))
        moment.status.tasks = (0..<3_000).map { number in
            var copy = task
            copy.id = "task-\(number)"
            if number % 30 != 0 { copy.settledAt = copy.createdAt }
            return copy
        }
        var update = RunUpdate(moment, since: nil)
        let pieces = update.splitTasks()
        #expect(update.tasks.count == RunUpdate.firstTasks && update.isWhole && update.counts.count == 3_000)
        #expect(update.tasks.prefix(100).allSatisfy { $0.settledAt == nil })
        #expect(pieces.map(\.count) == [1_000, 1_000, 1_000 - RunUpdate.firstTasks])
        #expect(Set((update.tasks + pieces.flatMap { $0 }).map(\.id)).count == 3_000)
        moment.status.tasks = Array(moment.status.tasks.prefix(RunUpdate.firstTasks))
        var small = RunUpdate(moment, since: nil)
        #expect(small.splitTasks().isEmpty && small.tasks.count == RunUpdate.firstTasks)
    }
}
