import ControlAPI
import Foundation
import FoundationNetworking
import Observability
import Orchestration
import Synchronization
import Testing

@testable import Dashboard

/// The server as a browser meets it.
@Suite("The web pages' server")
struct DashboardServerTests {
    /// A feed of one moment, which notes that it was paused.
    private final class StillRun: RunFeed {
        let paused = Mutex(0)

        func moment() async -> RunMoment { DashboardServerTests.moment() }

        func redactor() throws -> Redactor { Redactor(secrets: []) }

        func changes() async -> AsyncStream<Void> {
            AsyncStream(bufferingPolicy: .bufferingNewest(1)) { $0.yield() }
        }

        func pause() async throws { paused.withLock { $0 += 1 } }

        func cost() async throws(ControlProblem) -> CostReport { CostReport(run: DashboardServerTests.run, at: DashboardServerTests.start) }

        func order(_ body: [UInt8]) async throws(ControlProblem) -> OrderReceipt {
            throw ControlProblem(code: "no-engine", message: "No engine.", remedy: "cco resume", status: 409)
        }

        func journal(after sequence: Int64, limit: Int) async throws(ControlProblem) -> JournalPage {
            JournalPage(run: "run-1", last: 0, entries: [])
        }

        func journalChanges() async -> AsyncStream<Void> { await changes() }
    }

    static let start = Timestamp(milliseconds: 1_000_000)

    static var run: Run {
        let settings = RunSettings(
            repository: "r", branch: "main", targetBranch: "main", workerCount: 2, engineerManagerGroupSize: 4, maxRunMinutes: 60,
            maxBudgetUsd: nil, taskTimeoutMinutes: 10, review: .em, promotion: .auto, push: true, maxTaskAttempts: 3, verifyCommand: "true",
            verifyTimeoutMinutes: 5, gateSlots: 1, credentials: [])
        return Run(id: ID("2026-11-28-14-26-10"), settings: settings, seed: 1, at: start)
    }

    static func moment() -> RunMoment {
        var log = LogTail()
        log.take("2026-11-28T14:26:10.000Z [worker-1] turn-9 <script>alert(1)</script>\u{1B}[2J\n".utf8)
        return RunMoment(
            status: RunStatus(run: run, at: start), isLive: true, log: log, now: 1_000_000)
    }

    /// Runs `body` with the link of a server.
    private func serving(_ body: @Sendable (URL, StillRun) async throws -> Void) async throws {
        let feed = StillRun()
        let (links, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let server = Task { try await DashboardServer(port: 0, feed: feed).run { continuation.yield($0) } }
        for await link in links.prefix(1) { try await body(try #require(URL(string: link)), feed) }
        server.cancel()
        try await server.value
    }

    private func get(
        _ url: URL, _ headers: [String: String] = [:], method: String = "GET"
    ) async throws -> (response: HTTPURLResponse, text: String) {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var request = URLRequest(url: url)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await session.data(for: request)
        return (try #require(response as? HTTPURLResponse), String(decoding: data, as: UTF8.self))
    }

    private func token(_ link: URL) throws -> String { try #require(link.query()?.split(separator: "=").last.map(String.init)) }

    @Test("the link opens the pages, and every answer keeps other sites and inline scripts out")
    func link() async throws {
        try await serving { link, _ in
            let (response, text) = try await get(link)
            #expect(response.statusCode == 200 && response.url?.query() == nil, "the token stays in the address")
            #expect(text.contains("<title>cco</title>"))
            let policy = try #require(response.value(forHTTPHeaderField: "Content-Security-Policy"))
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(response.value(forHTTPHeaderField: "Access-Control-Allow-Origin") == nil)
        }
    }

    @Test("without the token there is nothing, and the answer says where to find it")
    func withoutToken() async throws {
        try await serving { link, _ in
            for path in ["/", "/app.js", "/api/v1/status", "/api/v1/events", "/api/v1/log", "/nothing"] {
                let url = try #require(URL(string: path, relativeTo: link))
                let (response, text) = try await get(url)
                #expect(response.statusCode == 401 && text.contains("cco web"), "\(path)")
            }
        }
    }

    @Test("the state and the log are JSON in which others' words are harmless text")
    func state() async throws {
        try await serving { link, _ in
            let bearer = ["Authorization": "Bearer \(try token(link))"]
            let (response, text) = try await get(try #require(URL(string: "/api/v1/status", relativeTo: link)), bearer)
            #expect(response.statusCode == 200)
            #expect(try JSONDecoder().decode(RunStatus.self, from: Data(text.utf8)) == Self.moment().status)
            let log = try await get(try #require(URL(string: "/api/v1/log?source=worker-1", relativeTo: link)), bearer)
            #expect(log.response.value(forHTTPHeaderField: "Content-Type") == "application/json")
            #expect(log.text.contains("<script>") && !log.text.contains("\u{1B}") && !log.text.contains("turn-9"))
        }
    }

    @Test("only a request of these pages, or with the token in hand, pauses the run")
    func pausing() async throws {
        try await serving { link, feed in
            let url = try #require(URL(string: "/api/v1/pause", relativeTo: link))
            let cookie = "cco-\(try #require(link.port))=\(try token(link))"
            let foreign = try await get(url, ["Cookie": cookie, "Origin": "http://evil.example"], method: "POST")
            #expect(foreign.response.statusCode == 403)
            #expect(try await get(url, ["Authorization": "Bearer \(try token(link))"]).response.statusCode == 405)
            #expect(feed.paused.withLock { $0 } == 0)
            let own = "http://127.0.0.1:\(try #require(link.port))"
            let answer = try await get(url, ["Cookie": cookie, "Origin": own], method: "POST")
            #expect(answer.response.statusCode == 200 && feed.paused.withLock { $0 } == 1)
        }
    }

    @Test("a browser is told all tasks at first and then those that changed")
    func updates() throws {
        var before = Self.moment()
        let task = try JSONDecoder().decode(RunStatus.TaskStatus.self, from: Data(Self.task.utf8))
        before.status.tasks = (0..<3).map { number in
            var copy = task
            copy.id = "task-\(number)"
            return copy
        }
        #expect(RunUpdate(before, since: nil).isWhole && RunUpdate(before, since: nil).tasks.count == 3)
        #expect(RunUpdate.isSame(before, as: before))
        var after = before
        after.status.tasks[1].state = "landed"
        let update = RunUpdate(after, since: before)
        #expect(!RunUpdate.isSame(after, as: before))
        #expect(!update.isWhole && update.tasks.map(\.id) == ["task-1"] && update.counts == .init(count: 3, landed: 1))
        after.status.run = "another"
        #expect(RunUpdate(after, since: before).isWhole)
    }

    static let task = """
        {"id": "task-1", "title": "t", "team": "team-1", "state": "waiting", "dependsOn": [], "isRepair": false, "attempts": 0, "reworks": 0,
        "conflicts": 0, "redGates": 0, "costUsd": 0, "createdAt": {"iso": "1970-01-01T00:00:00.000Z", "ms": 0},
        "tokens": {"input": 0, "cacheWrite": 0, "cacheRead": 0, "output": 0, "total": 0}}
        """
}
