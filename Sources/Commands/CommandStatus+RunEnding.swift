import Engine
import Orchestration

extension CommandStatus {
    /// What the end of an engine's work means to a script.
    ///
    /// - Parameter wasAsked: whether a person had the run stand still.
    init(_ ending: RunEnding, wasAsked: Bool) { self.init(ending.run, journalFailed: ending.journalFault != nil, wasAsked: wasAsked) }

    /// - Parameters:
    ///   - journalFailed: whether nothing could be decided any more.
    ///   - wasAsked: whether a person had the run stand still.
    init(_ run: Run, journalFailed: Bool, wasAsked: Bool) {
        if journalFailed {
            self = .cannotCreate
        } else if let reason = run.phase.endReason, run.isEnded {
            self.init(reason, pushWasRefused: run.fallback != nil)
        } else {
            // Unasked, an engine lets go of an unfinished run only when it cannot go on.
            self = run.suspension == nil ? .unexpected : wasAsked ? .suspended : .needsPerson
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
