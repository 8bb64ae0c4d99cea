/// What one request that a model has answered has taken, as a part of a ``ModelShare``.
///
/// It is written as a row, `["msg_01…",3,1200,20000,417,0.0123]`: there are many, and each stays in the journal.
package struct RequestShare: Sendable, Equatable {
    /// The provider's name of the answer.
    package var id: String
    package var usage: TokenUsage
    /// US dollars, by list prices: the CLI names costs only for a turn.
    package var costUsd: Double

    /// Costs are kept to the ten-millionth of a dollar, which is a token of the cheapest model.
    static let precision = 1e-7

    /// No provider's name is longer; what else a server sends is cut off.
    private static let longestID = 80

    package init(id: String, usage: TokenUsage, costUsd: Double) {
        self.id = String(id.prefix(Self.longestID))
        self.usage = usage
        self.costUsd = (costUsd * 1e7).rounded() / 1e7
    }
}

extension RequestShare: Codable {
    package init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        id = try row.decode(String.self)
        usage = TokenUsage(
            input: try row.decode(Int.self), cacheWrite: try row.decode(Int.self), cacheRead: try row.decode(Int.self),
            output: try row.decode(Int.self))
        costUsd = try row.decode(Double.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        try row.encode(id)
        for count in [usage.input, usage.cacheWrite, usage.cacheRead, usage.output] { try row.encode(count) }
        try row.encode(costUsd)
    }
}
