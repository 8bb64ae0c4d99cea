import Foundation
import Orchestration
import Testing

@testable import Agents

@Suite("What a turn's output says about its credential")
struct LimitSignalTests {
    private static let now = Timestamp(milliseconds: 1_799_000_000_000)

    private func signals(_ lines: [Data]) -> [CredentialSignal] {
        var reader = TurnReader(resuming: false)
        return lines.compactMap { reader.take($0).credentialSignals(at: Self.now).last }
    }

    @Test("a 429 and a 529 that the CLI tries again slow the credential down, once for each retry")
    func slowed() throws {
        #expect(
            Set(try signals(Fixture.lines("rate-limit-exhausted")).map { "\($0)" }) == ["slowed(Orchestration.Throttle.Cause.rateLimit)"])
        #expect(Set(try signals(Fixture.lines("overloaded")).map { "\($0)" }) == ["slowed(Orchestration.Throttle.Cause.overloaded)"])
    }

    @Test("one failed request is no outage, the third in a row is")
    func outage() {
        func retry(_ attempt: Int, _ status: String) -> Data {
            Data(
                #"{"type":"system","subtype":"api_retry","attempt":\#(attempt),"max_retries":10,"retry_delay_ms":500.5,"error_status":\#(status),"error":"server_error","session_id":"s"}"#
                    .utf8)
        }
        #expect(signals([retry(1, "500"), retry(2, "502"), retry(1, "null")]).isEmpty)
        #expect(signals([retry(3, "503")]) == [.slowed(.outage)])
        #expect(signals([retry(3, "null")]) == [.slowed(.outage)])
        #expect(signals([retry(3, "408")]).isEmpty)
    }

    @Test("an answer to a subscription tells how much of each window is used")
    func used() throws {
        guard case .used(let windows)? = try signals(Fixture.lines("subscription-allowed-warning")).last else {
            Issue.record("nothing is said of the windows")
            return
        }
        #expect(windows.map(\.name) == ["five_hour", "seven_day"])
        #expect(windows.allSatisfy { $0.utilization > 0 && $0.until > Self.now })
    }

    @Test("a used-up window and a refused key fail the credential at once, while the turn still runs")
    func failed() throws {
        let rejected = try signals(Fixture.lines("subscription-rejected"))
        guard case .failed(.exhausted(let reset?, let message, nil))? = rejected.last else {
            Issue.record("no failure: \(rejected)")
            return
        }
        #expect(reset > Self.now && message.contains("five_hour"))
        guard case .failed(.refused)? = try signals(Fixture.lines("authentication-failed")).first else {
            Issue.record("not refused")
            return
        }
    }

    /// Everything that earlier programs looked for in what agents and tools print.
    static let words = [
        "rate limit", "Rate limit exceeded", "rate_limit_error", "usage limit reached",
        "Claude usage limit reached. Your limit will reset at 5pm",
        "You've hit your 5-hour limit · resets 5pm (UTC)", "limit reached|1800000000", "HTTP 429 Too Many Requests", "429", "529",
        "overloaded",
        "overloaded_error", "please try again later", "try again in 20 seconds", "retry-after: 3600", "resets at 5pm", "quota exceeded",
        "credit balance is too low", "billing_error", "invalid x-api-key", "authentication_failed", "401 Unauthorized", "403 Forbidden",
        "exited with code 1", "API Error: 500 Internal server error",
        #"{"type":"system","subtype":"api_retry","attempt":9,"error_status":429,"error":"rate_limit"}"#,
        #"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1900000000,"rateLimitType":"five_hour"}}"#,
        #"{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"terminal_reason":"api_error"}"#,
    ]

    @Test("what is paid for beside a subscription counts as a window that is used up, and a warning needs no figure")
    func overage() throws {
        func windows(_ info: String) throws -> [UsageWindow] {
            let event = #"{"type":"rate_limit_event","rate_limit_info":{\#(info)},"uuid":"1","session_id":"2"}"#
            guard case .used(let windows)? = signals([Data(event.utf8)]).last else { return [] }
            return windows
        }
        let reset = #""resetsAt":1800000000,"rateLimitType":"five_hour""#
        let known = #""unifiedWindows":{"five_hour":{"utilization":0.2,"resetsAt":1800000000},"seven_day":{"utilization":0.3}}"#
        let paid = try windows(#""status":"allowed",\#(reset),"isUsingOverage":true,\#(known)"#)
        #expect(paid.map(\.name) == ["five_hour", "seven_day"] && paid.map(\.utilization) == [1, 0.3])
        // So the CLI says it: the subscription itself would have rejected the request.
        let rejected = try windows(#""status":"rejected",\#(reset),"isUsingOverage":true,\#(known)"#)
        #expect(rejected.map(\.utilization) == [1, 0.3])
        let bare = try windows(#""status":"allowed",\#(reset),"isUsingOverage":true"#)
        #expect(bare.map(\.utilization) == [1])
        let warned = try windows(#""status":"allowed_warning",\#(reset),"isUsingOverage":false"#)
        #expect(warned.map(\.utilization) == [UsageReserve.short.narrows])
        #expect(try windows(#""status":"allowed",\#(reset),"isUsingOverage":false"#).isEmpty)
    }

    @Test(
        "a window that the provider names after a model is about that model, an included allowance about the one that asked, and others about all",
        arguments: [
            ("seven_day_opus", "claude-sonnet-5", "opus"), ("seven_day_sonnet", nil, "sonnet"),
            ("seven_day_haiku", "claude-opus-9", "haiku"),
            ("seven_day_overage_included", "claude-fable-1", "fable"), ("seven_day_overage_included", "Claude-Opus-9", "opus"),
            ("seven_day_overage_included", nil, nil), ("seven_day_overage_included", "somebody's-model", nil),
            ("seven_day_saga", "claude-saga-2", "saga"), ("seven_day_saga", "claude-opus-9", nil), ("seven_day_saga", nil, nil),
            ("seven_day", "claude-opus-9", nil), ("five_hour", "claude-opus-9", nil), ("seven_day_", "claude-opus-9", nil),
            ("overage", nil, nil),
        ] as [(String, String?, String?)])
    func family(window: String, model: String?, family: String?) {
        #expect(ModelFamily(window: window, askedBy: model)?.rawValue == family)
    }

    @Test("what is told of a window of one model names the model, also when the turn ends with it")
    func oneModel() throws {
        func line(_ text: String) -> Data { Data(text.utf8) }
        let start = #"{"type":"system","subtype":"init","session_id":"s","model":"claude-opus-9","tools":[],"apiKeySource":"none"}"#
        func event(_ info: String) -> String {
            #"{"type":"rate_limit_event","rate_limit_info":{\#(info)},"uuid":"1","session_id":"s"}"#
        }
        let included = event(
            #""status":"rejected","resetsAt":1800000000,"rateLimitType":"seven_day_overage_included","isUsingOverage":false"#)
        var reader = TurnReader(resuming: false)
        _ = reader.take(line(start))
        guard case .failed(.exhausted(let reset, _, .some(let family)))? = reader.take(line(included)).credentialSignals(at: Self.now).last
        else {
            Issue.record("no family")
            return
        }
        #expect(reset == Timestamp(milliseconds: 1_800_000_000_000) && family == .opus)
        let end = reader.conclusion(exit: .code(1), stopped: nil, errorTail: "").end
        #expect(
            end
                == .credential(
                    .exhausted(
                        resetsAt: reset, message: "a usage window is used up (window seven_day_overage_included)", family: .opus)))
        let filling = event(
            #""status":"allowed_warning","resetsAt":1800000000,"rateLimitType":"seven_day_sonnet","unifiedWindows":{"five_hour":{"utilization":0.2}}"#
        )
        guard case .used(let windows)? = reader.take(line(filling)).credentialSignals(at: Self.now).last else {
            Issue.record("nothing is said of the windows")
            return
        }
        #expect(windows.map(\.name) == ["five_hour", "seven_day_sonnet"] && windows.map(\.family) == [nil, .sonnet])
        #expect(windows.last?.utilization == UsageReserve.long.narrows)
    }

    private func line(_ object: [String: Any]) throws -> Data { try JSONSerialization.data(withJSONObject: object, options: .sortedKeys) }

    /// Lines of a turn whose every text is these words, in an order that the fast scanner or the decoder takes.
    private func talk(_ words: String) throws -> [Data] {
        func assistant(_ block: [String: Any]) throws -> Data {
            try line(["type": "assistant", "message": ["id": "m1", "role": "assistant", "content": [block]], "session_id": "s"])
        }
        func user(_ content: Any) throws -> Data { try line(["type": "user", "message": ["role": "user", "content": content]]) }
        return [
            try assistant(["type": "text", "text": words]),
            try assistant(["type": "tool_use", "id": "t1", "name": "Bash", "input": ["command": words, "error": words]]),
            try user([["type": "tool_result", "tool_use_id": "t1", "content": words, "is_error": true]]),
            try user([["type": "tool_result", "tool_use_id": "t1", "content": [["type": "text", "text": words]]]]),
            try user(words),
            try line(["type": "system", "subtype": "task_notification", "summary": words, "status": "failed"]),
        ]
    }

    @Test("whatever agents and tools say about limits, nothing trips")
    func prose() throws {
        for words in Self.words + [Self.words.joined(separator: "\n")] {
            let spoken = try talk(words)
            #expect(signals(spoken).isEmpty, "\(words)")
            let report = try line([
                "type": "result", "subtype": "success", "is_error": false, "result": words, "structured_output": ["summary": words],
            ])
            #expect(Fixture.conclude(spoken + [report], exit: .code(0)).end.kind == "reported", "\(words)")
            let silent = try line(["type": "result", "subtype": "success", "is_error": false, "result": words])
            #expect(Fixture.conclude(spoken + [silent], exit: .code(0)).end.kind == "silent", "\(words)")
            let failed = try line([
                "type": "result", "subtype": "error_during_execution", "is_error": true, "errors": [words], "result": words,
            ])
            #expect(Fixture.conclude(spoken + [failed], exit: .code(1)).end.kind == "failed", "\(words)")
            #expect(Fixture.conclude(spoken, exit: .code(1), errorTail: words).end.kind == "failed", "\(words)")
        }
    }
}
