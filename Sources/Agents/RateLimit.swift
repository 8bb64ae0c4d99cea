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
    /// All windows by name.
    package var windows: [String: Window]

    package init(status: Status, resetsAt: Timestamp? = nil, window: String? = nil, windows: [String: Window] = [:]) {
        self.status = status
        self.resetsAt = resetsAt
        self.window = window
        self.windows = windows
    }
}

extension Observation {
    /// What the line says about the turn's credential, for the decisions.
    package func credentialSignal(at now: Timestamp) -> CredentialSignal? {
        if let giveUpEarly { return .failed(giveUpEarly) }
        if let slowdown { return .slowed(slowdown) }
        guard let rateLimit else { return nil }
        if rateLimit.status == .rejected {
            return .failed(.exhausted(resetsAt: rateLimit.resetsAt, message: "a usage window is used up" + rateLimit.suffix))
        }
        let windows = rateLimit.windows.compactMap { name, window in
            window.utilization.map { UsageWindow(name: name, utilization: $0, resetsAt: window.resetsAt, seenAt: now) }
        }
        return windows.isEmpty ? nil : .used(windows.sorted { $0.name < $1.name })
    }
}

extension RateLimit {
    fileprivate var suffix: String { window.map { " (window \($0))" } ?? "" }
}
