import Foundation
import FoundationNetworking
import Orchestration
import Synchronization
import Testing

@testable import Dashboard

/// The journal as server-sent events.
@Suite("The journal over the web")
struct JournalStreamTests {
    private func numbers(_ text: String) -> [Int64] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
    }

    /// The numbers of the events that there are now.
    private func told(_ server: PagesServer, _ query: String) async throws -> [Int64] {
        numbers(try await server.ask("/api/v1/journal/events?follow=0\(query)").text)
    }

    @Test("every event comes once and in order, with its number as its id and its JSON as it is")
    func whole() async throws {
        let feed = ScriptedFeed()
        feed.grow(to: 300)
        try await PagesServer.serving(feed) { server in
            let answer = try await server.ask("/api/v1/journal/events?follow=0")
            #expect(answer.headers["Content-Type"] == "text/event-stream")
            #expect(numbers(answer.text) == Array(1...300))
            #expect(answer.text.hasPrefix("event: run\ndata: {\"run\":\"run-1\"}\n\nid: 1\nevent: journal\n"))
            #expect(answer.text.contains(#"data: {"seq":7,"time":1007,"kind":"assessed","event":{"number":7,"words":""}}"# + "\n\n"))
        }
    }

    @Test("a reader that comes again goes on after the last event it has, whichever server answers")
    func resume() async throws {
        let feed = ScriptedFeed()
        feed.grow(to: 10)
        try await PagesServer.serving(feed) { server in
            let first = try await told(server, "")
            #expect(first == Array(1...10))
        }
        feed.grow(to: 15)
        try await PagesServer.serving(feed) { server in
            #expect(try await told(server, "&after=10") == Array(11...15))
            let headers = ["Authorization": "Bearer \(server.token)", "Last-Event-ID": "12"]
            let again = try await server.ask("/api/v1/journal/events?follow=0&after=10", headers: headers)
            #expect(numbers(again.text) == [13, 14, 15])
            #expect(try await told(server, "&after=12&run=an-earlier") == Array(1...15))
            for query in ["after=x", "after=-1", "after=%2B1", "after=9007199254740992", "after="] {
                #expect(try await server.ask("/api/v1/journal/events?follow=0&\(query)").status == 400, "\(query)")
            }
            let beyond = try await server.ask("/api/v1/journal/events?follow=0&after=16")
            #expect(beyond.status == 409 && beyond.text.contains("has 15 events"))
        }
    }

    @Test("a reader that follows gets what comes later")
    func follow() async throws {
        let feed = ScriptedFeed()
        feed.grow(to: 3)
        try await PagesServer.serving(feed) { server in
            try await SlowReader.reading(server) { reader in
                try await reader.read(until: "id: 3\n")
                feed.grow(to: 5)
                try await reader.read(until: "id: 5\n")
                #expect(numbers(reader.text) == [1, 2, 3, 4, 5])
            }
        }
    }

    @Test("a reader that does not read holds a bounded piece, and others are served meanwhile")
    func slow() async throws {
        let feed = ScriptedFeed()
        // 16 MB: more than the kernel keeps for a reader.
        feed.grow(to: 4_000, words: String(repeating: "w", count: 4_000))
        try await PagesServer.serving(feed) { server in
            try await SlowReader.reading(server) { reader in
                try await reader.read(until: "id: 1\n")
                let quick = try await server.ask("/api/v1/journal/events?follow=0")
                #expect(numbers(quick.text).count == 4_000)
                // The slow one's pages: what has been written and one more, of 32 in all; the quick one's are 33.
                #expect(feed.pages.withLock { $0 } < 33 + 32)
                try await reader.read(until: "id: 4000\n")
                #expect(numbers(reader.text) == Array(1...4_000))
            }
        }
    }
}
