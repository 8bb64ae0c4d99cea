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

extension RunHost {
    /// Takes the workspace and a run in it.
    ///
    /// Everything that can be known to be wrong before money is spent is found here: no credentials, no repository, no branch, no direction, a
    /// repository that takes no push.
    ///
    /// - Parameter progress: is given lines for a person as the run goes.
    /// - Throws: `WorkspaceError`, `CredentialPoolError`, `GitError`, `BaseError`, `RunHostError`, `JournalError`.
    package static func open(_ request: Request, progress: @escaping @Sendable (EventLine) -> Void) async throws -> RunHost {
        let configuration = request.contents.configuration
        let pool = try CredentialPool(
            mode: configuration.configuration.authMode, keys: request.contents.keys,
            usesSeveralSubscriptions: configuration.configuration.useSeveralSubscriptions, environment: request.environment)
        let lock = try request.workspace.lock()
        try request.workspace.prepare()
        let clock = SystemClock()
        let unfinished = try unfinishedRun(request.workspace)
        if request.choice == .unfinished, unfinished == nil {
            try await tidyEnded(request, pool, clock: clock)
            throw RunHostError.nothingToResume(request.workspace.path)
        }
        if let unfinished, request.choice != .new {
            return try await take(unfinished, request, pool, lock: lock, clock: clock, progress: progress)
        }
        return try await begin(request, pool, insteadOf: unfinished, lock: lock, clock: clock, progress: progress)
    }

    /// The newest run's state, read without an engine. `nil` when there is none. Only with the workspace's lock in hand.
    package static func read(_ folder: RunFolder) throws -> Run? {
        guard PrivateFiles.exists("\(folder.path)/\(Journal.fileName)") else { return nil }
        let journal = try Journal(existingIn: folder.path)
        let run = try EventRecord.replay(journal)
        try journal.close()
        return run
    }

    /// A run that has not ended, recovered from its journal, which is open.
    private struct Unfinished {
        var folder: RunFolder
        var journal: Journal
        var run: Run
        /// How many events had to be folded.
        var folded: Int64
    }

    /// An engine that died between its run's end and its own has left its socket, and what its last turns and gates had left. It may not
    /// have told of the end.
    private static func tidyEnded(_ request: Request, _ pool: CredentialPool, clock: SystemClock) async throws {
        guard let folder = try request.workspace.currentRun(), let run = try read(folder) else { return }
        let journal = try Journal(existingIn: folder.path)
        for duty in reconciliation(request, run, folder, journal).duties { _ = try await duty.reconcile() }
        if run.settings.branches == nil, PrivateFiles.exists(logFolder(request, folder.id)) {
            let resources = try Self.resources(request, folder, pool, clock: clock)
            await Narrator(resources: resources, journal: journal, run: run, told: resources.log.newestSequence) { _ in }.drain()
            resources.log.flush()
        }
        try journal.close()
    }

    private static func unfinishedRun(_ workspace: Workspace) throws -> Unfinished? {
        guard let folder = try workspace.currentRun(), PrivateFiles.exists("\(folder.path)/\(Journal.fileName)") else { return nil }
        let journal = try Journal(existingIn: folder.path)
        if let recovered = try EventRecord.recover(journal), !recovered.run.isEnded {
            if recovered.run.settings.branches != nil { throw RunHostError.holdsMerge(workspace.path) }
            return Unfinished(folder: folder, journal: journal, run: recovered.run, folded: recovered.folded)
        }
        try journal.close()
        return nil
    }

    /// Ends a run in favour of another one, and before that what its engine has left at work: nobody would ever look at it again.
    private static func abandon(_ old: Unfinished, at now: Timestamp) async throws {
        try await old.folder.endLeftovers()
        _ = try old.journal.append([try EventRecord.encode(.ended(.abandoned), at: now)])
        var run = old.run
        run.apply(.ended(.abandoned), at: now)
        _ = try TurnFolders(folder: old.folder, run: run).reconcile()
        try old.journal.close()
    }

    /// Takes an unfinished run up.
    private static func take(
        _ unfinished: Unfinished, _ request: Request, _ pool: CredentialPool, lock: FileLock, clock: SystemClock,
        progress: @escaping @Sendable (EventLine) -> Void
    ) async throws -> RunHost {
        let (folder, journal, run) = (unfinished.folder, unfinished.journal, unfinished.run)
        let resources = try Self.resources(request, folder, pool, clock: clock)
        if unfinished.folded >= RunSnapshot.interval { keepSnapshot(of: run, in: journal, log: resources.log) }
        await reconciliation(request, run, folder, journal).carryOut(log: resources.log)
        var notices: [String] = []
        let configuration = request.contents.configuration.configuration
        if configuration.workerCount != run.settings.workerCount
            || configuration.engineerManagerGroupSize != run.settings.engineerManagerGroupSize
        {
            notices.append(
                "workerCount and engineerManagerGroupSize stay as the run began (\(run.settings.workerCount) workers); they take effect with the next run"
            )
        }
        let settings = RunSettings(
            configuration, repository: run.settings.repository, targetBranch: run.settings.targetBranch, credentials: pool.slots,
            models: resources.models)
        notices += run.afterStart(with: settings).live.notices
        return try host(
            request, run, settings, journal, resources, lock: lock, clock: clock, told: resources.log.newestSequence, isResumed: true,
            notices: notices, progress: progress)
    }

