/// A wall-clock reading in milliseconds since 1970-01-01T00:00:00Z.
///
/// Decisions get it as an input; nothing in this module reads a clock.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since the Unix epoch.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The reading `milliseconds` later.
    package func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds + milliseconds)
    }

    /// Milliseconds from `earlier` to this reading; negative when the clock went back.
    package func milliseconds(since earlier: Timestamp) -> Int64 { milliseconds - earlier.milliseconds }

    /// The end of a wait by a clock that was set from `since` back to `now`: as far off as it was then.
    func kept(from since: Timestamp, to now: Timestamp) -> Timestamp {
        now.advanced(byMilliseconds: max(0, milliseconds(since: since)))
    }
}
