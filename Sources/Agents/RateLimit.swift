import Orchestration

/// How much of a subscription's usage windows is used, as the provider says with each answer.
package struct RateLimit: Codable, Sendable, Equatable {
    /// The provider's verdict on the last request.
    package enum Status: Codable, Sendable, Equatable {
        case allowed
        case allowedWarning
        case rejected
        /// A verdict that cco does not know.
        case other(String)
    }

    /// One usage window.
    package struct Window: Codable, Sendable, Equatable {
        /// The part of the window that is used, from 0 to 1.
        package var utilization: Double?
        package var resetsAt: Timestamp?

        package init(utilization: Double? = nil, resetsAt: Timestamp? = nil) {
            self.utilization = utilization
            self.resetsAt = resetsAt
        }
    }

    package var status: Status
    /// When the window that decides opens again.
    package var resetsAt: Timestamp?
    /// The window that decides, such as `five_hour`.
    package var window: String?
    /// The model that the turn runs with, where it is known.
    package var model: String?
    /// Whether the request was paid for beside the subscription, because a window is used up.
    package var isOverage: Bool
    /// All windows by name.
    package var windows: [String: Window]

    package init(
        status: Status, resetsAt: Timestamp? = nil, window: String? = nil, isOverage: Bool = false, windows: [String: Window] = [:]
    ) {
        self.status = status
        self.resetsAt = resetsAt
        self.window = window
        self.isOverage = isOverage
        self.windows = windows
    }
}

extension Observation {
    /// What the line says about the turn's credential, for the decisions, in their order.
    package func credentialSignals(at now: Timestamp) -> [CredentialSignal] {
        if let giveUpEarly { return [.failed(giveUpEarly)] }
        if let slowdown { return [.slowed(slowdown)] }
        guard let rateLimit else { return [] }
        let windows = rateLimit.used(at: now).map { name, window in
            UsageWindow(
                name: name, family: ModelFamily(window: name, askedBy: rateLimit.model), utilization: window.utilization ?? 0,
                resetsAt: window.resetsAt, seenAt: now)
        }
        let used: [CredentialSignal] = windows.isEmpty ? [] : [.used(windows.sorted { $0.name < $1.name })]
        guard rateLimit.isUsedUp else { return used }
        return used + [
            .failed(
                .exhausted(resetsAt: rateLimit.resetsAt, message: "a usage window is used up" + rateLimit.suffix, family: rateLimit.family))
        ]
    }
}

extension RateLimit {
    /// The models that the window that decides is about; `nil`: all.
    var family: ModelFamily? { window.flatMap { ModelFamily(window: $0, askedBy: model) } }

    /// The windows of which it is known how full they are. One that is paid beside counts as used up: what is under way is finished, and nothing new
    /// is begun for money that nobody has set a limit for. A warning without a figure is taken for the least that is one.
    fileprivate func used(at now: Timestamp) -> [String: Window] {
        var known = windows.filter { $0.value.utilization != nil }
        if isUsedUp {
            // Until when it is full has to be known: otherwise the pause after it alone says when it is tried again.
            guard let window, let reset = windows[window]?.resetsAt ?? resetsAt, reset > now,
                reset.milliseconds(since: now) <= Credential.longestBench
            else { return [:] }
            known[window] = Window(utilization: max(known[window]?.utilization ?? 0, 1), resetsAt: reset)
            return known
        }
        guard isOverage || status == .allowedWarning, let window else { return known }
        let least = isOverage ? 1 : UsageReserve.of(window).narrows
        if isOverage || known[window] == nil {
            known[window] = Window(
                utilization: max(known[window]?.utilization ?? 0, least), resetsAt: windows[window]?.resetsAt ?? resetsAt)
        }
        return known
    }

    /// Whether nothing is answered any more until a window begins anew.
    fileprivate var isUsedUp: Bool { status == .rejected && !isOverage }

    fileprivate var suffix: String { window.map { " (window \($0))" } ?? "" }
}

extension ModelFamily {
    /// The models that a usage window is about, by the provider's name for it; `nil`: all, as far as cco knows.
    ///
    /// - Parameter model: the one of the turn that was told of the window. The allowance that is included of one model does not say of which; and it
    ///   shows whether an unknown word is a model's name.
    init?(window: String, askedBy model: String?) {
        let prefix = "seven_day_"
        guard window.hasPrefix(prefix) else { return nil }
        if window == "seven_day_overage_included" {
            guard let family = model.flatMap(ModelFamily.init(of:)) else { return nil }
            self = family
            return
        }
        let family = ModelFamily(rawValue: String(window.dropFirst(prefix.count)))
        guard Self.known.contains(family) || (model != nil && !family.rawValue.isEmpty && family.has(model)) else { return nil }
        self = family
    }
}
