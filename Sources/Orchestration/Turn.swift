/// The unit of agent work: a prompt goes in, the agent works with its own tools, a report comes out.
///
/// A turn is recorded before its process starts. What a process says whose turn is no longer active is recorded and ignored.
package struct Turn: Codable, Sendable, Equatable {
    package var id: TurnID
    package var agent: AgentID
    package var role: Role
    package var team: TeamID?
    package var brief: Brief
    package var session: String
    /// Continue the stored session; otherwise start it.
    package var resumes: Bool
    /// The session already knows the brief and was interrupted.
    package var carriesOn: Bool
    package var credential: CredentialID
    /// What was wrong with the last turn for this brief.
    package var remark: String?
    /// Workers: the commit that the task's branch starts from. Managers: the commit that their read-only checkout shows.
    package var startPoint: ObjectID
    package var startedAt: Timestamp
    /// When cco stops the turn.
    package var deadline: Timestamp
    /// What the turn may cost at most, in US dollars.
    package var budgetUsd: Double?
    /// Set when cco wants it stopped.
    package var stopCause: StopCause?
    /// How it stopped getting anywhere, when that is why.
    package var stuck: StuckCause?
    /// Whether the turn before it was stopped for getting nowhere, and this one goes on in its session and knows why.
    package var wasStuck: Bool?
    /// The last thing that was done about its getting nowhere.
    package var nudge: Nudge?
    /// Messages of people that its prompt brings along.
    package var messages: [MessageID]?
    /// What the CLI knows the prompt by, where it brings messages along.
    package var promptUUID: String?

    /// Whether the Director is told of flakes in it.
    package var tellsFlakes: Bool { role == .director && (brief == .assess || brief == .decide) }

    /// The task it works on, for workers.
    package var task: TaskID? { brief.task }
}
