import Agents
import ConfigurationFiles
import FoundationEssentials
import Git
import Glibc
import Journal
import Merging
import Observability
import Orchestration
import Processes

/// A run that merges branches which people bring, and nothing else: the same queue, gate, receipts and journal, without a company.
package struct BranchMerge: Sendable {
    package struct Order: Sendable {
        /// As the person named it: a URL or a path.
        package var repository: String
        /// What a relative path starts from.
        package var currentFolder: String
        package var target: String
        package var branches: [String]
        /// `nil` verifies nothing.
        package var verifyCommand: String?
        package var verifyTimeoutMinutes: Int
        /// Gates at once; `nil` for as many as the machine carries.
        package var gateSlots: Int?
        /// What one gate run needs: cores, and MiB of memory.
        package var gateCores = OrchestratorConfiguration.usualGateCores
        package var gateMemoryMb = OrchestratorConfiguration.usualGateMemoryMb
        package var gateCache = GateCachePolicy.verified
        /// What gates find in their environment, and the files that are placed for them, by path.
        var agentEnvironment: [String: String] = [:]
        var environmentFiles: [String: [UInt8]] = [:]
        /// What no log shows.
        var secrets: [Observability.Secret] = []
        /// Bytes that a gate may write.
        var maximumOutput: Int64 = 1 << 30
        var limits = ResourceLimits(memory: 0, processes: 0, fileSize: 0, cpuWeight: 0)
        /// Whether origin gets the result.
        package var push: Bool
        /// Whether it has to be known beforehand that origin would take the result, also where it is not to get it.
        package var needsPush: Bool
        /// Whether nobody gets the result.
        package var isRehearsal = false

        package init(
            repository: String, currentFolder: String, target: String, branches: [String], verifyCommand: String?,
            verifyTimeoutMinutes: Int, gateSlots: Int?, push: Bool
        ) {
            self.repository = repository
            self.currentFolder = currentFolder
            self.target = target
            self.branches = branches
            self.verifyCommand = verifyCommand
            self.verifyTimeoutMinutes = verifyTimeoutMinutes
            self.gateSlots = gateSlots
            self.push = push
            needsPush = push
        }
    }

    package var order: Order
    package var workspace: Workspace
    /// Whether the workspace is one of `cco merge` alone, and not one that somebody has named.
    package var ownsWorkspace: Bool
    package var environment: [String: String]
    /// Path of `cco-shim`.
    package var shim: String
    package var version: String

    package init(
        order: Order, workspace: Workspace, ownsWorkspace: Bool, environment: [String: String], shim: String, version: String
    ) {
        self.order = order
        self.workspace = workspace
        self.ownsWorkspace = ownsWorkspace
        self.environment = environment
        self.shim = shim
        self.version = version
    }

    /// Looks at the repository and makes a run of the order. Nothing has moved yet.
    ///
    /// A run that was killed is given up: what it had landed has landed, the rest is merged anew.
    /// - Throws: `WorkspaceError`, `GitError`, `BranchMergeError`, `PreflightError`, `JournalError`, `TreeRemoval.Failure`.
    package func open(progress: @escaping @Sendable (EventLine) -> Void) async throws -> RunHost {
        let lock = try workspace.lock()
        try workspace.prepare()
        let clock = SystemClock()
        let notices = try await FormerMerges(workspace: workspace, isOwn: ownsWorkspace).giveUp()
        let now = clock.now()
        let folder = RunFolder(workspace: workspace, id: ID("\(TimestampFormat.folderName(now))-\(getpid())"))
        try PrivateFiles.makeFolder(folder.path)
        do {
            let resources = try resources(folder, clock: clock)
            let settings = try await settings(resources)
            let (events, run) = Decider.begin(id: folder.id, settings: settings, seed: UInt64.random(in: .min ... .max), at: now)
            let journal = try Journal(folder: folder.path, identity: JournalIdentity(run: folder.id.name, created: now, version: version))
            _ = try journal.append(events.map { try EventRecord.encode($0, at: now) })
            try workspace.setCurrent(folder.id)
            let repositories = Repositories(resources: resources, lastKnown: [:])
            let narrator = Narrator(resources: resources, journal: journal, run: run, progress: progress)
            let executor = Executor(resources: resources, repositories: repositories)
            let engine = Engine(run: run, journal: journal, carrier: executor, clock: clock, observer: narrator)
            return RunHost(
                engine: engine, folder: folder, log: resources.log, isResumed: false, notices: notices, journal: journal,
                settings: settings,
                lock: lock, narrator: narrator, notifier: nil, redactor: resources.redactor, executor: executor, clock: clock)
        } catch {
            // What it has met is what a person has to know; what stays here, the next merge removes.
            try? await folder.remove()
            throw error
        }
    }

    /// Takes away what an ended run has left, but for its log.
    ///
    /// - Throws: `TreeRemoval.Failure` for what cannot be removed.
    package static func remove(_ folder: RunFolder) async throws { try await folder.remove() }

    private func settings(_ resources: RunResources) async throws -> RunSettings {
        let hub = try await HubRepository.createOrOpen(
            at: resources.folder.hub, origin: resources.origin, git: resources.git, cloneOptions: resources.cloneOptions)
        let present = try await hub.originSummary().branches
        for branch in [order.target] + order.branches where present[branch] == nil {
            throw BranchMergeError.missing(branch: branch, present: present.keys.sorted())
        }
        var seen: Set<String> = [order.target]
        for branch in order.branches where !seen.insert(branch).inserted { throw BranchMergeError.twice(branch: branch) }
        if order.needsPush {
            switch try await hub.pushDryRun(branch: order.target) {
            case .ready: break
            case .checkedOut(let path, _): throw BranchMergeError.checkedOut(branch: order.target, path: path)
            case .occupied(let path, let work): throw BranchMergeError.occupied(branch: order.target, path: path, by: work)
            case .refused(let reason): throw BranchMergeError.refused(branch: order.target, reason: reason)
            case .unreachable(let reason): throw PublicationError.unreachable(reason)
            }
        }
        let heads = try await hub.fetchOrigin(branches: order.branches)
        let offers = zip(order.branches, heads).map { BranchOffer(name: $0, head: $1) }
        let slots = GateSlots(explicit: order.gateSlots, cores: order.gateCores, memory: order.gateMemoryMb, machine: .present)
        var settings = RunSettings(
            repository: resources.origin.redacted, branch: order.target, targetBranch: order.target, workerCount: 0,
            engineerManagerGroupSize: 1, maxRunMinutes: 1_000_000, maxBudgetUsd: nil, taskTimeoutMinutes: 60, review: .none,
            promotion: .auto, push: order.push, maxTaskAttempts: 1, verifyCommand: order.verifyCommand,
            verifyTimeoutMinutes: order.verifyTimeoutMinutes, gateSlots: slots.number, credentials: [])
        settings.gateSlotsReason = slots.reason
        settings.branches = offers
        if order.isRehearsal { settings.isRehearsal = true }
        return settings
    }

    /// Nothing here knows a credential, and no agent is started.
    private func resources(_ folder: RunFolder, clock: SystemClock) throws -> RunResources {
        let redactor = Redactor(secrets: order.secrets)
        let logFolder = "\(workspace.path)/logs/\(folder.id)"
        try PrivateFiles.makeFolder(logFolder)
        return RunResources(
            folder: folder, origin: try RemoteURL(order.repository, relativeTo: order.currentFolder), cloneOptions: try CloneOptions([]),
            git: Git(environment: environment), launcher: ShimLauncher(shimExecutable: shim),
            backend: ClaudeCodeBackend(executable: "", runsAsRoot: false), prompts: try PromptLibrary(overrides: [:]),
            parentEnvironment: environment, agentEnvironment: order.agentEnvironment, credentials: [:], claudeConfiguration: nil,
            models: ModelChoice(), environmentFiles: order.environmentFiles, rules: IntegrationRules(forbiddenNames: [], secrets: []),
            directionFallback: nil, usesSubmodules: true,
            keepsWorktrees: false, gateCache: order.gateCache,
            disk: DiskSpace(path: workspace.path, minimumFree: 64 << 20, maximumUse: nil),
            maximumOutput: order.maximumOutput, limits: order.limits,
            progressLimits: TurnProgress.Limits(silenceMinutes: 60, toolMinutes: 60),
            log: try RunLog(folder: logFolder, redactor: redactor, clock: { clock.now() }), redactor: redactor, clock: clock)
    }
}

