import Git
import Orchestration

/// One run of a gate: what is to be judged, where, and what it may find there.
struct GateOrder: Sendable {
    enum Kind: Sendable {
        /// Its verdict counts for a branch.
        case full(isRerun: Bool)
        /// Before a review; decides nothing, and so may find whatever the last one left.
        case quick
    }

    var effect: EffectID
    var commit: ObjectID
    var command: String
    /// The name of the worktree.
    var seat: String
    var kind: Kind
    var timeLimitMinutes: Int

    var isQuick: Bool { if case .quick = kind { true } else { false } }
}

extension TeamID {
    /// The name of a worktree in which the team's quick gate runs.
    ///
    /// - Parameter slot: counts from 0.
    func quickSeat(_ slot: Int) -> String { slot == 0 ? "quick-\(self)" : "quick-\(self)-\(slot + 1)" }
}
