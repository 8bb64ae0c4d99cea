/// A member of the company. Agents that wait hold no process; an agent works only during its active turn.
package struct Agent: Codable, Sendable, Equatable {
    package var id: AgentID
    package var role: Role
    /// The team it belongs to or leads; `nil` for the Director of several teams.
    package var team: TeamID?
    package var activeTurn: TurnID?
    /// Managers: the conversation so far. Workers' sessions belong to their tasks.
    package var session: Session?
    /// Managers: what to do next.
    package var next: Pending?

    package init(id: AgentID, role: Role, team: TeamID?) {
        self.id = id
        self.role = role
        self.team = team
    }
}
