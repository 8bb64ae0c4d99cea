import JSON
import Testing

@testable import TestSupport

@Suite("The scripted Messages API")
struct ScriptedMessagesAPITests {
    typealias Body = MessagesBody
    private let script = SteppedScript(
        .message(.text("I \"look\"\n\u{2028}first."), .call("Bash", ["command": "ls"])), .report(["done": true]))

    @Test("streams an answer as the API does: blocks, stop reason and tokens")
    func streams() async throws {
        let body = try Body.body([Body.opening("Do it.")])
        let answer = try await ScriptedMessagesAPI.serving(script) { api in
            try await LoopbackClient(port: api.port).send(headers: ["x-api-key: key-1"], body: body)
        }
        #expect(answer.status == 200)
        #expect(answer.headerLines.contains("content-type: text/event-stream"))
        #expect(
            answer.eventNames == [
                "message_start", "content_block_start", "content_block_delta", "content_block_stop", "content_block_start",
                "content_block_delta", "content_block_stop", "message_delta", "message_stop",
            ])
        let events = try answer.eventData.map { try JSONValue(parsing: $0) }
        #expect(events.compactMap { $0["type"]?.string } == answer.eventNames)
        #expect(events[2]["delta"] == ["type": "text_delta", "text": "I \"look\"\n\u{2028}first."])
        #expect(events[4]["content_block"]?["name"] == "Bash")
        #expect(events[5]["delta"]?["partial_json"] == #"{"command":"ls"}"#)
        #expect(events[7]["delta"]?["stop_reason"] == "tool_use")
        #expect(events[7]["usage"]?["output_tokens"] == .integer(9))
    }

    @Test("answers a request without streaming by one document")
    func document() async throws {
        let body = try Body.body([Body.opening("Do it.")], stream: false)
        let answer = try await ScriptedMessagesAPI.serving(SteppedScript(.message(.text("Hello.")))) { api in
            try await LoopbackClient(port: api.port).send(body: body)
        }
        let document = try JSONValue(parsing: answer.body)
        #expect(document["content"] == [["type": "text", "text": "Hello."]])
        #expect(document["stop_reason"] == "end_turn")
        #expect(document["model"] == "claude-test")
    }

    @Test("splits a long block over several events without losing a character")
    func longBlock() async throws {
        let text = String(repeating: "häh\n", count: 5000)
        let body = try Body.body([Body.opening("Do it.")])
        let answer = try await ScriptedMessagesAPI.serving(SteppedScript(.message(.text(text)))) { api in
            try await LoopbackClient(port: api.port).send(body: body)
        }
        let pieces = try answer.eventData.compactMap { try JSONValue(parsing: $0)["delta"]?["text"]?.string }
        #expect(pieces.count == 5)
        #expect(pieces.joined() == text)
    }

    @Test("gives every message and every tool call an id of its own, also across servers")
    func uniqueIDs() async throws {
        let body = try Body.body([Body.opening("Do it.")])
        var ids: [String] = []
        for _ in 1...2 {
            ids += try await ScriptedMessagesAPI.serving(script) { api in
                var ids: [String] = []
                for _ in 1...2 {
                    let answer = try await LoopbackClient(port: api.port).send(body: body)
                    let events = try answer.eventData.map { try JSONValue(parsing: $0) }
                    ids += events.compactMap { $0["message"]?["id"]?.string ?? $0["content_block"]?["id"]?.string }
                }
                return ids
            }
        }
        #expect(ids.count == 8)
        #expect(Set(ids).count == 8)
    }

    @Test("records who asked for what in which conversation, and what it cost")
    func ledger() async throws {
        let one = try Body.body([Body.opening("Do it.")], session: "a")
        let two = try Body.body(
            [Body.opening("Do it."), Body.assistant(Body.call("Bash", id: "t")), Body.user(Body.result(of: "t", "x"))], session: "b")
        try await ScriptedMessagesAPI.serving(script) { api in
            let client = LoopbackClient(port: api.port)
            _ = try await client.send("POST", "/v1/messages?beta=true", headers: ["X-API-Key: key-1"], body: one)
            _ = try await client.send(headers: ["Authorization: Bearer token-2"], body: two)
            let requests = await api.requests
            #expect(requests.map(\.number) == [1, 2])
            #expect(requests.map(\.credential) == [.apiKey("key-1"), .bearer("token-2")])
            #expect(requests.map(\.conversation) == ["a", "b"])
            #expect(requests.map(\.status) == [200, 200])
            #expect(requests.map(\.isSideRequest) == [false, false])
            #expect(requests.allSatisfy { ($0.usage?.totalInput ?? 0) > 0 && ($0.usage?.output ?? 0) > 0 })
        }
    }

    @Test("keeps only the newest requests, but counts them all")
    func boundedLedger() async throws {
        let body = try Body.body([Body.opening("Do it.")])
        try await ScriptedMessagesAPI.serving(script, requestLimit: 2) { api in
            for _ in 1...5 { _ = try await LoopbackClient(port: api.port).send(body: body) }
            #expect(await api.requests.map(\.number) == [4, 5])
            #expect(await api.requestCount == 5)
        }
    }

    @Test("answers housekeeping itself, without asking the script")
    func sideRequests() async throws {
        let body = try Body.body([Body.opening("Do it.")], tools: [])
        try await ScriptedMessagesAPI.serving(ClosureScript { _ in .fault(.serverError) }) { api in
            let answer = try await LoopbackClient(port: api.port).send(body: body)
            #expect(answer.status == 200)
            #expect(await api.requests.map(\.isSideRequest) == [true])
        }
    }

    @Test("counts tokens, says hello, and names what it does not play")
    func otherPaths() async throws {
        let body = try Body.body([Body.opening("Do it.")])
        try await ScriptedMessagesAPI.serving(script) { api in
            let client = LoopbackClient(port: api.port)
            let count = try await client.send("POST", "/v1/messages/count_tokens", body: body)
            let expected = try Body.request([Body.opening("Do it.")]).characters / 4
            #expect(try JSONValue(parsing: count.body) == ["input_tokens": .integer(Int64(expected))])
            #expect(try await client.send("HEAD", "/api/hello").status == 200)
            #expect(try await client.send("GET", "/v1/models").status == 404)
            #expect(try await client.send("POST", "/v1/messages", body: "{").status == 400)
            #expect(await api.requests.isEmpty)
        }
    }

    @Test("waits as long as the script asks, before the first byte and before each event")
    func pacing() async throws {
        let clock = RecordingClock(skips: true)
        let reply = ModelReply.message(.text("a")).with(pacing: .init(beforeFirstByte: .seconds(3), beforeEachEvent: .seconds(1)))
        let body = try Body.body([Body.opening("Do it.")])
        let answer = try await ScriptedMessagesAPI.serving(SteppedScript(reply), clock: clock) { api in
            try await LoopbackClient(port: api.port).send(body: body)
        }
        clock.finish()
        var slept: [RecordingClock.Event] = []
        for await event in clock.events { slept.append(event) }
        #expect(answer.eventNames.count == 6)
        #expect(slept == [.sleeping(.seconds(3))] + Array(repeating: .sleeping(.seconds(1)), count: 6))
    }

    @Test("tells a turn that outruns a stepped script how long the script is")
    func beyondScript() async throws {
        let request = try Body.request([Body.opening("x"), Body.assistant(Body.text("a")), Body.assistant(Body.text("b"))])
        guard case .fault(.error(let status, _, let message, _)) = await script.reply(to: request).outcome else {
            Issue.record("no error")
            return
        }
        #expect(status == 400)
        #expect(message == "The script has 2 steps; step 3 was asked for.")
    }

    @Test("passes on what its user throws, and ends")
    func failure() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) { try await ScriptedMessagesAPI.serving(script) { _ in throw Broken() } }
    }

    @Test("fails if its port is taken")
    func portTaken() async throws {
        try await ScriptedMessagesAPI.serving(script) { first in
            await #expect(throws: (any Error).self) {
                try await ScriptedMessagesAPI.serving(SteppedScript(), port: first.port) { _ in Issue.record("It runs.") }
            }
        }
    }
}
