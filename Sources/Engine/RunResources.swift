import Agents
import Git
import Merging
import Observability
import Orchestration
import Processes

/// What carrying out effects needs beside the run's state: programs, credentials, texts and places. Taken from the configuration at every start.
package struct RunResources: Sendable {
    package var folder: RunFolder
    package var origin: RemoteURL
    package var cloneOptions: CloneOptions
    package var git: Git
    package var launcher: ShimLauncher
    package var backend: any AgentBackend
    package var prompts: PromptLibrary
    /// The environment of cco itself, from which agents get an allow-listed part.
    package var parentEnvironment: [String: String]
    /// The user's additions to the agents' environment.
    package var agentEnvironment: [String: String]
    package var credentials: [CredentialID: CredentialEnvironment]
    /// The CLI's configuration folder for agents; `nil` is the user's own.
    package var claudeConfiguration: String?
    /// Model and effort of each turn.
    package var models: ModelChoice
    /// Files such as `.env` that every worktree gets, by name.
    package var environmentFiles: [String: [UInt8]]
    package var rules: IntegrationRules
    /// The direction from the configuration folder, for a repository that has none.
    package var directionFallback: String?
    /// Whether submodules are filled in agents' worktrees.
    package var usesSubmodules: Bool
    package var keepsWorktrees: Bool
    /// Whether workers' worktrees hold only what their tasks claim.
    package var usesSparseWorktrees = false
    /// What gates may find of earlier ones.
    package var gateCache = GateCachePolicy.verified
    /// Nothing begins without this room.
    var disk: DiskSpace
    /// Bytes that a turn's process or a gate may write to its outputs.
    package var maximumOutput: Int64
    /// What one turn or gate may use.
    var limits: ResourceLimits
    /// From when on a running turn counts as stuck.
    package var progressLimits: TurnProgress.Limits
    package var log: RunLog
    package var redactor: Redactor
    package var clock: any EngineClock

    /// Where the agents' program keeps its sessions.
    var configurationFolder: String {
        claudeConfiguration ?? (parentEnvironment["HOME"] ?? "") + "/.claude"
    }

    /// Whose commits those of cco are.
    package static let identity = GitIdentity(name: "cco", email: "cco@cco.invalid")

    package static func identity(of agent: AgentID) -> GitIdentity { GitIdentity(name: "\(agent) (cco)", email: "\(agent)@cco.invalid") }
}
