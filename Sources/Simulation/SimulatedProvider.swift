import Orchestration

/// The provider as agents meet it: credentials with limits, and times in which it answers nobody.
struct SimulatedProvider: Sendable {
    enum Trouble: Sendable {
        case limited(until: Int64, saysWhen: Bool)
        /// The window is used up, and every answer is paid for beside the subscription.
        case beyond(until: Int64)
        case refused
        case unpaid
    }

    /// What agents run with that are told no model.
    static let usualModel = "claude-opus-9"

    private var troubles: [CredentialID: Trouble] = [:]
    /// Until when a model's window is used up.
    private var modelLimits: [CredentialID: [ModelFamily: Int64]] = [:]
    private(set) var outageUntil: Int64 = 0

    mutating func begin(_ trouble: Trouble, of credential: CredentialID) { troubles[credential] = trouble }
    mutating func limit(_ family: ModelFamily, of credential: CredentialID, until: Int64) {
        modelLimits[credential, default: [:]][family] = until
    }
    mutating func beginOutage(until: Int64) { outageUntil = until }
    /// Somebody puts the credential right.
    mutating func repair(_ credential: CredentialID) {
        switch troubles[credential] {
        case .refused, .unpaid: troubles[credential] = nil
        case .limited, .beyond, nil: break
        }
    }

    /// Until when the credential's requests cost extra money; `nil` when they do not.
    func overage(of credential: CredentialID, at real: Int64) -> Int64? {
        guard case .beyond(let until) = troubles[credential], until > real else { return nil }
        return until
    }

    /// How a request of a model with this credential fails at a time, in real milliseconds; `nil` when it does not.
    func failure(of credential: CredentialID, model: String, at real: Int64) -> TurnEnd? {
        if let failure = failure(of: credential, at: real) { return failure }
        let limits = (modelLimits[credential] ?? [:]).filter { $0.value > real && $0.key.has(model) }
        guard let (family, until) = limits.max(by: { $0.value < $1.value }) else { return nil }
        let reset = Timestamp.begin.advanced(byMilliseconds: until)
        return .credential(.exhausted(resetsAt: reset, message: "\(family.words) limit", family: family))
    }

    /// How a request of any model fails.
    private func failure(of credential: CredentialID, at real: Int64) -> TurnEnd? {
        switch troubles[credential] {
        case .limited(let until, let saysWhen) where until > real:
            let reset = Timestamp.begin.advanced(byMilliseconds: until)
            return .credential(.exhausted(resetsAt: saysWhen ? reset : nil, message: saysWhen ? "5-hour limit" : "429"))
        case .refused: return .credential(.refused(message: "401"))
        case .unpaid: return .credential(.unpaid(message: "402"))
        case .limited, .beyond, nil: return real < outageUntil ? .provider("overloaded") : nil
        }
    }
}
