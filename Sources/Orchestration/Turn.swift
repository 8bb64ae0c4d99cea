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
    /// How many tokens of all kinds it may take at most.
    package var budgetTokens: Int?
    /// How much work its task is, for the choice of the model.
    package var size: TaskSize?
    /// Whether it may have a stronger model, because others have failed at this.
    package var isEscalated: Bool?
    /// Whether its conversation began on a credential of which a usage window ran short.
    package var isScarce: Bool?
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
    /// The last part of its ceiling that was told of, in percent, by measure.
    package var toldPercents: [String: Int]?

    /// What it may take at most.
    package func allowed(_ measure: SpendingMeasure) -> Double? {
        switch measure {
        case .usd: budgetUsd
        case .tokens: budgetTokens.map(Double.init)
        }
    }

    /// Whose ceilings it counts against, the run's first; its credential's is another matter.
    var payingScopes: [SpendingScope] { [.run] + (team.map { [.team($0)] } ?? []) + (task.map { [.task($0)] } ?? []) }

    /// Whether its process is being ended, whatever it does at the moment.
    package var isBeingEnded: Bool { stopCause.map { !$0.letsStepFinish } ?? false }

    /// Whether the Director is told of flakes in it.
    package var tellsFlakes: Bool { role == .director && (brief == .assess || brief == .decide) }

    /// Whether it has taken what it was given, and that was less than any turn may take.
    func hadShare(of ceiling: SpendingLimits.Ceiling, spent: Allowance) -> Bool {
        func isShare(_ given: Double?, _ taken: Double, _ most: Double?) -> Bool {
            guard let given else { return false }
            return taken >= 0.9 * given && most.map { given < $0 } ?? true
        }
        return isShare(budgetUsd, spent.usd ?? 0, ceiling.usd)
            || isShare(budgetTokens.map(Double.init), Double(spent.tokens ?? 0), ceiling.tokens.map(Double.init))
    }

    /// The task it works on, for workers.
    package var task: TaskID? { brief.task }
}
