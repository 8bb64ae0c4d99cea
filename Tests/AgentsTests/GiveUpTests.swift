import Foundation
import Orchestration
import Testing

@testable import Agents

@Suite("Giving a turn up early")
struct GiveUpTests {
    private func start(keySource: String) -> Data {
        Data(#"{"type":"system","subtype":"init","session_id":"s","apiKeySource":"\#(keySource)"}"#.utf8)
    }

    private func retry(_ error: String, status: Int) -> Data {
        Data(#"{"type":"system","subtype":"api_retry","attempt":1,"error_status":\#(status),"error":"\#(error)"}"#.utf8)
    }

    @Test("an API key is given up at the first refusal")
    func apiKey() throws {
        var reader = TurnReader(resuming: false)
        let observations = try Fixture.lines("authentication-failed").prefix(2).map { reader.take($0) }
        #expect(observations[0].giveUpEarly == nil)
        #expect(observations[1].giveUpEarly != nil)
        #expect(reader.conclusion(exit: .signal(15), stopped: nil, errorTail: "").end.kind == "refused")
    }

    @Test("a turn that was ended because of a refusal says so, also if the CLI still writes how it was interrupted")
    func interruptedResult() throws {
        let result = try Fixture.lines("interrupted-by-sigint").suffix(1)
        let lines = [start(keySource: "ANTHROPIC_API_KEY"), retry("authentication_failed", status: 401)] + result
        #expect(Fixture.conclude(lines).end.kind == "refused")
    }

    @Test("what the CLI cannot renew is given up at the first, whatever the CLI calls it, and the refusal is told as it was")
    func notRenewable() {
        var reader = TurnReader(resuming: false)
        _ = reader.take(start(keySource: "none"))
        #expect(
            reader.take(retry("authentication_failed", status: 403)).giveUpEarly
                == .refused(message: "the provider answered 403 (authentication failed)"))
    }

    @Test("a login that the CLI can renew is given up at the second refusal in a row")
    func login() {
        var reader = TurnReader(resuming: false, renewsLogin: true)
        _ = reader.take(start(keySource: "none"))
        #expect(reader.take(retry("authentication_failed", status: 401)).giveUpEarly == nil)
        #expect(reader.take(retry("authentication_failed", status: 401)).giveUpEarly != nil)
    }

    @Test("an answer between two refusals starts the count again")
    func answerBetween() {
        var reader = TurnReader(resuming: false, renewsLogin: true)
        _ = reader.take(start(keySource: "none"))
        _ = reader.take(retry("authentication_failed", status: 401))
        _ = reader.take(Data(#"{"type":"assistant","message":{"content":[{"type":"text","text":"hello"}]}}"#.utf8))
        #expect(reader.take(retry("authentication_failed", status: 401)).giveUpEarly == nil)
    }

    @Test(
        "overload and rate limits are left to the CLI's own retries",
        arguments: [("overloaded", 529), ("rate_limit", 429), ("server_error", 500)])
    func others(error: String, status: Int) {
        var reader = TurnReader(resuming: false)
        _ = reader.take(start(keySource: "ANTHROPIC_API_KEY"))
        for _ in 0..<10 { #expect(reader.take(retry(error, status: status)).giveUpEarly == nil) }
    }

    @Test(
        "words about limits and keys trip nothing, wherever they stand",
        arguments: [
            "429 please try again", "rate limit", "API Error: 401 authentication_failed", "You've hit your limit · resets Jan 15",
            "No conversation found with session ID", "Credit balance is too low", "error_max_budget_usd",
        ])
    func prose(words: String) throws {
        let quoted = String(decoding: try JSONEncoder().encode(words), as: UTF8.self)
        let lines = [
            #"{"type":"assistant","message":{"content":[{"type":"text","text":\#(quoted)}]}}"#,
            #"{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{"command":\#(quoted)}}]}}"#,
            #"{"type":"user","message":{"content":[{"type":"tool_result","content":\#(quoted),"is_error":true}]}}"#,
            #"{"type":"user","message":{"content":\#(quoted)},"toolUseResult":\#(quoted)}"#,
        ]
        var reader = TurnReader(resuming: false)
        for line in lines { #expect(reader.take(Data(line.utf8)).giveUpEarly == nil) }
        let result = #"{"type":"result","subtype":"success","is_error":false,"api_error_status":null,"result":\#(quoted)}"#
        _ = reader.take(Data(result.utf8))
        #expect(reader.conclusion(exit: .code(0), stopped: nil, errorTail: words).end == .silent)
    }
}