    /// After an upgrade everything had to be folded; once is enough.
    private static func keepSnapshot(of run: Run, in journal: Journal, log: RunLog) {
        do {
            try journal.writeSnapshot(journal.lastSequence, try RunSnapshot(run).encoded())
        } catch {
            // It would only save time at the next start.
            log.log(source: "cco", level: .warning, message: "no snapshot of event \(journal.lastSequence): \(error)")
        }
    }

    /// Starts a new run, once everything that it needs has been seen to be there.
    ///
    /// - Parameter old: a run that has not ended, and does when this one is sure to begin.
    private static func begin(
        _ request: Request, _ pool: CredentialPool, insteadOf old: Unfinished?, lock: FileLock, clock: SystemClock,
        progress: @escaping @Sendable (EventLine) -> Void
    ) async throws -> RunHost {
        let now = clock.now()
        let folder = freeFolder(in: request.workspace, logDirectory: request.contents.configuration.logDirectory, at: now)
        let unbegun = UnbegunRuns(workspace: request.workspace, logDirectory: request.contents.configuration.logDirectory)
        var notices = try await unbegun.reconcile().map { "\(unbegun.subject): \($0)" }
        _ = try StaleSocket(path: request.workspace.socketPath).reconcile()
        let isFirst = try request.workspace.currentRun() == nil
        do {
            try PrivateFiles.makeFolder(folder.path)
            CrashPoint.runFolderMade.pass()
            let resources = try Self.resources(request, folder, pool, clock: clock)
            let preflight = Preflight(resources: resources, configuration: request.contents.configuration.configuration)
            let findings = try await preflight.check(at: now)
            let settings = RunSettings(
                request.contents.configuration.configuration, repository: resources.origin.redacted, targetBranch: findings.targetBranch,
                credentials: pool.slots, models: resources.models)
            let (events, run) = Decider.begin(id: folder.id, settings: settings, seed: UInt64.random(in: .min ... .max), at: now)
            notices += findings.notices
            let identity = JournalIdentity(run: folder.id.name, created: now, version: request.version)
            let journal = try Journal(folder: folder.path, identity: identity)
            _ = try journal.append(events.map { try EventRecord.encode($0, at: now) })
            CrashPoint.runJournaled.pass()
            if let old { try await abandon(old, at: now) }
            try request.workspace.setCurrent(folder.id)
            CrashPoint.runCurrent.pass()
            return try host(
                request, run, settings, journal, resources, hub: findings.hub, lock: lock, clock: clock, told: 0, isResumed: false,
                notices: notices, progress: progress)
        } catch {
            // Nothing has been spent and nothing has happened: leave nothing behind. What was met here is what a person has to know; what
            // stays, the next start removes.
            try? await folder.remove()
            try? PrivateFiles.remove(logFolder(request, folder.id))
            if isFirst { try? PrivateFiles.removeIfEmpty(request.workspace.path + "/runs") }
            throw error
        }
    }

    /// What is brought into line when a run is taken up whose engine has stopped or died.
    private static func reconciliation(_ request: Request, _ run: Run, _ folder: RunFolder, _ journal: Journal) -> Reconciliation {
        Reconciliation(duties: [
            UnbegunRuns(workspace: request.workspace, logDirectory: request.contents.configuration.logDirectory),
            StaleSocket(path: request.workspace.socketPath),
            StrayProcesses(folder: folder, run: run),
            TurnFolders(folder: folder, run: run),
            OutputPositions(journal: journal, run: run),
            HalfWrittenFiles(folders: [request.workspace.path, folder.path]),
        ])
    }

