import JSON
import Orchestration

/// What one message of the model took, as its `usage` says.
struct MessageUsage: Codable, Sendable, Equatable {
    var tokens = TokenUsage()
    /// Those of `tokens.cacheWrite` that were written for an hour, which costs more.
    var longCacheWrite = 0

    /// More than any request takes.
    static let mostTokens: Int64 = 1_000_000_000

    /// Two readings of one message's usage. The count of what the model writes grows while it writes; none ever shrinks.
    func completed(by other: MessageUsage) -> MessageUsage {
        MessageUsage(
            tokens: TokenUsage(
                input: max(tokens.input, other.tokens.input), cacheWrite: max(tokens.cacheWrite, other.tokens.cacheWrite),
                cacheRead: max(tokens.cacheRead, other.tokens.cacheRead), output: max(tokens.output, other.tokens.output)),
            longCacheWrite: max(longCacheWrite, other.longCacheWrite))
    }
}

extension MessageUsage {
    /// Reads a message's `usage`; what is missing or no count is 0, so that a strange value costs no line.
    init(_ value: JSONValue) {
        tokens = TokenUsage(
            input: value.count("input_tokens"), cacheWrite: value.count("cache_creation_input_tokens"),
            cacheRead: value.count("cache_read_input_tokens"), output: value.count("output_tokens"))
        longCacheWrite = min(tokens.cacheWrite, value["cache_creation"]?.count("ephemeral_1h_input_tokens") ?? 0)
    }
}

extension JSONValue {
    /// A count of tokens: 0 for what is not there, negative, or beyond any request.
    fileprivate func count(_ key: String) -> Int {
        guard case .integer(let value) = self[key], (0...MessageUsage.mostTokens).contains(value) else { return 0 }
        return Int(value)
    }
}
