import Agents
import FoundationEssentials
import Testing

@testable import Engine
@testable import Orchestration

extension Turn {
    /// A worker's turn that may take so much.
    static func sample(usd: Double? = nil, tokens: Int? = nil) -> Turn {
        Turn(
            id: ID("turn-1"), agent: ID("worker-1"), role: .worker, brief: .work(ID("task-1")), session: "", resumes: false,
            carriesOn: false, credential: ID("key-1"), startPoint: ObjectID(String(repeating: "0", count: 40))!,
            startedAt: Timestamp(milliseconds: 0), deadline: Timestamp(milliseconds: 1), budgetUsd: usd, budgetTokens: tokens)
    }
}

/// What a running turn is seen to take.
@Suite("Meter of a turn")
struct SpendingMeterTests {
    private let told = Watched<[String]>([])

    private func meter(_ turn: Turn, _ ceiling: SpendingLimits.Ceiling) -> SpendingMeter {
        SpendingMeter(turn, ceiling: ceiling) { [told] input in
            let words =
                switch input {
                case .turnTook(_, let measure, let amount): "\(Int((amount * 1000).rounded())) \(measure)"
                case .turnTookAll(_, let measure): "\(measure) used up"
                default: "\(input)"
                }
            told.change { $0.append(words) }
        }
    }

    /// A reader that has seen messages of a model with so many tokens of input each, at five dollars a million.
    private func reader(_ inputs: [Int]) -> TurnReader {
        var reader = TurnReader(resuming: false)
        for (number, tokens) in inputs.enumerated() {
            _ = reader.take(
                Data(
                    #"{"type":"assistant","message":{"id":"m\#(number)","model":"claude-opus-5","content":[],"usage":{"input_tokens":\#(tokens),"output_tokens":0}}}"#
                        .utf8))
        }
        return reader
    }

    @Test("each part of a turn's tokens is told once, then that they are used up, and an engine that takes the turn up tells no part again")
    func tokens() async {
        var turn = Turn.sample(tokens: 1000)
        let first = meter(turn, SpendingLimits.Ceiling(tokens: 1000))
        for sent in [[400], [400, 100], [400, 150], [400, 420]] { await first.look(at: reader(sent)) }
        #expect(told.value == ["500000 tokens", "820000 tokens"])
        turn.toldPercents = ["tokens": 80]
        let second = meter(turn, SpendingLimits.Ceiling(tokens: 1000))
        for sent in [[400, 420], [400, 550], [400, 600], [400, 700]] { await second.look(at: reader(sent)) }
        #expect(told.value.dropFirst(2) == ["950000 tokens", "tokens used up"])
    }

    @Test("its money is told by list prices while it goes")
    func money() async {
        let meter = meter(.sample(usd: 0.01), SpendingLimits.Ceiling(usd: 0.02))
        for sent in [[900], [1000], [1000, 550], [1000, 600], [1000, 950]] { await meter.look(at: reader(sent)) }
        #expect(told.value == ["5 usd", "8 usd", "10 usd"])
    }

    @Test("money that is used up is left to the agent's program, until another answer shows that it does not end the turn")
    func overdrawn() async {
        let first = meter(.sample(usd: 0.01), SpendingLimits.Ceiling())
        // What the answer that passes it has written grows.
        for sent in [[1900], [1900, 50], [1900, 200], [1900, 900]] { await first.look(at: reader(sent)) }
        #expect(told.value.isEmpty)
        for sent in [[1900, 900, 10], [1900, 900, 300], [1900, 900, 300, 300]] { await first.look(at: reader(sent)) }
        #expect(told.value == ["usd used up"])
        // An engine that takes the turn up where its money is used up already waits for one more answer, too.
        let second = meter(.sample(usd: 0.01), SpendingLimits.Ceiling())
        for sent in [[1900, 900], [1900, 950]] { await second.look(at: reader(sent)) }
        #expect(told.value == ["usd used up"])
        await second.look(at: reader([1900, 950, 10]))
        #expect(told.value == ["usd used up", "usd used up"])
    }

    @Test("where nobody has set a ceiling for turns no part is told, and the share of another ceiling still stops the turn")
    func none() async {
        let meter = meter(.sample(usd: 0.01, tokens: 1000), SpendingLimits.Ceiling())
        for sent in [[900], [1000], [5000]] { await meter.look(at: reader(sent)) }
        #expect(told.value == ["tokens used up"])
        // Views are shown how much of the share is gone all the same.
        #expect(meter.tokens == 5000 && abs((meter.costUsd ?? 0) - 0.025) < 1e-9)
    }

    @Test("a long turn's money is kept as it goes, and comes to what all of its answers cost")
    func longTurn() async {
        let meter = meter(.sample(usd: 1_000), SpendingLimits.Ceiling(usd: 1_000))
        var reader = TurnReader(resuming: false)
        for number in 0..<20_000 {
            let model = number.isMultiple(of: 2) ? "claude-opus-5" : "claude-haiku-4-5"
            // Each answer comes in two lines, of which the second knows more.
            for output in [1, 200] {
                let usage = #"{"input_tokens":100,"output_tokens":\#(output)}"#
                let line = #"{"type":"assistant","message":{"id":"m\#(number)","model":"\#(model)","content":[],"usage":\#(usage)}}"#
                _ = reader.take(Data(line.utf8))
            }
            await meter.look(at: reader)
        }
        #expect(meter.tokens == 20_000 * 300)
        // 100 and 200 tokens at 5 and 25 dollars a million, and at 1 and 5.
        #expect(abs((meter.costUsd ?? 0) - 10_000 * (0.0055 + 0.0011)) < 1e-6)
        let conclusion = reader.conclusion(exit: .signal(9), stopped: nil, errorTail: "")
        #expect(abs((conclusion.turnCostUsd ?? 0) - (meter.costUsd ?? 0)) < 1e-6)
        #expect(told.value.isEmpty)
    }

    @Test("what a turn costs is added up only where its money has a bound")
    func unbounded() async {
        let meter = meter(.sample(tokens: 1000), SpendingLimits.Ceiling(tokens: 1000))
        await meter.look(at: reader([900]))
        #expect(meter.tokens == 900 && meter.costUsd == nil)
    }
}
