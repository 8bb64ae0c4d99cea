import FoundationEssentials

/// A point in time for people and for programs.
package struct Moment: Codable, Sendable, Equatable {
    /// ISO 8601 in UTC with milliseconds: `2026-11-22T10:15:03.123Z`.
    package var iso: String
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var ms: Int64

    package init(_ timestamp: Timestamp) {
        ms = timestamp.milliseconds
        // Whole seconds are formatted and the milliseconds added as digits: a fraction would be rounded on its way through `Date`.
        let (seconds, rest) = ms.quotientAndRemainder(dividingBy: 1000)
        let milliseconds = rest < 0 ? rest + 1000 : rest
        let text = Date(timeIntervalSince1970: Double(rest < 0 ? seconds - 1 : seconds)).formatted(.iso8601)
        iso = "\(text.dropLast()).\(String(milliseconds + 1000).dropFirst())Z"
    }

    /// The same point in time as decisions use it.
    package var timestamp: Timestamp { Timestamp(milliseconds: ms) }
}
