/// How much of a subscription's usage window is used, as the provider said with an answer.
package struct UsageWindow: Codable, Sendable, Equatable {
    /// The provider's name for it, such as `five_hour`.
    package var name: String
    /// The models that it is about; `nil`: all, as in journals of earlier versions.
    package var family: ModelFamily?
    /// The part that is used, from 0 to 1.
    package var utilization: Double
    /// When that stops being true: the window's reset.
    package var until: Timestamp
    package var seenAt: Timestamp

    /// How long it is believed when the provider names no reset, in milliseconds.
    static let usualTrust: Int64 = 3_600_000
    /// The most windows of a credential that are kept, and the longest name.
    static let mostWindows = 8
    static let longestName = 40

    /// - Parameter resetsAt: as the provider said; one that is over or absurdly far does not count.
    package init(name: String, family: ModelFamily? = nil, utilization: Double, resetsAt: Timestamp?, seenAt: Timestamp) {
        self.name = String(name.prefix(Self.longestName))
        self.family = family
        self.utilization = max(0, min(utilization, 9))
        self.seenAt = seenAt
        let isSound = resetsAt.map { $0 > seenAt && $0.milliseconds(since: seenAt) <= Credential.longestBench } ?? false
        until = (isSound ? resetsAt : nil) ?? seenAt.advanced(byMilliseconds: Self.usualTrust)
    }

    /// What decisions distinguish: tenths, and hundredths where it is nearly used up.
    var level: Int { utilization < 0.8 ? Int(utilization * 10) : Int(utilization * 100) }

    /// Whether this says more than what was known of the same window: it has filled up, or begun anew. Answers to several turns come out of order,
    /// so less of the same window is old news.
    func isNews(after known: UsageWindow?) -> Bool {
        guard let known, known.until > seenAt, known.family == family else { return true }
        // Resets are rounded differently from answer to answer.
        if until.milliseconds(since: known.until) > 600_000 { return true }
        return level > known.level
    }

    /// Whether it restricts turns with a model; `nil` is one that is not known.
    func isAbout(_ model: String?) -> Bool { family?.has(model) ?? true }

    /// What its credential is kept for because of it.
    var restriction: UsageReserve.Restriction { UsageReserve.of(name).restriction(at: utilization) }

    /// Whether a turn that it is about does not begin because of it.
    func keepsOut(_ demand: Demand, beside load: CredentialLoad) -> Bool {
        switch restriction {
        case .none: false
        case .narrow: demand == .newWork && load.newWork.contains { isAbout($0) }
        case .noNewWork: demand == .newWork
        case .integrationOnly: demand != .integration
        }
    }

    func takenUp(at now: Timestamp) -> UsageWindow {
        guard seenAt > now else { return self }
        var window = self
        window.until = until.kept(from: seenAt, to: now)
        window.seenAt = now
        return window
    }
}

/// What is kept back of a usage window, so that what is begun can be finished: the one place of these thresholds.
package struct UsageReserve: Sendable, Equatable {
    /// From this share on one new task at a time is begun on the credential.
    package var narrows: Double
    /// From this share on no new task is begun on it.
    package var holdsNewWork: Double
    /// From this share on only integration goes on: reviews, rework, conflicts, deliveries, the Director.
    package var holdsWork: Double

    /// Five hours, and windows that cco does not know.
    package static let short = UsageReserve(narrows: 0.80, holdsNewWork: 0.90, holdsWork: 0.97)
    /// A week: the same shares would be a day's work.
    package static let long = UsageReserve(narrows: 0.92, holdsNewWork: 0.96, holdsWork: 0.99)

    package static func of(_ window: String) -> UsageReserve { window.hasPrefix("seven_day") ? long : short }

    /// What a credential is kept for.
    package enum Restriction: Int, Comparable, Sendable {
        case none
        /// One new task at a time.
        case narrow
        /// No new task.
        case noNewWork
        /// Only integration.
        case integrationOnly

        package static func < (left: Restriction, right: Restriction) -> Bool { left.rawValue < right.rawValue }

    }

    package func restriction(at utilization: Double) -> Restriction {
        if utilization >= holdsWork { return .integrationOnly }
        if utilization >= holdsNewWork { return .noNewWork }
        return utilization >= narrows ? .narrow : .none
    }
}

extension Credential {
    /// The window that restricts it most now, and how.
    package func restriction(at now: Timestamp) -> (kind: UsageReserve.Restriction, window: UsageWindow)? {
        restriction(at: now) { _ in true }
    }

    /// The window that restricts turns with a model most now, and how. A model that is not known is restricted by all.
    package func restriction(of model: String?, at now: Timestamp) -> (kind: UsageReserve.Restriction, window: UsageWindow)? {
        restriction(at: now) { $0.isAbout(model) }
    }

    /// Of some windows the one that restricts it most now, and how.
    package func restriction(
        at now: Timestamp, where isMeant: (UsageWindow) -> Bool
    ) -> (kind: UsageReserve.Restriction, window: UsageWindow)? {
        var most: (kind: UsageReserve.Restriction, window: UsageWindow)?
        for window in windows where window.until > now && isMeant(window) {
            let kind = window.restriction
            if kind > most?.kind ?? .none { most = (kind, window) }
        }
        return most
    }
}
