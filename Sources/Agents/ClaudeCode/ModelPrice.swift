import FoundationEssentials
import Orchestration

/// What a model's tokens cost, in US dollars a million.
///
/// Costs come from the CLI, which knows list prices, contracts and gateways. Only a turn that ended before the CLI gave its account is priced
/// with these: the list prices of the CLI that the tests are pinned to.
struct ModelPrice: Codable, Sendable, Equatable {
    /// Prices of requests whose prompt is longer than so many tokens are so many times as high.
    struct LongPrompt: Codable, Sendable, Equatable {
        var tokens: Int
        var factor: Double
    }

    var input: Double
    var output: Double
    var cacheRead: Double
    var longPrompt: LongPrompt?

    /// What is written to the cache for five minutes, and for an hour.
    private var cacheWrite: Double { input * 1.25 }
    private var longCacheWrite: Double { input * 2 }

    init(_ input: Double, _ output: Double, cacheRead: Double? = nil, longPrompt: LongPrompt? = nil) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead ?? input / 10
        self.longPrompt = longPrompt
    }

    /// What a message cost, in US dollars.
    func cost(of usage: MessageUsage) -> Double {
        let tokens = usage.tokens
        let millionths =
            Double(tokens.input) * input + Double(tokens.output) * output + Double(tokens.cacheRead) * cacheRead
            + Double(tokens.cacheWrite - usage.longCacheWrite) * cacheWrite + Double(usage.longCacheWrite) * longCacheWrite
        guard let longPrompt, tokens.total - tokens.output > longPrompt.tokens else { return millionths / 1e6 }
        return millionths / 1e6 * longPrompt.factor
    }

    /// The price of a model by any of its names: with a date, a provider's prefix, or a suffix for its context. A model that is not in the list
    /// has the price that the CLI takes then.
    static func of(_ model: String?) -> ModelPrice {
        guard let model else { return unknown }
        let name = list.keys.filter { model.contains($0) }.max { ($0.count, $0) < ($1.count, $1) }
        return name.flatMap { list[$0] } ?? unknown
    }

    private static let unknown = ModelPrice(5, 25)

    private static let list: [String: ModelPrice] = [
        "claude-3-5-haiku": ModelPrice(0.8, 4),
        "claude-haiku-4-5": ModelPrice(1, 5),
        "claude-haiku-5-5": ModelPrice(0.1, 0.5, longPrompt: LongPrompt(tokens: 100_000, factor: 5)),
        "claude-3-5-sonnet": ModelPrice(3, 15),
        "claude-3-7-sonnet": ModelPrice(3, 15),
        "claude-sonnet-4": ModelPrice(3, 15),
        "claude-sonnet-5": ModelPrice(2, 10),
        "claude-sonnet-5-5": ModelPrice(2, 10, cacheRead: 0.1),
        "claude-opus-4": ModelPrice(15, 75),
        "claude-opus-4-5": ModelPrice(5, 25),
        "claude-opus-4-6": ModelPrice(5, 25),
        "claude-opus-4-7": ModelPrice(5, 25),
        "claude-opus-4-8": ModelPrice(5, 25),
        "claude-opus-5": ModelPrice(5, 25),
        "claude-opus-5-5": ModelPrice(4, 20, cacheRead: 0.2),
        "claude-fable-5": ModelPrice(10, 50),
        "claude-fable-5-1": ModelPrice(10, 50, cacheRead: 0.25),
        "claude-fable-5-2": ModelPrice(8, 40, cacheRead: 0.2),
        "claude-mythos-5": ModelPrice(10, 50),
        "claude-mythos-5-1": ModelPrice(10, 50, cacheRead: 0.25),
        "claude-mythos-5-2": ModelPrice(8, 40, cacheRead: 0.2),
    ]
}
