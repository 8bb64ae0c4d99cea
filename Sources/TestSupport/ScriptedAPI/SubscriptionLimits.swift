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
        case sevenDayOpus = "seven_day_opus"
        case sevenDaySonnet = "seven_day_sonnet"
        /// The allowance of one model that the subscription includes.
        case sevenDayOverageIncluded = "seven_day_overage_included"
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

    /// Use beyond the windows, which is paid for by the request.
    package struct Overage: Sendable {
        package var status: Status
        /// Whether the account has begun to pay.
        package var isInUse: Bool
        /// The used share of what may be paid for, where 1 is all of it.
        package var utilization: Double?
        /// When the amount starts anew, in seconds since 1970.
        package var resetsAt: Int?
        /// Why nothing can be paid for, such as `out_of_credits`.
        package var disabledReason: String?

        package init(
            _ status: Status, isInUse: Bool = false, utilization: Double? = nil, resetsAt: Int? = nil, disabledReason: String? = nil
        ) {
            self.status = status
            self.isInUse = isInUse
            self.utilization = utilization
            self.resetsAt = resetsAt
            self.disabledReason = disabledReason
        }

        /// The header fields that say so, by what follows `anthropic-ratelimit-unified-overage-`.
        fileprivate var fields: [String: String] {
            var fields = ["status": status.rawValue]
            if isInUse { fields["in-use"] = "true" }
            fields["utilization"] = utilization.map { String($0) }
            fields["reset"] = resetsAt.map { String($0) }
            fields["disabled-reason"] = disabledReason
            return fields
        }
    }

    package var fiveHour: Window
    package var sevenDay: Window
    package var claim: Claim
    /// The window of one model, where that decides.
    package var oneModel: Window?
    /// What the account may use beyond its windows; nil when the API says nothing of it. A window that is used up and an overage that is allowed
    /// are an answer as any other, whose overall status is `rejected` all the same.
    package var overage: Overage?

    package init(fiveHour: Window, sevenDay: Window, claim: Claim = .fiveHour, oneModel: Window? = nil, overage: Overage? = nil) {
        self.fiveHour = fiveHour
        self.sevenDay = sevenDay
        self.claim = claim
        self.oneModel = oneModel
        self.overage = overage
    }

    /// The header fields that say so.
    package var headers: [String: String] {
        let prefix = "anthropic-ratelimit-unified"
        let deciding =
            switch claim {
            case .fiveHour: fiveHour
            case .sevenDay: sevenDay
            case .sevenDayOpus, .sevenDaySonnet, .sevenDayOverageIncluded: oneModel ?? sevenDay
            }
        var windows = [("5h", fiveHour), ("7d", sevenDay)]
        // Those of one model are told of by the claim alone.
        if claim == .sevenDayOverageIncluded { windows.append(("7d_oi", deciding)) }
        var fields = [
            "\(prefix)-status": deciding.status.rawValue, "\(prefix)-reset": String(deciding.resetsAt),
            "\(prefix)-representative-claim": claim.rawValue,
        ]
        for (name, window) in windows {
            fields["\(prefix)-\(name)-status"] = window.status.rawValue
            fields["\(prefix)-\(name)-utilization"] = String(window.utilization)
            fields["\(prefix)-\(name)-reset"] = String(window.resetsAt)
        }
        for (name, value) in overage?.fields ?? [:] { fields["\(prefix)-overage-\(name)"] = value }
        return fields
    }
}
