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
    /// How the gate failed with it; missing where it did not.
    package var red: RedBranch?
}

/// How the gate failed with a branch that a person brought, and together with what.
package struct RedBranch: Codable, Sendable, Equatable {
    /// Names that are kept: a merge may have hundreds of branches, and each of them may be red.
    static let mostNames = 100

    /// How the gate ended.
    package var ending: String
    /// The first line of its output that looks like a failure.
    package var failure: String?
    package var logPath: String
    /// What the branch was merged onto.
    package var onto: ObjectID?
    /// The branches of this merge that are in that commit, in the order of the merge; at most `mostNames`.
    package var with: [String]
    /// How many more there are.
    package var others: Int
    /// Whether the gate passes on that commit.
    package var passesWithout: Bool
    /// Whether the target fails the gate by itself, so that nothing is known of the branch.
    package var isTargetRed: Bool
}

extension BranchRecord.Outcome {
    /// A stable word for scripts: `open`, `landed`, `empty`, or why it was returned.
    package var word: String {
        switch self {
        case .open: "open"
        case .landed: "landed"
        case .empty: "empty"
        case .returned(let reason, _): reason.rawValue
        }
    }
}

extension Run {
    mutating func settle(_ candidate: CandidateID, _ outcome: BranchRecord.Outcome) {
        guard let index = branches.firstIndex(where: { $0.candidate == candidate }) else { return }
        branches[index].outcome = outcome
    }

    /// Keeps how the gate failed with a branch that is about to leave the queue.
    mutating func noteRed(_ candidate: Candidate) {
        guard case .branch = candidate.kind, let index = branches.firstIndex(where: { $0.candidate == candidate.id }) else { return }
        branches[index].red = redBranch(candidate)
    }

    private func redBranch(_ candidate: Candidate) -> RedBranch? {
        let before = MergeChain(of: candidate.target, in: self).prefix(through: candidate.id).dropLast()
        let isBaseGreen = base.map { verifiedTrees[$0.tree.hex] != nil } ?? false
        let passes = before.last.map { $0.verdict == .green } ?? isBaseGreen
        let isTargetRed = !passes && isBaseRed
        guard let excerpt = isTargetRed ? baselineRed : candidate.redExcerpt else { return nil }
        let landed = branches.filter { if case .landed = $0.outcome { true } else { false } }.map(\.name)
        let names = landed + before.compactMap(\.candidate.branchName)
        return RedBranch(
            ending: excerpt.ending, failure: excerpt.failure, logPath: excerpt.logPath, onto: candidate.onto ?? candidate.redAloneOn,
            with: Array(names.prefix(RedBranch.mostNames)), others: max(0, names.count - RedBranch.mostNames), passesWithout: passes,
            isTargetRed: isTargetRed)
    }
}

extension Candidate {
    fileprivate var branchName: String? { if case .branch(let name) = kind { name } else { nil } }
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
