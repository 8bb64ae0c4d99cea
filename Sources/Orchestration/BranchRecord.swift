/// A branch that a person brought, and what became of it.
package struct BranchRecord: Codable, Sendable, Equatable {
    package enum Outcome: Codable, Sendable, Equatable {
        /// Waits, or is on its way.
        case open
        case landed(ObjectID)
        /// The target had everything already.
        case empty
        /// It does not merge, or the gate fails with it; the text says where to look.
        case returned(ReturnReason, String)
    }

    package var candidate: CandidateID
    package var name: String
    package var head: ObjectID
    package var since: Timestamp
    package var outcome = Outcome.open
}

extension Run {
    mutating func settle(_ candidate: CandidateID, _ outcome: BranchRecord.Outcome) {
        guard let index = branches.firstIndex(where: { $0.candidate == candidate }) else { return }
        branches[index].outcome = outcome
    }
}

extension Brief {
    /// What a person has to look at, where a brief asks an agent to mend something.
    var pointer: String {
        switch self {
        case .resolveConflict(_, _, let files): files.map { $0.kind.isEmpty ? $0.path : "\($0.path) (\($0.kind))" }.joined(separator: ", ")
        case .fixGate(_, _, let log): "\(log.ending); log: \(log.logPath)"
        case .fixQuickGate(_, let log): "\(log.ending); log: \(log.logPath)"
        case .finish(_, let reason, _): reason
        case .planGoals, .planTasks, .fixPlan, .work, .rework, .proceed, .review, .assess, .decide: ""
        }
    }

    var returnReason: ReturnReason {
        switch self {
        case .resolveConflict: .conflict
        case .fixGate: .red
        default: .objection
        }
    }
}
