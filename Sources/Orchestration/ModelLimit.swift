/// A family's usage window is used up on a credential: its models are not used there for a while, and others are.
package struct ModelLimit: Codable, Sendable, Equatable {
    package var family: ModelFamily
    /// When its models are used again.
    package var until: Timestamp
    /// When that was noted.
    package var since: Timestamp
    /// Why, in words.
    package var reason: String
    /// Exhaustions in a row, for the backoff.
    package var faults: Int

    package init(family: ModelFamily, until: Timestamp, since: Timestamp, reason: String, faults: Int) {
        self.family = family
        self.until = until
        self.since = since
        self.reason = reason
        self.faults = faults
    }

    /// What it is by a clock that may have been set back: nothing is waited for longer than it was meant to be.
    func takenUp(at now: Timestamp) -> ModelLimit {
        guard since > now else { return self }
        var limit = self
        limit.until = until.kept(from: since, to: now)
        limit.since = now
        return limit
    }
}
