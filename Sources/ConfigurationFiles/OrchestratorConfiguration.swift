/// What a person asks for in `orchestrator.json`.
///
/// Every option is defined once, in `Settings`; parsing, the JSON Schema and the documentation follow from there.
/// Paths are kept as they were written: `verify` resolves them and looks at the disk.
package struct OrchestratorConfiguration: Sendable, Equatable {
    /// The name of the file within a configuration folder.
    package static let fileName = "orchestrator.json"
    /// The most workers without `unlimitedWorkers`.
    package static let workerLimit = 20
    /// The largest number of minutes that an option takes: ten years, far from any overflow when it becomes milliseconds.
    package static let longestMinutes = 5_256_000
    /// What a gate run is taken to need when nothing is said.
    package static let usualGateCores = 1.0
    package static let usualGateMemoryMb = 1024

    package var repositoryUrl: String
    package var branch: String
    package var workerCount: Int
    package var unlimitedWorkers: Bool
    /// Whether fewer workers begin where more would only conflict.
    package var adaptiveWidth: Bool
    package var useRunBranch: Bool
    package var authMode: AuthMode
    /// Whether a run may use more than one subscription.
    package var useSeveralSubscriptions: Bool
    /// Absent means the configuration folder.
    package var logDirectory: String?
    /// Absent means whatever the Claude CLI chooses.
    package var model: String?
    package var engineerManagerGroupSize: Int
    package var maxRunDurationMinutes: Int
    /// A command for `sh -c`.
    package var verifyCommand: String?
    package var verifyTimeoutMinutes: Int
    /// A command for `sh -c` that looks at a worker's commits before they are reviewed.
    package var quickVerifyCommand: String?
    package var quickVerifyTimeoutMinutes: Int
    /// Gates at once; absent means what the machine carries.
    package var gateSlots: Int?
    /// Cores that one gate run needs.
    package var gateCores: Double
    /// MiB that one gate run needs.
    package var gateMemoryMb: Int
    package var gateCache: GateCache
    package var taskTimeoutMinutes: Int
    /// Minutes of silence, with no tool running and no request under way, after which a turn is stuck.
    package var stallTimeoutMinutes: Double
    /// Minutes of one request to the model after which a turn is stuck.
    package var requestTimeoutMinutes: Double
    /// Minutes of one tool after which a turn is stuck.
    package var toolTimeoutMinutes: Double
    /// Minutes that an agent's question waits for a person at most.
    package var questionTimeoutMinutes: Int
    package var approve: Approve
    /// Minutes after which silence approves; absent means never.
    package var approvalTimeoutMinutes: Int?
    /// Absent means that nobody is told anything.
    package var notifications: Notifications?
    package var maxTaskAttempts: Int
    /// How often a task may come back to one worker.
    package var maxTaskReturns: Int
    /// US dollars; absent means no limit.
    package var maxBudgetUsd: Double?
    /// Tokens of all kinds together; absent means no limit.
    package var maxRunTokens: Int?
    package var maxTeamBudgetUsd: Double?
    package var maxTeamTokens: Int?
    package var maxTaskBudgetUsd: Double?
    package var maxTaskTokens: Int?
    package var maxTurnBudgetUsd: Double?
    package var maxTurnTokens: Int?
    /// The share of the run's and of a team's budget that no new work may take.
    package var budgetReservePercent: Int
    /// US dollars for each worker without a change that lands, and how many times the cost of a landed change.
    package var runawayFloorUsd: Double
    package var runawayFactor: Double
    package var envFiles: [String]
    package var agentEnvironment: [String: String]
    package var gitCloneOptions: [String]
    package var roles: [Role: RoleSettings]
    /// What workers' turns have for tasks of a size.
    package var taskSizes: [TaskSize: RoleSettings]
    /// What a role's turns have once others have failed.
    package var escalation: [Role: RoleSettings]
    /// What turns have that are for something special.
    package var purposes: [Purpose: RoleSettings]
    /// What a role's new conversations have while a usage window runs short.
    package var scarcity: [Role: RoleSettings]
    package var review: Review
    package var promotion: Promotion
    package var push: Bool
    package var keepWorktrees: Bool
    /// Whether workers' worktrees hold only what their tasks claim.
    package var sparseCheckout: Bool
    package var minimumFreeDiskMb: Int
    /// MiB that the workspace may use.
    package var maxWorkspaceMb: Int?
    /// MiB that a turn's process or a gate may write to its outputs.
    package var maxOutputMb: Int
    /// MiB that the processes of one turn or gate may use together; 0 for no limit.
    package var memoryLimitMb: Int
    /// Processes and threads of one turn or gate; 0 for no limit.
    package var processLimit: Int
    /// MiB of any file that agents and gates write; 0 for no limit.
    package var maxFileSizeMb: Int
    /// The processor's share of each turn and gate, 100 being the usual; 0 leaves it.
    package var cpuWeight: Int
    package var claudeExecutable: String?

    /// What is doubtful without being wrong, options of earlier versions above all.
    package internal(set) var warnings: [ConfigurationProblem] = []
    /// The file that later problems are reported for.
    package internal(set) var file: String
    /// Where the options stand, by name; elements of lists as `envFiles[0]`.
    package internal(set) var positions: [String: SourcePosition] = [:]

    /// Which credentials are used, and in what order.
    package enum AuthMode: String, Sendable, CaseIterable {
        case oauth
        case apiKeysFirst = "api-keys-first"
        case apiKeysOnly = "api-keys-only"
    }

    /// Who looks at a worker's commits before they go to the merge queue.
    package enum Review: String, Sendable, CaseIterable {
        case engineerManager = "em"
        case nobody = "none"
    }

    /// Who decides that a team's branch goes to the base branch.
    package enum Promotion: String, Sendable, CaseIterable {
        case director
        case automatic = "auto"
    }

    /// What waits for a person's approval.
    package enum Approve: String, Sendable, CaseIterable {
        case none, plan, promotion
    }

    /// What a gate may find of earlier ones in its worktree.
    package enum GateCache: String, Sendable, CaseIterable {
        case none, verified, always
    }

    /// An agent's part in a run.
    package enum Role: String, Sendable, CaseIterable {
        case director
        case engineerManager
        case worker
    }

    /// How much work a task is, as its planner sees it.
    package enum TaskSize: String, Sendable, CaseIterable {
        case small, medium, large
    }

    /// What a turn is for, where that is something special.
    package enum Purpose: String, Sendable, CaseIterable {
        case conflict
        case gateFix = "gate-fix"
        case rework, review
    }

    /// How hard the model is asked to think.
    package enum Effort: String, Sendable, CaseIterable {
        case low, medium, high, xhigh, max
    }

    /// What may differ from role to role.
    package struct RoleSettings: Sendable, Equatable {
        package var model: String?
        package var effort: Effort?

        package init(model: String? = nil, effort: Effort? = nil) {
            self.model = model
            self.effort = effort
        }
    }

    /// The settings of every role, with `model` filled in where a role has none of its own.
    package var rolesEffective: [Role: RoleSettings] {
        Dictionary(
            uniqueKeysWithValues: Role.allCases.map { role in
                (role, RoleSettings(model: roles[role]?.model ?? model, effort: roles[role]?.effort))
            })
    }
}