    private static func host(
        _ request: Request, _ run: Run, _ settings: RunSettings, _ journal: Journal, _ resources: RunResources, hub: HubRepository? = nil,
        lock: FileLock, clock: SystemClock, told: Int64?, isResumed: Bool, notices: [String],
        progress: @escaping @Sendable (EventLine) -> Void
    ) throws -> RunHost {
        let repositories = Repositories(resources: resources, opened: hub, lastKnown: run.knownRefs)
        let notifier = try Notifier.make(request, resources, journal, run)
        let narrator = Narrator(resources: resources, journal: journal, run: run, told: told, notifier: notifier, progress: progress)
        let executor = Executor(resources: resources, repositories: repositories, journal: journal)
        let engine = Engine(run: run, journal: journal, carrier: executor, clock: clock, observer: narrator)
        return RunHost(
            engine: engine, folder: resources.folder, log: resources.log, isResumed: isResumed, notices: notices, journal: journal,
            settings: settings, lock: lock, narrator: narrator, notifier: notifier, redactor: resources.redactor,
            executor: executor, clock: clock)
    }

    /// A run is named after its start; a second one within the same second gets a suffix.
    private static func freeFolder(in workspace: Workspace, logDirectory: String, at now: Timestamp) -> RunFolder {
        let name = TimestampFormat.folderName(now)
        var folder = RunFolder(workspace: workspace, id: ID(name))
        var number = 2
        while PrivateFiles.exists(folder.path) || PrivateFiles.exists("\(logDirectory)/\(folder.id)") {
            folder = RunFolder(workspace: workspace, id: ID("\(name)-\(number)"))
            number += 1
        }
        return folder
    }

    private static func logFolder(_ request: Request, _ run: RunID) -> String { "\(request.contents.configuration.logDirectory)/\(run)" }

    private static func resources(_ request: Request, _ folder: RunFolder, _ pool: CredentialPool, clock: SystemClock) throws
        -> RunResources
    {
        let effective = request.contents.configuration
        let configuration = effective.configuration
        let git = Git(environment: request.environment)
        let origin = try RemoteURL(effective.repository.argument, relativeTo: request.configuration.path)
        let files = try EnvironmentFiles.collect(
            folder: request.configuration.path, paths: effective.environmentFiles, repository: origin.localPath)
        let secrets = try ConfiguredSecrets.collect(
            request.contents, in: request.configuration, files, environment: request.environment)
        let redactor = Redactor(secrets: secrets)
        let logFolder = logFolder(request, folder.id)
        try PrivateFiles.makeFolder(logFolder)
        let overrides = try PromptOverrides.load(folder: request.configuration.promptsFolder, validNames: PromptLibrary.names)
        let direction = try PrivateFiles.text(request.configuration.path + "/" + IntegrationRules.directionFile)
        let names = Set(EnvironmentFiles.wellKnownNames).union(files.files.map(\.name))
        return RunResources(
            folder: folder, origin: origin, cloneOptions: try CloneOptions(configuration.gitCloneOptions), git: git,
            launcher: ShimLauncher(shimExecutable: request.shim),
            backend: ClaudeCodeBackend(executable: request.claude, runsAsRoot: geteuid() == 0),
            prompts: try PromptLibrary(overrides: overrides.texts),
            parentEnvironment: request.environment, agentEnvironment: configuration.agentEnvironment, credentials: pool.environments,
            claudeConfiguration: pool.usesStoredLogin ? request.environment["CLAUDE_CONFIG_DIR"] : folder.claude,
            models: ModelChoice(effective),
            environmentFiles: files.contents,
            rules: IntegrationRules(
                forbiddenNames: names,
                secrets: secrets.map(\.bytes).filter { $0.count >= Redactor.shortestSecret }),
            directionFallback: direction, usesSubmodules: true, keepsWorktrees: configuration.keepWorktrees,
            usesSparseWorktrees: configuration.sparseCheckout,
            gateCache: GateCachePolicy(configuration.gateCache),
            disk: DiskSpace(
                path: folder.workspace.path, minimumFree: Int64(configuration.minimumFreeDiskMb) << 20,
                maximumUse: configuration.maxWorkspaceMb.map { Int64($0) << 20 }), maximumOutput: Int64(configuration.maxOutputMb) << 20,
            limits: ResourceLimits(configuration),
            progressLimits: TurnProgress.Limits(
                silenceMinutes: configuration.stallTimeoutMinutes, toolMinutes: configuration.toolTimeoutMinutes,
                requestMinutes: configuration.requestTimeoutMinutes),
            log: try RunLog(folder: logFolder, redactor: redactor, clock: { clock.now() }), redactor: redactor, clock: clock)
    }
}

/// Why a run could not be taken up.
package enum RunHostError: Error, CustomStringConvertible {
    case nothingToResume(String)
    case holdsMerge(String)

    package var description: String {
        switch self {
        case .nothingToResume(let path): "there is no unfinished run in \(path); start one with `cco start`"
        case .holdsMerge(let path):
            "\(path) holds an unfinished `cco merge`; the same command finishes it. Choose another place with --workspace. Nothing was changed."
        }
    }
}
