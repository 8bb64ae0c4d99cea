/// What is known of a credential's usability. Secrets live elsewhere; this is a name and a state.
package struct Credential: Codable, Sendable, Equatable {
    package var id: CredentialID
    package var tier: Int
    /// Not to be used before this time.
    package var benchedUntil: Timestamp?
    /// Not to be used again in this run; the text says why.
    package var rejected: String?
    /// Exhaustions in a row without a reset time, for the backoff.
    package var faults: Int
    package var turns: Int
    package var costUsd: Double

    package init(slot: CredentialSlot) {
        id = slot.id
        tier = slot.tier
        faults = 0
        turns = 0
        costUsd = 0
    }

    /// Whether a turn may start on it.
    package func isUsable(at now: Timestamp) -> Bool {
        guard rejected == nil else { return false }
        guard let benchedUntil else { return true }
        return benchedUntil <= now
    }
}
