/// Something to be done in the world. It is journaled as intended before it is tried; trying it twice does no harm.
package enum Effect: Codable, Sendable, Equatable {
    /// Fetch origin into the hub, find (or make) the target branch, read where the direction stands.
    case prepareBase
    /// Run an agent's turn to its end and collect its commits.
    case runTurn(TurnID)
    /// Write a message into the input of the agent that it is for.
    case say(MessageID)
    /// Merge a candidate in memory into its target, or onto what is being verified for it.
    case merge(CandidateID)
    /// Run the gate on the commit of a candidate in one of the target's gate worktrees; `slot` says which, `nil` is the first.
    case gate(CandidateID, commit: ObjectID, tree: ObjectID, command: String, slot: Int?)
    /// Run the quick gate on what a worker handed in, in one of its team's worktrees for that.
    case quickGate(TaskID, commit: ObjectID, tree: ObjectID, command: String, slot: Int)
    /// Run the gate on the base as it was found, to know where the run starts from.
    case baseline(commit: ObjectID, tree: ObjectID, command: String)
    /// Make the verified commit, which may hold several candidates, the target's head, at origin too where it is the base.
    case publish(CandidateID, commit: ObjectID, onto: ObjectID)
    /// Write the report and leave the worktrees tidy.
    case conclude
    /// Wait until the disk has room again. While it is pending nothing else is begun.
    case awaitRoom
    /// Try in memory which of the branches under way will not merge. What is tried follows from the state when it is done.
    case forecast
}

/// What is known of the target branch after a look at origin.
package struct BaseFacts: Codable, Sendable, Equatable {
    /// The target branch's head in the hub, which is origin's where the run pushes.
    package var head: ObjectID
    package var tree: ObjectID
    /// The blob of `PROJECT_DIRECTION.md` at that head, `nil` when there is none.
    package var direction: ObjectID?

    package init(head: ObjectID, tree: ObjectID, direction: ObjectID?) {
        self.head = head
        self.tree = tree
        self.direction = direction
    }
}

/// How an in-memory merge went.
package enum MergeResult: Codable, Sendable, Equatable {
    case clean(commit: ObjectID, tree: ObjectID, onto: ObjectID)
    /// The target already holds everything.
    case nothingToMerge
    /// The target can simply move to this commit, whose tree is verified or is verified next.
    case fastForward(commit: ObjectID, tree: ObjectID, onto: ObjectID)
    case conflict(onto: ObjectID, files: [ConflictExcerpt])
    /// It does not fit, or adds nothing, to other candidates that are being verified; once they have landed or gone it is merged again.
    case heldBack(onto: ObjectID)
    /// The work breaks a rule that is checked mechanically.
    case objection(String)
}

/// How a gate run ended.
package enum GateResult: Codable, Sendable, Equatable {
    case green(milliseconds: Int64)
    case red(GateExcerpt, milliseconds: Int64)
}

/// How a publication ended.
package enum PublishResult: Codable, Sendable, Equatable {
    case published
    /// Somebody else moved the branch; merge and verify again.
    case moved
    /// Somebody else holds the branch at origin and does not move it; the text is origin's. It is tried again after a pause.
    case contested(String)
    /// Origin does not take it; the text is origin's. The work is then published under the run's fallback branch.
    case refused(String)
}

/// What came of an effect.
package enum EffectResult: Codable, Sendable, Equatable {
    case base(BaseFacts)
    indirect case turn(TurnOutcome)
    /// The message is in the agent's input, or why it cannot be.
    case said(failure: String?)
    case merge(MergeResult)
    indirect case gate(GateResult)
    case publish(PublishResult)
    case concluded
    /// The disk has room.
    case room
    case forecast(TrialReport)
    /// It could not be done now. Retried with backoff, a bounded number of times, unless `final`.
    case failed(String, final: Bool)
}
