import Engine
import Orchestration

extension CommandStatus {
    /// What the end of an engine's work means to a script.
    init(_ ending: RunEnding) { self.init(ending.run, journalFailed: ending.journalFault != nil) }

    /// - Parameter journalFailed: whether nothing could be decided any more.
    init(_ run: Run, journalFailed: Bool) {
        if journalFailed {
            self = .cannotCreate
        } else if let reason = run.phase.endReason, run.isEnded {
            self.init(reason, pushWasRefused: run.fallback != nil)
        } else {
            self = run.suspension == nil ? .unexpected : run.needsPerson ? .needsPerson : .suspended
        }
    }

    /// - Parameter pushWasRefused: whether the work went to the fallback branch.
    init(_ reason: EndReason, pushWasRefused: Bool) {
        self =
            switch reason {
            case .complete, .merged: pushWasRefused ? .pushRefused : .ok
            case .timeOver: .timeOver
            case .budgetOver: .budgetOver
            case .noProgress: .noProgress
            case .failed: .needsPerson
            case .abandoned: .suspended
            }
    }
}
