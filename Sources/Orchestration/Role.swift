/// What an agent is for. A role decides its tools, its prompt, its model and whether it may change code.
package enum Role: String, Codable, Sendable, CaseIterable {
    /// Turns the project's direction into goals and answers for the base branch.
    case director
    /// Leads one team: turns a goal into tasks, reviews what comes back, curates the team's branch.
    case engineerManager
    /// Does one task at a time in its own worktree. The only role that writes code.
    case worker

    /// Whether the role may change files. Managers get neither the tools nor a branch for it.
    package var writesCode: Bool { self == .worker }
}
