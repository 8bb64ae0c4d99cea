import ControlAPI
import Foundation
import FoundationNetworking
import Observability
import Orchestration
import Synchronization
import Testing

@testable import Dashboard

/// A server as a program meets it.
struct PagesServer: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var text: String
    }

    let link: URL
    let token: String

    /// Runs `body` with a server of its own.
    static func serving(
        _ feed: any RunFeed, past: (any RunPast)? = nil, isAgent: Bool = false, _ body: @Sendable (PagesServer) async throws -> Void
    ) async throws {
        let (links, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let server = Task {
            try await DashboardServer(port: 0, feed: feed, past: past, isAgent: { _, _ in isAgent }).run { continuation.yield($0) }
        }
        defer { server.cancel() }
        for await link in links.prefix(1) {
            let url = try #require(URL(string: link))
            try await body(PagesServer(link: url, token: try #require(url.query()?.split(separator: "=").last.map(String.init))))
        }
        server.cancel()
        try await server.value
    }

    /// - Parameter headers: `nil` is the token.
    func ask(_ path: String, headers: [String: String]? = nil, method: String = "GET", body: String? = nil) async throws -> Answer {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var request = URLRequest(url: try #require(URL(string: path, relativeTo: link)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers ?? ["Authorization": "Bearer \(token)"] { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { if let name = name as? String { fields[name] = value as? String } }
        return Answer(status: answer.statusCode, headers: fields, text: String(decoding: data, as: UTF8.self))
    }
}

/// A feed that a test writes: a journal that grows, orders that are noted.
final class ScriptedFeed: RunFeed {
    let orders = Mutex<[String]>([])
    let refusal = Mutex<ControlProblem?>(nil)
    let events = Mutex<[JournalPage.Entry]>([])
    /// How many pages have been asked for.
    let pages = Mutex(0)
    /// What the run is at the moment, if it is another one than usual.
    let present = Mutex<RunMoment?>(nil)
    /// What knows the secrets, or why they are not known.
    let secrets = Mutex<Result<Redactor, SecretsUnknown>>(.success(Redactor(secrets: [])))
    private let viewers = Mutex<[AsyncStream<Void>.Continuation]>([])
    private let readers = Mutex<[AsyncStream<Void>.Continuation]>([])

    struct SecretsUnknown: Error, CustomStringConvertible { let description = "orchestrator.json: line 3 is no JSON" }

    func redactor() throws -> Redactor { try secrets.withLock { try $0.get() } }

    func grow(to count: Int64, words: String = "") {
        events.withLock { events in
            while Int64(events.count) < count {
                let number = Int64(events.count) + 1
                events.append(
                    .init(sequence: number, time: 1_000 + number, kind: "assessed", event: "{\"number\":\(number),\"words\":\"\(words)\"}"))
            }
        }
        for reader in readers.withLock({ $0 }) { reader.yield() }
    }

    func moment() async -> RunMoment { present.withLock { $0 } ?? DashboardServerTests.moment() }

    func changes() async -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        viewers.withLock { $0.append(continuation) }
        continuation.yield()
        return stream
    }

    /// Becomes another one, of which every page is told.
    func become(_ moment: RunMoment) {
        present.withLock { $0 = moment }
        for viewer in viewers.withLock({ $0 }) { viewer.yield() }
    }

    func pause() async throws {}

    func cost() async throws(ControlProblem) -> CostReport { CostReport(run: DashboardServerTests.run, at: DashboardServerTests.start) }

    func order(_ body: [UInt8]) async throws(ControlProblem) -> OrderReceipt {
        if let refusal = refusal.withLock({ $0 }) { throw refusal }
        orders.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
        return OrderReceipt(id: "1", by: "somebody", subject: "message-1", words: "goes into turn-1")
    }

    func journal(after sequence: Int64, limit: Int) async throws(ControlProblem) -> JournalPage {
        pages.withLock { $0 += 1 }
        let events = events.withLock { $0 }
        return JournalPage(
            run: "run-1", last: Int64(events.count), entries: Array(events.lazy.filter { $0.sequence > sequence }.prefix(limit)))
    }

    func journalChanges() async -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        readers.withLock { $0.append(continuation) }
        continuation.yield()
        return stream
    }
}
