import Orchestration

extension RunSettings {
    /// Settings of a small gated run; tests and simulations change what matters to them.
    package static func sample(
        workers: Int = 2, groupSize: Int = 4, minutes: Int = 600, credentials: [CredentialSlot] = [.slot("key-1")]
    ) -> RunSettings {
        RunSettings(
            repository: "https://example.org/shop.git", branch: "main", targetBranch: "main", workerCount: workers,
            engineerManagerGroupSize: groupSize, maxRunMinutes: minutes, maxBudgetUsd: nil, taskTimeoutMinutes: 45, review: .em,
            promotion: .director, push: true, maxTaskAttempts: 2, verifyCommand: "make check", verifyTimeoutMinutes: 10, gateSlots: 1,
            credentials: credentials)
    }

    /// These settings with a change.
    package func with(_ change: (inout RunSettings) -> Void) -> RunSettings {
        var copy = self
        change(&copy)
        return copy
    }
}

extension CredentialSlot {
    package static func slot(_ name: String, tier: Int = 0, most: Int? = nil, budget: Double? = nil) -> CredentialSlot {
        CredentialSlot(id: ID(name), tier: tier, maxConcurrency: most, maxBudgetUsd: budget)
    }
}

extension Timestamp {
    /// The time at which simulated runs begin.
    package static let begin = Timestamp(milliseconds: 1_800_000_000_000)

    package func advanced(byMinutes minutes: Int) -> Timestamp { advanced(byMilliseconds: Int64(minutes) * 60_000) }
    package func advanced(bySeconds seconds: Int) -> Timestamp { advanced(byMilliseconds: Int64(seconds) * 1000) }
}

extension TaskDraft {
    /// A draft that passes the checks; without `paths` it claims a folder of its own.
    package static func draft(
        _ key: String, after dependencies: [String] = [], paths: [String]? = nil, acceptance: String = "its test passes"
    ) -> TaskDraft {
        TaskDraft(
            key: key, title: "Do \(key)", description: "Write \(key).", acceptance: acceptance, paths: paths ?? ["src/\(key)/"],
            dependsOn: dependencies.isEmpty ? nil : dependencies)
    }
}
