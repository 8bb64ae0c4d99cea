import JSON
import Testing

@testable import TestSupport

@Suite("A fault of the scripted Messages API")
struct ModelFaultTests {
    private func answer(to fault: ModelFault, reply headers: [String: String] = [:]) async throws -> LoopbackClient.Answer {
        let body = try MessagesBody.body([MessagesBody.opening("Do it.")])
        return try await ScriptedMessagesAPI.serving(SteppedScript(.fault(fault).with(headers: headers))) { api in
            try await LoopbackClient(port: api.port).send(body: body)
        }
    }

    @Test(
        "has the API's status and error type",
        arguments: [
            (ModelFault.rateLimited(), 429, "rate_limit_error"), (.authenticationFailed, 401, "authentication_error"),
            (.permissionDenied, 403, "permission_error"), (.creditTooLow, 400, "invalid_request_error"),
            (.overloaded, 529, "overloaded_error"), (.serverError, 500, "api_error"), (.promptTooLong, 400, "invalid_request_error"),
        ])
    func errors(fault: ModelFault, status: Int, type: String) async throws {
        let answer = try await answer(to: fault)
        #expect(answer.status == status)
        let document = try JSONValue(parsing: answer.body)
        #expect(document["type"] == "error")
        #expect(document["error"]?["type"] == .string(type))
        #expect(document["error"]?["message"]?.string?.isEmpty == false)
    }

    @Test("names the time to wait only if it has one")
    func retryAfter() async throws {
        #expect(try await answer(to: .rateLimited(retryAfter: 7)).headerLines.contains("retry-after: 7"))
        #expect(try await answer(to: .rateLimited()).headerLines.contains { $0.hasPrefix("retry-after") } == false)
    }

    @Test("tells a subscription's windows in the header fields")
    func subscription() async throws {
        let limits = SubscriptionLimits(
            fiveHour: .init(.rejected, utilization: 1, resetsAt: 1_800_000_000),
            sevenDay: .init(.allowed, utilization: 0.41, resetsAt: 1_800_400_000))
        let lines = try await answer(to: .usageLimitReached(limits)).headerLines
        for line in [
            "status: rejected", "reset: 1800000000", "representative-claim: five_hour", "5h-status: rejected", "5h-utilization: 1.0",
            "5h-reset: 1800000000", "7d-status: allowed", "7d-utilization: 0.41", "7d-reset: 1800400000",
        ] {
            #expect(lines.contains("anthropic-ratelimit-unified-\(line)"))
        }
    }

    @Test("can cut a stream off after so many events")
    func truncated() async throws {
        let answer = try await answer(to: .truncatedStream(blocks: [.text("Hello.")], afterEvents: 3))
        #expect(answer.status == 200)
        #expect(answer.eventNames == ["message_start", "content_block_start", "content_block_delta"])
        #expect(answer.text.hasSuffix("0\r\n\r\n") == false)
    }

    @Test("can reset the connection before any answer")
    func reset() async throws {
        let answer = try await answer(to: .connectionReset)
        #expect(answer.wasReset)
        #expect(answer.text.isEmpty)
    }

    @Test("can be an answer that no client understands")
    func garbage() async throws {
        let answer = try await answer(to: .garbage)
        #expect(answer.status == 200)
        #expect(answer.eventData.first == "{not json")
    }

    @Test("can hang, and ends when the client goes away", .timeLimit(.minutes(1)))
    func hangUntilDisconnected() async throws {
        let clock = RecordingClock(skips: false)
        let body = try MessagesBody.body([MessagesBody.opening("Do it.")])
        try await ScriptedMessagesAPI.serving(SteppedScript(.fault(.hang(limit: .seconds(60)))), clock: clock) { api in
            try await LoopbackClient(port: api.port).abandon(body: body) {
                #expect(await clock.events.first { _ in true } == .sleeping(.seconds(60)))
            }
            // The server is still running: only the closed connection can end the wait.
            #expect(await clock.events.first { _ in true } == .cancelled)
            #expect(await api.requests.first?.status == nil)
        }
    }

    @Test("can hang, and closes the connection without an answer when its limit has passed")
    func hangLimit() async throws {
        let clock = RecordingClock(skips: true)
        let body = try MessagesBody.body([MessagesBody.opening("Do it.")])
        let answer = try await ScriptedMessagesAPI.serving(SteppedScript(.fault(.hang(limit: .seconds(60)))), clock: clock) { api in
            try await LoopbackClient(port: api.port).send(body: body)
        }
        #expect(answer.text.isEmpty)
    }
}
