/// A branch that candidates are merged into.
package enum MergeTarget: Hashable, Codable, Sendable {
    /// The run's target branch, which origin gets.
    case base
    /// A team's branch.
    case team(TeamID)
}

/// Something that waits to be merged, verified and published.
package struct Candidate: Codable, Sendable, Equatable {
    package enum Kind: Codable, Sendable, Equatable {
        /// A worker's approved task.
        case task(TaskID)
        /// A team's branch that the Director accepted (or the end of the run promotes).
        case delivery(TeamID)
        /// The base branch coming back into a team's branch.
        case sync(TeamID)
        /// Only `TEAM_STRUCTURE.md`, brought up to date.
        case upkeep
        /// A branch that a person brings (`cco merge`); nobody of the run answers for it.
        case branch(String)
    }

    package enum State: Codable, Sendable, Equatable {
        case waiting
        case merging
        /// Merged in memory, `onto` the target or what else is being verified; waits for the gate, or for the verdict on the whole.
        case merged(commit: ObjectID, tree: ObjectID, onto: ObjectID)
        /// `rerun`: the confirming run after a red one.
        case gating(commit: ObjectID, tree: ObjectID, onto: ObjectID, rerun: Bool)
        case publishing(commit: ObjectID, tree: ObjectID, onto: ObjectID)
    }

    package var id: CandidateID
    package var target: MergeTarget
    package var kind: Kind
    /// What is merged. For `upkeep` the target's own head.
    package var head: ObjectID
    package var readyAt: Timestamp
    package var state: State
    /// The gate's newest verdict on the candidate's commit, when it was red.
    package var redExcerpt: GateExcerpt?
    /// Whether a second run was red as well.
    package var isConfirmedRed = false
    /// The target's commit on which it was red with nothing merged before it; only of branches that people bring.
    package var redAloneOn: ObjectID?
    /// Whether it did not fit what is being verified now, and waits until that is over.
    package var isHeldBack = false
    /// The approval with which it goes to the base branch, where the configuration asks for one.
    package var approval: QuestionID?
    /// What the verdict cost, for the receipt: milliseconds of the green gate run, 0 when the tree was known.
    package var gateMilliseconds: Int64

    package init(id: CandidateID, target: MergeTarget, kind: Kind, head: ObjectID, readyAt: Timestamp, approval: QuestionID? = nil) {
        self.id = id
        self.target = target
        self.kind = kind
        self.head = head
        self.readyAt = readyAt
        self.approval = approval
        state = .waiting
        gateMilliseconds = 0
    }

    /// Journals of earlier versions lack what was added since.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(CandidateID.self, forKey: .id)
        target = try fields.decode(MergeTarget.self, forKey: .target)
        kind = try fields.decode(Kind.self, forKey: .kind)
        head = try fields.decode(ObjectID.self, forKey: .head)
        readyAt = try fields.decode(Timestamp.self, forKey: .readyAt)
        state = try fields.decode(State.self, forKey: .state)
        redExcerpt = try fields.decodeIfPresent(GateExcerpt.self, forKey: .redExcerpt)
        isConfirmedRed = try fields.decodeIfPresent(Bool.self, forKey: .isConfirmedRed) ?? false
        redAloneOn = try fields.decodeIfPresent(ObjectID.self, forKey: .redAloneOn)
        isHeldBack = try fields.decodeIfPresent(Bool.self, forKey: .isHeldBack) ?? false
        approval = try fields.decodeIfPresent(QuestionID.self, forKey: .approval)
        gateMilliseconds = try fields.decode(Int64.self, forKey: .gateMilliseconds)
    }

    var isWaiting: Bool { if case .waiting = state { true } else { false } }

    var isMerging: Bool { if case .merging = state { true } else { false } }

    var isPublishing: Bool { if case .publishing = state { true } else { false } }

    var isSync: Bool { if case .sync = kind { true } else { false } }

    /// What it was merged onto; `nil` when it is not merged.
    var onto: ObjectID? {
        switch state {
        case .waiting, .merging: nil
        case .merged(_, _, let onto), .gating(_, _, let onto, _), .publishing(_, _, let onto): onto
        }
    }

    /// What the author of a repair has to bring in: for a sync the base that comes, since its worker starts from the target; otherwise the
    /// target as it was when the candidate was merged `onto` it.
    func counterpart(of onto: ObjectID) -> ObjectID {
        if case .sync = kind { head } else { onto }
    }
}

extension Candidate {
    /// What is merged for it: branches that may have moved while it waited are taken as they are now, but for what a person has approved, which is one
    /// commit.
    package func newestHead(in run: Run) -> ObjectID {
        if approval != nil { return head }
        return switch kind {
        case .task, .branch: head
        case .delivery(let team): run.teams[team]?.head ?? head
        case .sync, .upkeep: run.base?.head ?? head
        }
    }
}
