extension OrchestratorConfiguration {
    /// The option table.
    enum Settings {
        static let repositoryUrl = Setting.string(
            "repositoryUrl", .repository, isRequired: true,
            "Git repository: an https:// or ssh:// URL, user@host:path, or a path on this machine.")
        static let branch = Setting.string("branch", .branch, default: "main", "Base branch.")
        static let workerCount = Setting.integer(
            "workerCount", to: 10_000, isRequired: true,
            "Worker instances, 1 to \(workerLimit); more only with `unlimitedWorkers`.")
        static let unlimitedWorkers = Setting.boolean(
            "unlimitedWorkers", default: false, "Allow more than \(workerLimit) workers.")
        static let adaptiveWidth = Setting.boolean(
            "adaptiveWidth", default: true,
            "Let fewer workers begin something new where more would mostly conflict, wait for the gate or not fit into memory; `workerCount` is then the most."
        )
        static let useRunBranch = Setting.boolean(
            "useRunBranch", default: false, "Work on a branch `run/YYYY-MM-DD-HH-MM` of its own and leave the base branch alone.")
        static let authMode = Setting<AuthMode>.choice(
            "authMode", default: .oauth, "Which credentials are used, and in what order.")
        static let useSeveralSubscriptions = Setting.boolean(
            "useSeveralSubscriptions", default: false,
            "Allow a run to use more than one subscription (the CLI's login and `oauthToken`s). Whether that is allowed is for the provider's terms to say: "
                + "read them first.")
        static let logDirectory = Setting.string(
            "logDirectory", .path, defaultText: "config path",
            "Where logs go; relative to the configuration folder, `~` is the home folder.")
        static let model = Setting.string(
            "model", .model, "Claude model: `haiku`, `sonnet`, `opus` or a full model id such as `claude-…`.")
        static let engineerManagerGroupSize = Setting.integer(
            "engineerManagerGroupSize", to: 10_000, default: 4, "Most workers per Engineering Manager.")
        static let maxRunDurationMinutes = Setting.integer(
            "maxRunDurationMinutes", default: 120, "Longest duration of a run, without pauses and rests for a provider's limit.")
        static let verifyCommand = Setting.string(
            "verifyCommand", .command,
            "The gate: a command for `sh -c` that has to succeed on a tree before it is published. Without it the Director proposes one.")
        static let verifyTimeoutMinutes = Setting.integer(
            "verifyTimeoutMinutes", default: 30, "Longest duration of one gate run.")
        static let quickVerifyCommand = Setting.string(
            "quickVerifyCommand", .command,
            "A quick check: a command for `sh -c` that runs on what a worker hands in, before anybody reviews it. The gate alone decides what "
                + "is published.")
        static let quickVerifyTimeoutMinutes = Setting.integer(
            "quickVerifyTimeoutMinutes", default: 10, "Longest duration of one quick check.")
        static let gateSlots = Setting.integer(
            "gateSlots", to: 1000, "How many gates may run at once. Absent means what half of the machine carries.")
        static let gateCores = Setting.number(
            "gateCores", from: 0.01, to: 10_000, default: usualGateCores, "How many cores one gate run needs, for the number at once.")
        static let gateMemoryMb = Setting.integer(
            "gateMemoryMb", to: 100_000_000, default: usualGateMemoryMb,
            "How much memory one gate run needs, in MiB, for the number at once.")
        static let gateCache = Setting<GateCache>.choice(
            "gateCache", default: .verified,
            "Which build products of earlier runs (files that git ignores) a gate may find: none; those of a green run on a commit that the one "
                + "to be judged contains; or whatever there is.")
        static let taskTimeoutMinutes = Setting.integer(
            "taskTimeoutMinutes", default: 60, "Longest duration of one agent turn.")
        static let stallTimeoutMinutes = Setting.minutes(
            "stallTimeoutMinutes", default: 30,
            "How long an agent may say nothing while no tool of its runs and no request of its is under way. A longer silence is a stall: the agent "
                + "is told, interrupted, stopped and resumed, and replaced, in this order."
        )
        static let requestTimeoutMinutes = Setting.minutes(
            "requestTimeoutMinutes", default: 45,
            "How long one request to the model may take without a sign of life before it is broken off in the same way.")
        static let toolTimeoutMinutes = Setting.minutes(
            "toolTimeoutMinutes", default: 50, "How long one tool of an agent may run before it is broken off in the same way.")
        static let questionTimeoutMinutes = Setting.integer(
            "questionTimeoutMinutes", to: 10_080, default: 30,
            "How long an agent's question waits for a person at most; then the agent's default counts.")
        static let approve = Setting<Approve>.choice(
            "approve", default: Approve.none,
            "What waits for a person (`cco approve`, `cco reject`): nothing; the first goals, or in a run that the Director leads itself the first "
                + "tasks; or each promotion to the base branch.")
        static let approvalTimeoutMinutes = Setting.integer(
            "approvalTimeoutMinutes", to: 525_600,
            "After how many minutes without an answer such an approval counts as given; absent means never.")
        static let notifications = Setting<Notifications>(
            definition: SettingDefinition(
                "notifications", .object(Notifications.Fields.definitions),
                "Who is told by whom that the run has finished or failed, needs you, spends much, or waits."),
            read: { Notifications($0) }, fallback: nil)
        static let maxTaskAttempts = Setting.integer(
            "maxTaskAttempts", to: 100, default: 3, "How often a task is begun by a worker in a fresh session before it is given up.")
        static let envFiles = Setting.list(
            "envFiles", of: .environmentFile,
            "Files that are copied into every worktree under their base names; relative to the configuration folder.")
        static let agentEnvironment = Setting.environment(
            "agentEnvironment",
            EnvironmentRule(
                refused: ["HOME", "CLAUDE_CONFIG_DIR", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "ANTHROPIC_BASE_URL"],
                refusal: "cco sets it for every agent; a base URL belongs to its key in api-keys.json",
                refusesCredentials: true,
                credentialAdvice: "credentials for Claude belong in api-keys.json, those of the project in an .env file"),
            "Environment variables for the agents. Credentials are refused: they belong in `api-keys.json` or an `.env` file.")
        static let gitCloneOptions = Setting.list(
            "gitCloneOptions", of: .gitCloneOption,
            "Options for fetching the repository: `--depth=N`, `--filter=…`, `--no-tags`, `--single-branch`, `--shallow-since=…`, "
                + "`--recurse-submodules`.")
        static let review = Setting<Review>.choice(
            "review", default: .engineerManager, "Who reviews a worker's commits before they are merged.")
        static let promotion = Setting<Promotion>.choice(
            "promotion", default: .director, "Who decides that a team's branch goes to the base branch.")
        static let push = Setting.boolean("push", default: true, "Push published commits to the repository.")
        static let keepWorktrees = Setting.boolean("keepWorktrees", default: false, "Keep the worktrees of finished agents for a look.")
        static let sparseCheckout = Setting.boolean(
            "sparseCheckout", default: false,
            "For huge repositories: a worker's worktree holds only the folders that its task claims and the files beside them; it can add others. Gates always check out everything."
        )
        static let minimumFreeDiskMb = Setting.integer(
            "minimumFreeDiskMb", from: 0, to: 1_000_000_000, default: 1024,
            "With less free disk space than this, in MiB, agents are stopped and nothing begins until there is room again.")
        static let maxWorkspaceMb = Setting.integer(
            "maxWorkspaceMb", from: 100, to: 1_000_000_000,
            "How much the workspace may use on its disk, in MiB; beyond it the run waits for room. Absent means as much as there is.")
        static let maxOutputMb = Setting.integer(
            "maxOutputMb", from: 1, to: 1_000_000, default: 256,
            "How much a turn's process or a gate may write to its outputs, in MiB; one that writes more is stopped.")
        static let memoryLimitMb = Setting.integer(
            "memoryLimitMb", from: 0, to: 100_000_000, default: 0,
            "How much memory the processes of one turn or gate may use together, in MiB; beyond it the largest is killed. 0 means no limit."
        )
        static let processLimit = Setting.integer(
            "processLimit", from: 0, to: 1_000_000, default: 4096,
            "How many processes and threads one turn or gate may have; one that keeps asking for more is ended. 0 means no limit.")
        static let maxFileSizeMb = Setting.integer(
            "maxFileSizeMb", from: 0, to: 100_000_000, default: 0,
            "How large any file may get that agents and gates write, in MiB. 0 means no limit.")
        static let cpuWeight = Setting.integer(
            "cpuWeight", from: 0, to: 10_000, default: 0,
            "The share of the processor that each turn and gate gets beside other programs; 100 is the usual one, 0 leaves it as it is.")
        static let claudeExecutable = Setting.string(
            "claudeExecutable", .path, defaultText: "`claude` in `PATH`",
            "The Claude CLI: a name to find in `PATH`, or a path relative to the configuration folder.")
        static let schemaReference = Setting.string("$schema", .path, "The JSON Schema for editors; cco ignores it.")

