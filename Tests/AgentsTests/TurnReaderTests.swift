import Foundation
import Orchestration
import Testing

@testable import Agents

@Suite("Reading a turn of the CLI")
struct TurnReaderTests {
    @Test(
        "each recorded turn ends as its structured fields say",
        arguments: [
            ("success-with-report", "reported"), ("two-turns-first", "reported"), ("two-turns-second", "reported"),
            ("subscription-allowed", "reported"), ("subscription-allowed-warning", "reported"), ("tool-denied", "reported"),
            ("told-in-mid-turn", "reported"), ("interrupted-and-gone-on", "reported"), ("told-too-late", "reported"),
            ("resumed-after-interrupt", "reported"), ("success-without-report", "silent"), ("report-unfit", "unfit"),
            ("authentication-failed", "refused"), ("subscription-token-expired", "refused"), ("permission-denied-by-api", "refused"),
            ("billing-error", "unpaid"), ("rate-limit-exhausted", "exhausted"), ("subscription-rejected", "exhausted"),
            ("subscription-rejected-seven-day", "exhausted"), ("overloaded", "provider"), ("server-error", "provider"),
            ("budget-exceeded", "overBudget"), ("resume-missing-session", "sessionMissing"), ("prompt-too-long", "failed"),
            ("request-too-large", "failed"), ("interrupted-by-sigint", "failed"), ("interrupted-by-sigterm", "failed"),
        ])
    func recordedTurn(name: String, kind: String) throws {
        #expect(try Fixture.conclude(name).end.kind == kind)
    }

