import Orchestration

/// Everything a backend needs to start one turn of one agent. Plain values: nothing in it is read from the machine.
package struct TurnOrder: Sendable, Equatable {
    package var role: Role
    /// A model alias or name; `nil` leaves the choice to the CLI.
    package var model: String?
    package var effort: Effort?
    /// The session's UUID, chosen by cco.
    package var sessionID: String
    /// Whether the session exists already and is gone on with.
    package var resume: Bool
    /// What the agent is told and what it has to return.
    package var turn: RenderedTurn
    /// What the backend is to know the prompt by, so that it says when the model has it; `nil` when nobody waits for that.
    package var promptUUID: String?
    /// What the turn may cost at most, in US dollars. The CLI counts from the start of its process, not of the session.
    package var budgetUsd: Double?
    /// Whether the agent's program can renew the credential by itself, so that a first refusal need not be the last word.
    package var renewsLogin = false
    /// A private folder (mode 0700) for this turn's files; the system prompt is read from there.
    package var turnDirectory: String
    /// Folders besides the working directory that the agent may read.
    package var readableDirectories: [String]

    package init(
        role: Role, model: String? = nil, effort: Effort? = nil, sessionID: String, resume: Bool, turn: RenderedTurn,
        budgetUsd: Double? = nil,
        turnDirectory: String, readableDirectories: [String] = []
    ) {
        self.role = role
        self.model = model
        self.effort = effort
        self.sessionID = sessionID
        self.resume = resume
        self.turn = turn
        self.budgetUsd = budgetUsd
        self.turnDirectory = turnDirectory
        self.readableDirectories = readableDirectories
    }
}
