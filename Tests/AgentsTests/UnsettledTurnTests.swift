import Foundation
import Orchestration
import Testing

@testable import Agents

@Suite("Books of a turn that ended without an account")
struct UnsettledTurnTests {
    /// The two answers that each of the recorded turns got, as the API counted them.
    private static let answered = TokenUsage(input: 1010, cacheWrite: 20_001, cacheRead: 300_002, output: 832)
    private static let costUsd = 0.1806854

    @Test(
        "what was answered before a kill or a stop is in the books, each message once, with the final count from the stored conversation",
        arguments: ["killed-in-tool", "stopped-in-tool"])
    func recorded(name: String) throws {
        let conclusion = try Fixture.conclude(name, conversation: name, exit: .signal(9))
        #expect(conclusion.end.kind == "failed")
        #expect(conclusion.account.usage == Self.answered)
        #expect(abs(try #require(conclusion.turnCostUsd) - Self.costUsd) < 1e-9)
        #expect(conclusion.account.turnCostUsd == conclusion.turnCostUsd)
        // The CLI counts the session's total from zero after a kill: no figure of it is known.
        #expect(conclusion.account.sessionCostUsd == nil)
    }

    @Test("an answer that was not stored yet counts with what its lines say: all that was sent, and the beginning of what was written")
    func notStored() throws {
        let conclusion = try Fixture.conclude("killed-in-answer", conversation: "killed-in-answer", exit: .signal(9))
        #expect(conclusion.account.usage == TokenUsage(input: 1000, cacheWrite: 20_000, cacheRead: 300_000, output: 1))
        #expect(abs(try #require(conclusion.turnCostUsd) - 0.16402) < 1e-9)
    }

    @Test("a turn with an account is not counted a second time, whatever its conversation says")
    func accounted() throws {
        var reader = TurnReader(resuming: false)
        for line in try Fixture.lines("success-with-report") { _ = reader.take(line) }
        for line in try Fixture.conversation("killed-in-tool") { reader.take(stored: line) }
        let conclusion = reader.conclusion(exit: .code(0), stopped: nil, errorTail: "")
        #expect(conclusion.account.usage.output == 200)
        #expect(conclusion.turnCostUsd == 0.02576)
    }

    @Test("each answer is a request of its model, with what it took in the end, and together they are what was taken")
    func requests() throws {
        let conclusion = try Fixture.conclude("killed-in-tool", conversation: "killed-in-tool", exit: .signal(9))
        let models = try #require(conclusion.account.models)
        let requests = models.flatMap { $0.requests ?? [] }
        #expect(requests.count == 2 && Set(requests.map(\.id)).count == 2)
        #expect(requests.reduce(TokenUsage()) { $0 + $1.usage } == Self.answered)
        #expect(abs(requests.reduce(0) { $0 + $1.costUsd } - Self.costUsd) < 1e-6)
    }

    @Test("requests of a turn with an account are told too, each once, also when its lines come again after the account")
    func accountedRequests() throws {
        let lines = try Fixture.lines("success-with-report")
        let once = Fixture.conclude(lines, exit: .code(0))
        let answers = lines.filter { String(decoding: $0, as: UTF8.self).contains(#""type":"assistant""#) }
        let again = Fixture.conclude(lines + answers, exit: .code(0))
        let requests = (once.account.models ?? []).flatMap { $0.requests ?? [] }
        #expect(!requests.isEmpty && Set(requests.map(\.id)).count == requests.count)
        #expect(again.account == once.account && again.turnCostUsd == once.turnCostUsd)
    }

    @Test("answers after the last account come on top of it")
    func afterAccount() throws {
        // The recordings were given the same names of messages.
        let accounted = try Fixture.lines("two-turns-first").map { line in
            Data(String(decoding: line, as: UTF8.self).replacingOccurrences(of: "msg_0", with: "msg_1").utf8)
        }
        let lines = try accounted + Fixture.lines("killed-in-tool").dropFirst()
        let conclusion = Fixture.conclude(lines, stored: try Fixture.conversation("killed-in-tool"), exit: .signal(9))
        let first = try Fixture.conclude("two-turns-first", exit: .code(0))
        #expect(conclusion.account.usage == first.account.usage + Self.answered)
        #expect(abs(try #require(conclusion.turnCostUsd) - #require(first.turnCostUsd) - Self.costUsd) < 1e-9)
    }

    @Test("earlier turns of the stored conversation count for nothing, and an agent's strange words there harm nothing")
    func otherTurns() throws {
        let strange = [
            "", "{", #"{"type":"assistant"}"#, #"{"type":"cost-state","modelUsage":7}"#, cost(input: 1, usd: 1e300),
            #"{"type":"assistant","message":{"id":"msg_other","content":[],"usage":{"output_tokens":9999}}}"#,
            #"{"type":"assistant","message":{"id":"msg_000000000000000000000000","content":[],"usage":{"output_tokens":-5,"input_tokens":"x"}}}"#,
        ].map { Data($0.utf8) }
        let stored = strange + (try Fixture.conversation("killed-in-tool")) + strange
        let conclusion = Fixture.conclude(try Fixture.lines("killed-in-tool"), stored: stored, exit: .signal(9))
        #expect(conclusion.account.usage == Self.answered)
        #expect(abs(try #require(conclusion.turnCostUsd) - Self.costUsd) < 1e-9)
    }

    @Test("where the CLI's own costs differ from list prices, so does the cost of what it gave no account of")
    func ownPrices() throws {
        let stored = try Fixture.conversation("killed-in-tool") + [Data(cost(input: 1_000_000, usd: 2).utf8)]
        let conclusion = Fixture.conclude(try Fixture.lines("killed-in-tool"), stored: stored, exit: .signal(9))
        #expect(abs(try #require(conclusion.turnCostUsd) - Self.costUsd / 2) < 1e-9)
    }

    /// The line in which the CLI stores a session's cost.
    private func cost(input: Int, usd: Double) -> String {
        let counts = #""outputTokens":0,"cacheReadInputTokens":0,"cacheCreationInputTokens":0"#
        return #"{"type":"cost-state","modelUsage":{"claude-opus-5-5":{"inputTokens":\#(input),\#(counts),"costUSD":\#(usd)}}}"#
    }

    @Test(
        "a model has its price under all of its names",
        arguments: [
            ("claude-opus-5-5", 4.0), ("us.anthropic.claude-opus-4-1-20250805-v1:0", 15), ("claude-opus-4-20250514", 15),
            ("claude-sonnet-4-5[1m]", 3), ("claude-haiku-4-5-20251001", 1), ("claude-sonnet-5", 2), ("some-model", 5),
        ])
    func prices(name: String, input: Double) {
        let usage = MessageUsage(tokens: TokenUsage(input: 1_000_000))
        #expect(ModelPrice.of(name).cost(of: usage) == input)
    }

    @Test("what is cached for an hour costs more, and so does a long prompt where the model has such a price")
    func dearer() {
        let price = ModelPrice.of("claude-opus-5-5")
        #expect(price.cost(of: MessageUsage(tokens: TokenUsage(cacheWrite: 1_000_000), longCacheWrite: 400_000)) == 6.2)
        let haiku = ModelPrice.of("claude-haiku-5-5")
        #expect(abs(haiku.cost(of: MessageUsage(tokens: TokenUsage(input: 100_000))) - 0.01) < 1e-12)
        #expect(abs(haiku.cost(of: MessageUsage(tokens: TokenUsage(input: 200_000))) - 0.1) < 1e-12)
    }
}
