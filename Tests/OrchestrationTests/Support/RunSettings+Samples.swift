@testable import Orchestration

extension RunSettings {
    /// Settings of a small gated run that tests change where it matters to them.
    static func sample(workers: Int = 2, groupSize: Int = 4, minutes: Int = 600, credentials: [CredentialSlot] = [.slot("key-1")])
        -> RunSettings
    {
        RunSettings(
            repository: "https://example.org/shop.git", branch: "main", targetBranch: "main", workerCount: workers,
            engineerManagerGroupSize: groupSize, maxRunMinutes: minutes, maxBudgetUsd: nil, taskTimeoutMinutes: 45, review: .em,
            promotion: .director, push: true, maxTaskAttempts: 2, verifyCommand: "make check", verifyTimeoutMinutes: 10, gateSlots: 1,
            credentials: credentials)
    }

    /// These settings with a change.
    func with(_ change: (inout RunSettings) -> Void) -> RunSettings {
        var copy = self
        change(&copy)
        return copy
    }
}

extension CredentialSlot {
    static func slot(_ name: String, tier: Int = 0) -> CredentialSlot { CredentialSlot(id: ID(name), tier: tier) }
}

extension Timestamp {
    /// The time at which scenarios begin.
    static let begin = Timestamp(milliseconds: 1_800_000_000_000)

    func advanced(byMinutes minutes: Int) -> Timestamp { advanced(byMilliseconds: Int64(minutes) * 60_000) }
    func advanced(bySeconds seconds: Int) -> Timestamp { advanced(byMilliseconds: Int64(seconds) * 1000) }
}
