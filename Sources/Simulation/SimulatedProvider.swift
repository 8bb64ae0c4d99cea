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

    private var troubles: [CredentialID: Trouble] = [:]
    private(set) var outageUntil: Int64 = 0

    mutating func begin(_ trouble: Trouble, of credential: CredentialID) { troubles[credential] = trouble }
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

    /// How a request with this credential fails at a time, in real milliseconds; `nil` when it does not.
    func failure(of credential: CredentialID, at real: Int64) -> TurnEnd? {
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
