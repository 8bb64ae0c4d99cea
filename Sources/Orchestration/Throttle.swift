/// How many turns a credential may carry at once after its provider has slowed it down.
///
/// Additive increase, multiplicative decrease: each slowdown halves the number, each minute without one and each turn that succeeds adds one, until
/// it is what it was before. The width follows from the state and the clock, so that recovering takes no event.
package struct Throttle: Codable, Sendable, Equatable {
    package enum Cause: String, Codable, Sendable {
        /// Too many requests or tokens in a minute (429).
        case rateLimit
        /// The provider has more to do than it can (529).
        case overloaded
        /// The provider does not answer (5xx, no connection).
        case outage
    }

    package var cause: Cause
    /// Turns at once, right after `since`.
    package var width: Int
    /// With as many turns at once the slowdown is over.
    package var ceiling: Int
    /// The last slowdown.
    package var since: Timestamp
    /// Turns that have begun and succeeded since.
    package var successes = 0

    /// Slowdowns that follow each other within so many milliseconds are one: all turns of a credential meet it at about the same time.
    package static let settling: Int64 = 30_000
    /// Milliseconds after which one more turn is tried.
    package static let step: Int64 = 60_000
    /// Milliseconds from the start of one turn to that of the next while it lasts.
    package static let spacing: Int64 = 10_000

    /// - Parameter active: turns that the credential carries now.
    package init(_ cause: Cause, active: Int, at now: Timestamp) {
        self.cause = cause
        width = max(1, active / 2)
        ceiling = max(2, active)
        since = now
    }

    /// Turns at once; `nil` when it is over.
    package func width(at now: Timestamp) -> Int? {
        let grown = width + successes + Int(max(0, now.milliseconds(since: since)) / Self.step)
        return grown >= ceiling ? nil : grown
    }

    /// The state after another slowdown; `nil` when that belongs to the last one.
    package func slowed(_ cause: Cause, active: Int, at now: Timestamp) -> Throttle? {
        guard let current = width(at: now) else { return Throttle(cause, active: active, at: now) }
        guard now.milliseconds(since: since) >= Self.settling else { return nil }
        var slowed = self
        slowed.cause = cause
        slowed.width = max(1, min(current, active) / 2)
        slowed.ceiling = max(ceiling, active)
        slowed.since = now
        slowed.successes = 0
        return slowed
    }

    /// When one more turn is tried.
    func nextGrowth(after now: Timestamp) -> Timestamp {
        let steps = max(0, now.milliseconds(since: since)) / Self.step + 1
        return since.advanced(byMilliseconds: steps * Self.step)
    }
}

extension Throttle.Cause {
    /// What a person reads.
    package var words: String {
        switch self {
        case .rateLimit: "a rate limit"
        case .overloaded: "an overloaded provider"
        case .outage: "a provider that does not answer"
        }
    }
}
