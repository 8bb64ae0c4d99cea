import Observability
import Orchestration

extension TurnEnd {
    /// Characters of a message that the run keeps. A reader hands on more, so that a secret is taken out while it is whole.
    static let longestMessage = 700

    /// As the run keeps and tells it: what the agent's program, or the provider, said of a failure has no secrets in it and is no longer than it
    /// has to be.
    func kept(by redactor: Redactor) -> TurnEnd {
        func kept(_ message: String) -> String { redactor.beginning(of: message, longest: Self.longestMessage) }
        switch self {
        case .provider(let message): return .provider(kept(message))
        case .failed(let message): return .failed(kept(message))
        case .credential(.exhausted(let resetsAt, let message, let family)):
            return .credential(.exhausted(resetsAt: resetsAt, message: kept(message), family: family))
        case .credential(.refused(let message)): return .credential(.refused(message: kept(message)))
        case .credential(.unpaid(let message)): return .credential(.unpaid(message: kept(message)))
        case .reported, .silent, .unfit, .overBudget, .sessionMissing, .stopped: return self
        }
    }
}
