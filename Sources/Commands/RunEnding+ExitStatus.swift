import Engine
import Orchestration

extension ExitStatus {
    /// What the end of an engine's work means to a script.
    init(_ ending: RunEnding) {
        if ending.journalFault != nil {
            self = .cannotCreate
        } else if let reason = ending.run.phase.endReason, ending.run.isEnded {
            self.init(reason, pushWasRefused: ending.run.fallback != nil)
        } else {
            // An engine lets go of an unfinished run only when it is asked to.
            self = ending.run.suspension != nil ? .suspended : .unexpected
        }
    }

    /// - Parameter pushWasRefused: whether the work went to the fallback branch.
    init(_ reason: EndReason, pushWasRefused: Bool) {
        self =
            switch reason {
            case .complete: pushWasRefused ? .pushRefused : .ok
            case .timeOver: .timeOver
            case .budgetOver: .budgetOver
            case .noProgress: .noProgress
            case .failed: .needsPerson
            case .abandoned: .suspended
            }
    }
}
