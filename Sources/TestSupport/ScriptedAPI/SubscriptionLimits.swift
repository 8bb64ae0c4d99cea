/// The state of a subscription's limits, which the API tells in the header fields of every answer.
package struct SubscriptionLimits: Sendable {
    /// Whether a request is still let through.
    package enum Status: String, Sendable {
        case allowed
        case allowedWarning = "allowed_warning"
        case rejected
    }

    /// The limit that decides the overall status.
    package enum Claim: String, Sendable {
        case fiveHour = "five_hour"
        case sevenDay = "seven_day"
    }

    /// One limit.
    package struct Window: Sendable {
        package var status: Status
        /// The used share, where 1 is all of it.
        package var utilization: Double
        /// When the window starts anew, in seconds since 1970.
        package var resetsAt: Int

        package init(_ status: Status, utilization: Double, resetsAt: Int) {
            self.status = status
            self.utilization = utilization
            self.resetsAt = resetsAt
        }
    }

    package var fiveHour: Window
    package var sevenDay: Window
    package var claim: Claim

    package init(fiveHour: Window, sevenDay: Window, claim: Claim = .fiveHour) {
        self.fiveHour = fiveHour
        self.sevenDay = sevenDay
        self.claim = claim
    }

    /// The header fields that say so.
    package var headers: [String: String] {
        let prefix = "anthropic-ratelimit-unified"
        let deciding = claim == .fiveHour ? fiveHour : sevenDay
        var fields = [
            "\(prefix)-status": deciding.status.rawValue, "\(prefix)-reset": String(deciding.resetsAt),
            "\(prefix)-representative-claim": claim.rawValue,
        ]
        for (name, window) in [("5h", fiveHour), ("7d", sevenDay)] {
            fields["\(prefix)-\(name)-status"] = window.status.rawValue
            fields["\(prefix)-\(name)-utilization"] = String(window.utilization)
            fields["\(prefix)-\(name)-reset"] = String(window.resetsAt)
        }
        return fields
    }
}