        /// All options, in the order of the documentation.
        static let definitions: [SettingDefinition] =
            [
                repositoryUrl.definition, branch.definition, workerCount.definition, adaptiveWidth.definition, useRunBranch.definition,
                authMode.definition,
                useSeveralSubscriptions.definition,
                logDirectory.definition, model.definition, engineerManagerGroupSize.definition, maxRunDurationMinutes.definition,
                unlimitedWorkers.definition, verifyCommand.definition, verifyTimeoutMinutes.definition, quickVerifyCommand.definition,
                quickVerifyTimeoutMinutes.definition, gateSlots.definition, gateCores.definition, gateMemoryMb.definition,
                gateCache.definition, taskTimeoutMinutes.definition,
                stallTimeoutMinutes.definition, requestTimeoutMinutes.definition, toolTimeoutMinutes.definition,
                questionTimeoutMinutes.definition, approve.definition, approvalTimeoutMinutes.definition, notifications.definition,
                maxTaskAttempts.definition,
            ] + spending + [
                envFiles.definition, agentEnvironment.definition,
                gitCloneOptions.definition, roles.definition, taskSizes.definition, escalation.definition, purposes.definition,
                scarcity.definition, review.definition,
                promotion.definition, push.definition,
                keepWorktrees.definition, sparseCheckout.definition, minimumFreeDiskMb.definition, maxWorkspaceMb.definition,
                maxOutputMb.definition,
                memoryLimitMb.definition, processLimit.definition,
                maxFileSizeMb.definition, cpuWeight.definition, claudeExecutable.definition,
                schemaReference.definition,
            ]
    }

    /// The options as a markdown table for the documentation.
    package static var markdownTable: String {
        let head = ["| Option | Type | Default | Description |", "|--------|------|---------|-------------|"]
        return (head + SettingDefinition.markdownRows(of: Settings.definitions)).joined(separator: "\n") + "\n"
    }
}
