import Foundation
import Observability
import Orchestration
import Synchronization
import Testing

@testable import Dashboard

/// Agents write what they like, also what they should not know.
@Suite("Secrets in what is sent")
struct RedactionTests {
    /// Has to be escaped in JSON.
    private static let password = "p\"<ss>\\wörd-of-the-service"
    private static let key = "sk-ant-test-0123456789-abcdefghij"
    private static let words = "I used \(password) and \(key)."
    private static let redactor = Redactor(secrets: [Secret(name: "password", value: password), Secret(name: "key-1", value: key)])

    private static func feed() throws -> ScriptedFeed {
        var moment = DashboardServerTests.moment()
        var task = try JSONDecoder().decode(RunStatus.TaskStatus.self, from: Data(DashboardServerTests.task.utf8))
        (task.title, task.why) = (words, words)
        moment.status.tasks = [task]
        moment.status.suspension = words
        moment.status.director.brief = words
        moment.log.take("2026-11-28T14:26:10.000Z [worker-1] \(words)\n".utf8)
        let feed = ScriptedFeed()
        feed.present.withLock { [moment] in $0 = moment }
        feed.secrets.withLock { $0 = .success(redactor) }
        return feed
    }

    /// A run in whose past everything tells.
    private struct TellingPast: RunPast {
        private var timeline: Timeline {
            var timeline = Timeline()
            timeline.take(.suspended(words), at: Timestamp(milliseconds: 5), sequence: 1)
            return timeline
        }

        func timeline(after revision: Int, limit: Int) async throws -> Timeline.Update { timeline.update(after: revision, limit: limit) }

        func timeline(of task: String) async throws -> Timeline.Update { timeline.update(on: task) }

        func moment(at sequence: Int64) async throws -> PastMoment {
            var moment = DashboardServerTests.moment()
            moment.status.suspension = words
            moment.log.take("2026-11-28T14:26:10.000Z [worker-1] \(words)\n".utf8)
            return PastMoment(moment: moment, sequence: 1, last: 1)
        }

        private var page: WorkPage {
            WorkPage(from: "a", to: "b", files: [.init(path: words, added: 1, removed: 0)], diff: "+\(words)", isCut: false)
        }

        func commit(_ id: String) async throws -> CommitPage? {
            CommitPage(
                id: id, tree: "t", parents: [], subject: words, message: words, author: words, committedAt: nil, verdict: "none",
                receipt: [.init("Task", words)], work: page)
        }

        func work(on task: String) async throws -> WorkPage? { page }

        func report() async throws -> String { "<!doctype html><title>r</title><p>\(words)</p>" }

        func transcript(of agent: String, turn: String?, _ wish: PieceWish, until sequence: Int64?) async throws -> TranscriptPage? {
            TranscriptPage(agent: agent, turn: "turn-1", entries: [TranscriptEntry(at: 0, kind: .text, text: words)])
        }

        func gateLog(of run: String, _ wish: PieceWish) async throws -> GateLogPage? { GateLogPage(run: run, text: words) }
    }

    private func expectFree(_ text: String, _ what: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(text.contains("I used <redacted:password> and <redacted:key-1>."), "\(what): \(text)", sourceLocation: location)
        #expect(!text.contains("wörd-of-the-service") && !text.contains("sk-ant-test"), "\(what): \(text)", sourceLocation: location)
    }

    private static let telling = [
        "/api/v1/status", "/api/v1/tasks/task-1", "/api/v1/agents/director", "/api/v1/log?source=worker-1", "/api/v1/status?at=1",
        "/api/v1/moment?at=1", "/api/v1/log?at=1", "/api/v1/commits/abcdef0", "/api/v1/work/task-1", "/report",
        "/api/v1/agents/worker-1/transcript", "/api/v1/gates/effect-1/log",
    ]

    @Test("no answer has one in it, whatever the route, and neither has the stream of a page")
    func everywhere() async throws {
        let feed = try Self.feed()
        try await PagesServer.serving(feed, past: TellingPast()) { server in
            for path in Self.telling { expectFree(try await server.ask(path).text, path) }
            expectFree(try await server.ask("/").text.replacingOccurrences(of: "\\u003c", with: "<"), "the page")
            try await SlowReader.reading(server, "/api/v1/events") { reader in
                try await reader.read(until: "\n\n")
                expectFree(reader.text, "the stream")
                var later = await feed.moment()
                later.status.suspension = "Later: \(Self.words) That was it."
                feed.become(later)
                try await reader.read(until: "That was it.")
                expectFree(reader.text.components(separatedBy: "Later: ").last ?? "", "what the stream tells later")
            }
        }
    }

    @Test("while they are not known nothing of the run is told, and it says why; to pause it is possible all the same")
    func unknown() async throws {
        let feed = try Self.feed()
        try await PagesServer.serving(feed, past: TellingPast()) { server in
            feed.secrets.withLock { $0 = .failure(.init()) }
            let routes = DashboardRoute.all.filter { $0.showsRun }.map { ($0.path, $0.verb) } + Self.telling.map { ($0, "GET") }
            for (path, verb) in routes {
                let path = path.replacingOccurrences(of: "{id}", with: "task-1").replacingOccurrences(of: "{task}", with: "task-1")
                    .replacingOccurrences(of: "{run}", with: "effect-1")
                let answer = try await server.ask(path, method: verb)
                #expect(answer.status == 503 && answer.text.contains("secrets-unknown") && answer.text.contains("line 3"), "\(path)")
                #expect(!answer.text.contains("I used"), "\(path)")
            }
            let page = try await server.ask("/")
            #expect(page.status == 200 && page.text.contains("<title>cco") && !page.text.contains("I used"))
            #expect(try await server.ask("/api/v1/pause", method: "POST").status == 200)
            #expect(try await server.ask("/api/v1/openapi.json").status == 200)
            feed.secrets.withLock { $0 = .success(Self.redactor) }
            #expect(try await server.ask("/api/v1/status").status == 200)
        }
    }
}
