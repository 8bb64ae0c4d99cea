/// A fact about the run. The journal's events, folded in order, are the run's state; nothing else is.
///
/// Large facts are indirect: an event is copied several times on its way into the state and the journal.
package enum Event: Codable, Sendable, Equatable {
    indirect case runStarted(RunID, RunSettings, seed: UInt64)
    /// An engine took the run up, with the configuration as it then was.
    indirect case engineStarted(RunSettings)
    /// A person (or a signal) wants the run to stop for now.
    case suspended(String)
    /// The run cannot go on without a person; it stands still like a suspended one.
    case faulted(String)
    /// The disk has too little room; nothing is begun until there is some.
    case diskShort(String)

    case baseMoved(BaseFacts)
    /// The gate's command was settled; `nil` means that nothing verifies the work.
    case verifyChosen(String?, proposedBy: AgentID?)
    /// The gate's verdict on the base as it was found; `nil` is green. A red one comes twice: seen, then confirmed.
    indirect case baselineKnown(GateExcerpt?)

    case effectIntended(EffectID, Effect)
    case effectDone(EffectID)
    /// Nobody needs the effect's result any more; what is under way is ended.
    case effectDropped(EffectID)
    /// The effect could not be done; it is tried again at the given time.
    case effectDelayed(EffectID, until: Timestamp, reason: String)
    /// A delayed effect is tried again.
    case effectRetried(EffectID)
    /// A result arrived for something that is no longer awaited. It is recorded and ignored.
    case strayIgnored(EffectID)

    indirect case leadBriefed(AgentID, Pending)
    indirect case turnStarted(Turn)
    case turnStopRequested(TurnID, StopCause)
    /// A running turn gets nowhere; what is done about it comes next.
    indirect case turnStuck(TurnID, StuckCause)
    /// Something is done about a running turn that gets nowhere, short of stopping it.
    indirect case turnNudged(TurnID, Nudge)
    indirect case turnEnded(TurnID, TurnOutcome)
    /// Something is to be said to the agent of a running turn.
    indirect case messageAddressed(Message)
    /// What the agent was doing is broken off for the message.
    case messageInterrupted(MessageID)
    /// The model gets the message with its next request.
    case messageDelivered(MessageID)
    case messageUndelivered(MessageID, reason: String)
    /// A person's message was not read in the turn that it was for; the agent's next turn gets it.
    case messageKept(MessageID, reason: String)
    /// The agent's report names the message.
    case messageAcknowledged(MessageID)
    /// A person wants something of the run; what follows from it comes next.
    indirect case orderTaken(Order, OrderReceipt)
    indirect case settingChanged(LiveSetting)
    /// A person is asked something: by an agent's report, or for an approval.
    indirect case questionAsked(Question)
    /// `by` is the person; `nil` means that nobody answered in time, and the default counts.
    case questionAnswered(QuestionID, String, by: String?)
    /// `by` is the person; `nil` means that nobody objected in time.
    case approvalGiven(QuestionID, by: String?)
    case approvalRefused(QuestionID, reason: String, by: String)
    /// Nobody needs the answer any more.
    case questionLapsed(QuestionID)
    /// The agent's brief is done with.
    case briefDone(AgentID)
    /// A manager's conversation is replaced by a fresh one at its next turn.
    case sessionReplaced(AgentID, reason: String)
    case directionShown(ObjectID?)

    indirect case goalSet(TeamID, Goal)
    case planRejected(TeamID?, [String])
    case planAccepted(TeamID, summary: String)
    case goalsAccepted(summary: String)
    case teamEntered(TeamID, Team.Stage, summary: String)
    case deliveryReturned(TeamID, instructions: String)
    case assessed(TeamID)
    case directorWants(complete: Bool, summary: String, passedOver: [TeamID]? = nil)

    indirect case taskAdded(TeamTask)
    indirect case taskBriefed(TaskID, worker: AgentID, Pending)
    indirect case taskSubmitted(TaskID, WorkerReport)
    /// The quick gate is to look at what the worker handed in.
    indirect case quickCheckAwaited(TaskID, QuickCheck)
    indirect case quickCheckKnown(TaskID, QuickVerdict)
    case taskUndecided(TaskID)
    case taskApproved(TaskID)
    /// Begun anew by another worker in a fresh session, from what is committed so far.
    case taskReleased(TaskID, reason: String)
    /// A task that could start is not started now, because another under way has changed what it claims.
    case taskHeld(TaskID, by: TaskID, path: String)
    case taskSettled(TaskID, TeamTask.State)
    /// What was given up is begun anew, from what is committed.
    case taskReopened(TaskID)
    case taskPrioritised(TaskID, Int)

    indirect case candidateQueued(Candidate)
    case candidateEntered(CandidateID, Candidate.State)
    /// The candidate does not fit what is being verified now; it waits until that is over.
    case candidateHeldBack(CandidateID)
    indirect case gateRed(CandidateID, GateExcerpt)
    case treeVerified(tree: ObjectID, command: String, milliseconds: Int64)
    indirect case flakeSeen(tree: ObjectID, GateExcerpt)
    /// The candidate has landed. Of several that land together the last one's tree is the one that passed the gate.
    case candidatePublished(CandidateID, commit: ObjectID, tree: ObjectID)
    case candidateReturned(CandidateID, ReturnReason)
    /// A person's branch is sent back; the text says what to look at.
    case branchReturned(CandidateID, ReturnReason, String)
    case pushRefused(String, fallback: String)
    /// Branches under way were tried against each other and against their targets.
    indirect case collisionsForeseen(TrialReport)

    /// With a family: only for its models.
    case credentialBenched(CredentialID, until: Timestamp, reason: String, family: ModelFamily? = nil)
    case credentialRejected(CredentialID, reason: String)
    /// The provider bears fewer turns at once on the credential than it carries.
    indirect case credentialSlowed(CredentialID, Throttle)
    /// How much of the credential's usage windows is used; told when it has changed noticeably.
    case credentialUsed(CredentialID, [UsageWindow])

    /// A part of a ceiling is used up.
    indirect case spendingWarned(SpendingWarning)
    /// Fewer or more workers are to begin something than before.
    indirect case widthChanged(AdaptiveWidth)
    /// Much is spent and nothing lands.
    case runawayNoticed(spentUsd: Double, boundUsd: Double)

    case finishing(EndReason)
    case ended(EndReason)
}

/// Why a candidate left its queue without being published.
package enum ReturnReason: String, Codable, Sendable {
    case conflict
    case red
    /// A rule that is checked mechanically.
    case objection
    /// There was nothing left to merge, or a newer candidate brings everything that this one would.
    case empty
    /// A person cancelled the task.
    case cancelled
    /// It needs a person's approval now, as it did not when it was queued.
    case unapproved
}