/// Why branches cannot be merged at all.
package enum BranchMergeError: Error, CustomStringConvertible, Equatable {
    case missing(branch: String, present: [String])
    case twice(branch: String)
    case checkedOut(branch: String, path: String)
    case occupied(branch: String, path: String, by: UnfinishedWork)
    case refused(branch: String, reason: String)
    case holdsAgents(workspace: String, run: String)
    case unreadable(run: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let branch, let present) where present.isEmpty:
            "the repository has no commit yet on any branch, and so no branch \"\(branch)\". Make a first commit there, or push one to it."
        case .missing(let branch, let present):
            "the repository has no branch \"\(branch)\"; it has \(present.prefix(10).joined(separator: ", "))\(present.count > 10 ? " and more" : "")"
        case .twice(let branch):
            "\"\(branch)\" is named twice, or is the target itself; name each branch once"
        case .checkedOut(let branch, let path):
            "\(path) has \(branch) checked out, which git does not let anybody push to. Check another branch out there (git switch --detach), or use --no-push and fetch the result."
        case .occupied(let branch, let path, let work):
            "\(path) is in the midst of a \(work.rawValue) of \(branch), and git does not let anybody push to it meanwhile. "
                + "End that there (\(work.endings)) and check another branch out (git switch --detach), or use --no-push and fetch the "
                + "result."
        case .refused(let branch, let reason):
            "the repository does not let you push to \(branch): \(reason). Get the right to push, or use --no-push and fetch the result."
        case .holdsAgents(let workspace, let run):
            "\(workspace) holds \(run), a run of agents. Leave --workspace out, or choose an empty or new folder. Nothing was changed."
        case .unreadable(let run, let reason):
            "\(run) cannot be read: \(reason). It may be somebody's work. Leave --workspace out, or choose an empty or new folder. Nothing was changed."
        }
    }
}