    @Test("a turn that no model answered costs nothing, whatever the session's total says of turns before it")
    func unanswered() throws {
        let lines = try Fixture.lines("billing-error").map { line in
            Data(String(decoding: line, as: UTF8.self).replacing(#""total_cost_usd":0,"#, with: #""total_cost_usd":0.0294,"#).utf8)
        }
        let conclusion = Fixture.conclude(lines, resuming: true, exit: .code(1))
        #expect(conclusion.account.sessionCostUsd == 0.0294 && conclusion.account.turnCostUsd == 0)
    }

    @Test("words of a failure are handed on with more of them than is told, so that secrets are taken out while they are whole")
    func longMessage() {
        func end(_ length: Int) -> TurnEnd {
            let words = String(repeating: "x", count: length)
            let line = #"{"type":"result","subtype":"success","is_error":true,"result":"\#(words)"}"#
            return Fixture.conclude([Data(line.utf8)]).end
        }
        #expect(end(2_000) == .failed(String(repeating: "x", count: 2_000)))
        #expect(end(3_000) == .failed(String(repeating: "x", count: 2_000) + "…"))
    }

    @Test("no recorded line is unreadable")
    func everyLineIsReadable() throws {
        let names = try Fixture.names()
        #expect(names.count >= 24)
        for name in names { #expect(try Fixture.conclude(name).malformedLines == 0, "\(name)") }
    }

    @Test("numbers beyond all reason, which an agent may have written, count as nothing, however often they are written")
    func absurd() {
        let most = Int.max
        let usage = #"{"input_tokens":\#(most),"output_tokens":3,"cache_read_input_tokens":\#(-most),"cache_creation_input_tokens":0}"#
        let result =
            #"{"type":"result","subtype":"success","is_error":false,"num_turns":\#(most),"total_cost_usd":1e300,"usage":\#(usage)}"#
        let model = #"{"inputTokens":\#(most),"outputTokens":2,"cacheReadInputTokens":0,"cacheCreationInputTokens":0,"costUSD":-1e300}"#
        let other = #"{"type":"result","subtype":"success","is_error":false,"num_turns":2,"modelUsageSinceLastResult":{"m":\#(model)}}"#
        let account = Fixture.conclude([result, result].map { Data($0.utf8) }).account
        #expect(account.usage == TokenUsage(output: 6) && account.modelTurns == 0 && account.sessionCostUsd == nil)
        let models = Fixture.conclude([other, other].map { Data($0.utf8) }).account
        #expect((2...4).contains(models.usage.total) && models.modelTurns == 4)
        var large = TokenUsage(input: 1 << 50)
        for _ in 0..<100 { large = large + large }
        #expect(large.total > 0)
    }

    @Test("what the stored conversation says of costs is believed only within reason")
    func absurdStoredCost() {
        var messages = UnsettledMessages()
        let numbers = #""inputTokens":0,"outputTokens":0,"cacheReadInputTokens":0,"cacheCreationInputTokens":\#(Int.min)"#
        let line =
            #"{"type":"cost-state","modelUsage":{"m":{\#(numbers),"cacheCreationEphemeral1hInputTokens":\#(Int.max),"costUSD":1}}}"#
        messages.complete(from: Data(line.utf8))
        #expect(messages.costUsd == 0)
    }

    @Test("a report keeps its own keys and values")
    func report() throws {
        let conclusion = try Fixture.conclude("success-with-report", exit: .code(0))
        #expect(conclusion.end == .reported(#"{"done":true,"summary":"changed the greeting"}"#))
        #expect(conclusion.account.usage == TokenUsage(input: 40, cacheWrite: 4000, cacheRead: 8000, output: 200))
        #expect(conclusion.account.modelTurns == 5)
        #expect(conclusion.account.model == "claude-opus-5-5")
        #expect(conclusion.sessionExists)
    }

    @Test("a report with keys in snake case is handed on as it is")
    func reportKeys() {
        let line = #"{"type":"result","subtype":"success","is_error":false,"structured_output":{"the_key":{"an_inner":[1,2.5,null,true]}}}"#
        #expect(Fixture.conclude([Data(line.utf8)]).end == .reported(#"{"the_key":{"an_inner":[1,2.5,null,true]}}"#))
    }

    @Test("the turn's own cost is told apart from the session's")
    func cost() throws {
        let second = try Fixture.conclude("two-turns-second", resuming: true, exit: .code(0))
        #expect(second.account.sessionCostUsd == 0.01288)
        #expect(second.turnCostUsd == 0.00644)
        #expect(second.account.turnCostUsd == 0.00644)
    }

    @Test("a turn that ran out of budget is charged for its last request too")
    func budgetCountsLastRequest() throws {
        let conclusion = try Fixture.conclude("budget-exceeded")
        #expect(conclusion.account.usage == TokenUsage(input: 20, cacheWrite: 2000, cacheRead: 4000, output: 100))
    }

    @Test("a used-up window tells when it opens again")
    func windowReset() throws {
        guard case .credential(.exhausted(let resetsAt, let message, nil)) = try Fixture.conclude("subscription-rejected-seven-day").end
        else {
            Issue.record("not exhausted")
            return
        }
        #expect(resetsAt == Timestamp(milliseconds: 1_800_400_000_000))
        #expect(message.contains("seven_day"))
    }

    @Test("a rejection that a later answer overtook is no fault of the credential")
    func overtakenRejection() throws {
        let rejection = try Fixture.lines("subscription-rejected").filter { $0.starts(with: Data(#"{"type":"rate_limit_event""#.utf8)) }
        let answer = try Fixture.lines("success-with-report").dropLast()
        #expect(Fixture.conclude(rejection + answer, exit: .signal(9)).end.kind == "failed")
    }

    @Test("a conversation that the provider finds too long is not resumed", arguments: ["prompt-too-long", "request-too-large"])
    func tooLong(name: String) throws {
        #expect(try Fixture.conclude(name, resuming: true).sessionExists == false)
    }

    @Test("a session exists from the moment the CLI says that it began")
    func sessionExists() throws {
        let start = try Fixture.lines("authentication-failed").prefix(1)
        #expect(Fixture.conclude([], exit: .signal(9)).sessionExists == false)
        #expect(Fixture.conclude(Array(start), exit: .signal(9)).sessionExists)
        #expect(Fixture.conclude([], resuming: true, exit: .signal(9)).sessionExists)
        #expect(try Fixture.conclude("resume-missing-session", resuming: true).sessionExists == false)
    }

    @Test("a new session under a taken id is known to exist")
    func takenID() {
        let words = "Error: Session ID 11111111-1111-4111-8111-111111111111 is already in use.\n"
        let conclusion = Fixture.conclude([], exit: .code(1), errorTail: words)
        #expect(conclusion.end.kind == "failed")
        #expect(conclusion.sessionExists)
    }

    @Test("an exit without a result is a failure that quotes standard error's end")
    func noResult() {
        let tail = String(repeating: "x", count: 2000) + " bubblewrap is required"
        guard case .failed(let reason) = Fixture.conclude([], exit: .code(1), errorTail: tail).end else {
            Issue.record("not failed")
            return
        }
        #expect(reason.contains("exit code 1"))
        #expect(reason.contains("bubblewrap is required"))
        #expect(reason.count < 800)
    }

    @Test("cco's own reason is kept when it ended the process", arguments: ["interrupted-by-sigterm", "interrupted-by-sigint"])
    func stopped(name: String) throws {
        #expect(try Fixture.conclude(name, exit: .code(143), stopped: .timeLimit).end == .stopped(.timeLimit))
    }

    @Test(
        "a turn that was held back after its tools, or after an answer that called none, was stopped, and says what it cost",
        arguments: ["held-back-after-tools", "held-back-after-answer"])
    func heldBack(name: String) throws {
        for cause in [StopCause.credentialRests, .suspended] {
            let conclusion = try Fixture.conclude(name, exit: .code(0), stopped: cause)
            #expect(conclusion.end == .stopped(cause) && conclusion.sessionExists)
            #expect(conclusion.turnCostUsd == 0.000_44 && conclusion.account.usage.output == 20)
        }
        // Somebody else's hook.
        #expect(try Fixture.conclude(name, exit: .code(0)).end == .silent)
    }

    @Test("a used-up window is said also of a turn that was held back for it and ended before it gave a result")
    func heldBackWithoutResult() throws {
        let lines = try Fixture.lines("subscription-rejected").filter {
            !String(decoding: $0, as: UTF8.self).contains(#""subtype":"success""#)
        }
        #expect(Fixture.conclude(lines, stopped: .credentialRests).end.kind == "exhausted")
        #expect(Fixture.conclude(lines, stopped: .cancelled).end.kind == "stopped")
    }

    @Test("a report that came before the stop counts")
    func reportBeforeStop() throws {
        #expect(try Fixture.conclude("success-with-report", stopped: .suspended).end.kind == "reported")
    }

    @Test("a report outlives a later result of the same process that has none")
    func twoResults() throws {
        let later = try Fixture.lines("success-without-report").suffix(1)
        let conclusion = Fixture.conclude(try Fixture.lines("success-with-report") + later, exit: .code(0))
        #expect(conclusion.end.kind == "reported")
        #expect(conclusion.account.usage.output == 300)
    }

    @Test("a lost connection is the provider's fault")
    func connectionLost() {
        let result =
            #"{"type":"result","subtype":"success","is_error":true,"api_error_status":null,"api_error":"connection_failed","result":"x"}"#
        #expect(Fixture.conclude([Data(result.utf8)]).end.kind == "provider")
    }
}
