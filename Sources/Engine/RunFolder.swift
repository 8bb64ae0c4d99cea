import Orchestration

/// Where everything of one run lies within its workspace.
package struct RunFolder: Sendable, Equatable {
    package let workspace: Workspace
    package let id: RunID

    package var path: String { "\(workspace.path)/runs/\(id)" }
    /// What every process of the run carries in its environment. Two workspaces may have runs of the same second, so the workspace is part of it.
    package var marker: String { "\(workspace.digest)/\(id)" }

    /// The bare repository of record. Only cco touches it.
    package var hub: String { path + "/hub.git" }
    /// Sessions of the CLI, where the run does not use the user's own configuration folder.
    package var claude: String { path + "/claude" }
    /// The live copy of `TEAM_STRUCTURE.md`.
    package var teamStructure: String { path + "/" + TeamStructure.fileName }

    /// An agent's (or a gate's) private git directory and its worktree.
    package func seat(_ name: String) -> (git: String, tree: String) { ("\(path)/agents/\(name)/git", "\(path)/agents/\(name)/tree") }

    /// The process folder of a turn.
    package func turn(_ id: TurnID) -> String { "\(path)/turns/\(id)" }

    /// Files that an agent may read and not write, such as whole diffs.
    package func material(_ agent: AgentID) -> String { "\(path)/material/\(agent)" }

    /// The CLI's scratch files.
    package var temporary: String { path + "/tmp" }

    /// The process folder of a gate run.
    package func gate(_ effect: EffectID) -> String { "\(path)/gates/\(effect)" }
}
