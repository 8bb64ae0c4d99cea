/// What is known of a credential's usability. Secrets live elsewhere; this is a name and a state.
package struct Credential: Codable, Sendable, Equatable {
    package var id: CredentialID
    package var tier: Int
    /// Turns that it may carry at once, as configured.
    package var maxConcurrency: Int?
    /// What it may cost in this run, in US dollars, as configured.
    package var maxBudgetUsd: Double?
    /// Not to be used before this time.
    package var benchedUntil: Timestamp?
    /// When and why it was benched last.
    package var benchedAt: Timestamp?
    package var benchReason: String?
    /// Not to be used again in this run; the text says why.
    package var rejected: String?
    /// Exhaustions in a row, for the backoff.
    package var faults: Int
    /// Models of which a window is used up there, while others are used; may be over.
    package var modelLimits: [ModelLimit] = []
    /// The model that its last turn had of which the configuration names none: what the agent's program chooses there.
    package var usualModel: String?
    /// How its provider has slowed it down last; may be over.
    package var throttle: Throttle?
    /// When the last turn began on it.
    package var lastStart: Timestamp?
    /// Its usage windows as the provider told of them last, by name.
    package var windows: [UsageWindow] = []
    package var turns: Int
    package var costUsd: Double

    /// No provider's window is longer than a week: a later reset is the mistake of somebody's clock.
    package static let longestBench: Int64 = 8 * 24 * 3_600_000

    package init(slot: CredentialSlot) {
        id = slot.id
        tier = slot.tier
        maxConcurrency = slot.maxConcurrency
        maxBudgetUsd = slot.maxBudgetUsd
        faults = 0
        turns = 0
        costUsd = 0
    }

    /// Whether it has cost what it may.
    package var isSpent: Bool { maxBudgetUsd.map { costUsd >= $0 } ?? false }

    /// What a turn on it may cost, beside those under way; `nil` is without limit.
    ///
    /// Shared as the run's ceilings are. The last one may cost what is usual, because one that is cut off after its first request costs as much and
    /// brings nothing.
    func allowance(beside load: CredentialLoad?, usual: Double, places: Int) -> Double? {
        guard let maxBudgetUsd else { return nil }
        let held = load?.heldUsd ?? 0
        let left = maxBudgetUsd - costUsd - held
        let given = Run.share(of: left, among: places, usual: usual)
        return held > 0 ? max(given, min(usual, left)) : max(given, usual)
    }

    /// Whether a turn may run on it at all.
    package func isUsable(at now: Timestamp) -> Bool {
        guard rejected == nil, !isSpent else { return false }
        guard let benchedUntil else { return true }
        return benchedUntil <= now
    }

    /// The limit that keeps turns with a model from it now. A model that is not known is kept by any.
    package func limit(of model: String?, at now: Timestamp) -> ModelLimit? {
        modelLimits.filter { $0.until > now && $0.family.has(model) }.max { $0.until < $1.until }
    }

    /// The last bench of a family's models, or of all.
    func bench(of family: ModelFamily?) -> (until: Timestamp, since: Timestamp, faults: Int)? {
        guard let family else { return benchedUntil.flatMap { until in benchedAt.map { (until, $0, faults) } } }
        return modelLimits.first { $0.family == family }.map { ($0.until, $0.since, $0.faults) }
    }

    /// When it is to be tried again after an exhaustion.
    ///
    /// A reset that the provider names counts, unless it is over already (a clock is wrong, or the provider says the same again) or absurdly far;
    /// then, and when it names none, the pause grows with each exhaustion in a row, from 30 seconds to 15 minutes.
    ///
    /// - Parameter faults: exhaustions of the same kind before, in a row.
    func nextTry(resetsAt: Timestamp?, after faults: Int, at now: Timestamp) -> Timestamp {
        let pause = now.advanced(byMilliseconds: min(Self.longestPause, Int64(30_000) << min(faults, 5)))
        guard let resetsAt, resetsAt > now, resetsAt.milliseconds(since: now) <= Self.longestBench else { return pause }
        return faults == 0 ? resetsAt : max(resetsAt, pause)
    }

    /// What the next engine goes on with. A person may have put a rejected key right, so it gets another chance; what is owed to time is kept.
    ///
    /// A clock that reads less than it did when something was noted has been set back: what is waited for then is what was left at that moment, so
    /// that nothing waits longer than it was meant to.
    func takenUp(as slot: CredentialSlot, at now: Timestamp) -> Credential {
        var credential = self
        credential.tier = slot.tier
        credential.maxConcurrency = slot.maxConcurrency
        credential.maxBudgetUsd = slot.maxBudgetUsd
        credential.rejected = nil
        if let until = benchedUntil, let since = benchedAt, since > now {
            credential.benchedUntil = until.kept(from: since, to: now)
            credential.benchedAt = now
        }
        if let since = throttle?.since, since > now { credential.throttle?.since = now }
        if let lastStart, lastStart > now { credential.lastStart = nil }
        credential.windows = windows.map { $0.takenUp(at: now) }
        credential.modelLimits = modelLimits.map { $0.takenUp(at: now) }
        return credential
    }

    /// When its state next changes by itself.
    func nextChange(after now: Timestamp) -> Timestamp? {
        guard rejected == nil, !isSpent else { return nil }
        var times = [benchedUntil].compactMap { $0 }
        if let throttle, throttle.width(at: now) != nil {
            times.append(throttle.nextGrowth(after: now))
            if let lastStart { times.append(lastStart.advanced(byMilliseconds: Throttle.spacing)) }
        }
        times += windows.map(\.until) + modelLimits.map(\.until)
        return times.filter { $0 > now }.min()
    }
}
