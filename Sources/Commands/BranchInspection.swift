import Agents
import ConfigurationFiles
import Engine
import Git
import Glibc
import Merging
import Observability
import Orchestration
import Processes

/// A private copy of what a run has published, in which nothing disturbs the engine.
struct BranchInspection: Sendable {
    let surroundings: Surroundings
    let place: Place
    let folder: TemporaryFolder
    let mirror: HubRepository
    let branch: String
    let head: ObjectID
    /// Where the run began; `nil` looks at the whole line.
    let start: ObjectID?
    /// Where the copy comes from, for people.
    let source: String
    /// The gate of the run, when its state is known.
    let gate: String?
    let run: String?

    /// Finds the run, or origin, and copies the target branch and the receipts.
    ///
    /// - Parameter named: the branch that a person wants looked at; `nil` for the run's, or where there is none the one that runs work on.
    /// - Throws: `Failure`, `ConfigurationError`, `GitError`; nothing is left behind then.
    static func prepare(place: Place, branch named: String? = nil, surroundings: Surroundings) async throws -> BranchInspection {
        let folder = try TemporaryFolder("verify", environment: surroundings.environment)
        do {
            return try await prepare(place: place, named: named, surroundings: surroundings, folder: folder)
        } catch {
            await folder.remove()
            throw error
        }
    }

    private static func prepare(
        place: Place, named: String?, surroundings: Surroundings, folder: TemporaryFolder
    ) async throws -> BranchInspection {
        let git = Git(environment: surroundings.environment)
        let newest = try await RunFacts.find(place)
        // Of another branch than its own the run's repository knows nothing.
        let facts = named == nil || named == newest?.branch ? newest : nil
        let hubPath = facts.map { place.workspace.folder(of: ID($0.run)).hub }
        let isLocal = hubPath.map { access($0 + "/HEAD", F_OK) == 0 } ?? false
        let configuration = try place.folder.orchestratorConfiguration()
        let origin: RemoteURL
        if isLocal, let hubPath {
            origin = try RemoteURL(hubPath, relativeTo: "/")
        } else {
            let effective = try configuration.verify(folder: place.folder.path, home: surroundings.home)
            origin = try RemoteURL(effective.repository.argument, relativeTo: place.folder.path)
        }
        let mirror = try await HubRepository.createOrOpen(at: folder.path + "/mirror.git", origin: origin, git: git)
        if isLocal, let hubPath { try borrow(hubPath, mirror) }
        let (branch, remark) = try await choose(facts?.branch ?? named, configuration, mirror)
        guard let head = try await mirror.fetchOrigin(branch: branch) else {
            throw Failure("\(origin) has no branch \(branch) yet: nothing has been published.", .unavailable)
        }
        let notes = HubRepository.receiptsRef
        let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "origin", "+\(notes):\(notes)"]
        let result = try await git.attempt(fetch, at: GitLocation(gitDirectory: mirror.path), reach: .origin)
        guard result.succeeded || result.errorText.contains("couldn't find remote ref") else {
            throw Failure("the receipts of \(origin) cannot be fetched: \(result.errorText.suffix(500))", .unavailable)
        }
        return BranchInspection(
            surroundings: surroundings, place: place, folder: folder, mirror: mirror, branch: branch, head: head,
            start: facts?.startedFrom.flatMap { ObjectID($0) }, source: (isLocal ? "the run's repository" : origin.redacted) + remark,
            gate: facts?.gate ?? configuration.verifyCommand, run: facts?.run)
    }

    /// The branch to look at, which is known where there is a run or a person names one, and what to say of it.
    private static func choose(
        _ known: String?, _ configuration: OrchestratorConfiguration, _ mirror: HubRepository
    ) async throws -> (name: String, remark: String) {
        if let known { return (known, "") }
        guard configuration.useRunBranch else { return (configuration.branch, "") }
        let branches = try await mirror.originSummary(knownWithin: .seconds(60)).branches.keys
        guard let newest = RunBranch.newest(of: branches) else {
            throw Failure(
                "\(mirror.origin) has no branch of a run (\(RunBranch.prefix)…) yet: nothing has been published. Another branch is looked at "
                    + "with --branch.", .unavailable)
        }
        return (newest, ", the newest of the runs' branches")
    }

    /// Objects that are on this disk already are not copied.
    private static func borrow(_ hub: String, _ mirror: HubRepository) throws {
        let path = mirror.objectsPath + "/info/alternates"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemFailure.current("open \(path)") }
        defer { close(descriptor) }
        let text = Array("\(hub)/objects\n".utf8)
        guard write(descriptor, text, text.count) == text.count else { throw SystemFailure.current("write \(path)") }
    }

    func audit(rerunning: Bool) async throws -> BranchAudit {
        let findings = try await ReceiptAudit(hub: mirror).audit(from: start, to: head, committerEmail: RunResources.identity.email)
        var audit = BranchAudit(run: run, branch: branch, head: head, source: source, findings: findings)
        if rerunning { audit.rerun = try await rerun(findings) }
        return audit
    }

    /// Runs the gate on the head once more; the newest receipt knows the command when nothing else does.
    private func rerun(_ findings: [ReceiptAudit.Finding]) async throws -> BranchAudit.Rerun {
        let noted = findings.lazy.compactMap { finding -> String? in
            if case .verified(let receipt) = finding.verdict { receipt.gate } else { nil }
        }
        guard let command = gate ?? noted.first else { throw Failure("there is no gate to run again: the run was ungated.", .ungated) }
        let effective = try place.folder.load(home: surroundings.home).configuration
        let seat = try AgentRepository.create(
            hub: mirror, directory: folder.path + "/git", worktreePath: folder.path + "/tree", identity: RunResources.identity)
        try await seat.detach(at: head, date: Int64(time(nil)))
        let files = try EnvironmentFiles.collect(
            folder: place.folder.path, paths: effective.environmentFiles, repository: effective.repository.localFolder)
        var untracked: [String: [UInt8]] = [:]
        for (name, bytes) in files.contents where try await mirror.blobID(at: head, path: name) == nil { untracked[name] = bytes }
        if !untracked.isEmpty { try await seat.placeFiles(untracked) }
        var environment = AgentEnvironment.inherited(from: surroundings.environment)
        environment.merge(effective.configuration.agentEnvironment) { _, own in own }
        environment["CI"] = "true"
        let launcher = ShimLauncher(shimExecutable: try ExecutableSearch(surroundings: surroundings).shim())
        let marker = "verify-\(getpid())/\(UInt64.random(in: .min ... .max))"
        let outputLimit = Int64(effective.configuration.maxOutputMb) << 20
        let result = try await GateRunner(launcher: launcher, environment: environment, outputLimit: outputLimit).run(
            command: command, worktree: seat.worktreePath, folder: folder.path + "/gate", marker: marker,
            timeLimitMilliseconds: Int64(effective.configuration.verifyTimeoutMinutes) * 60_000)
        switch result {
        case .green(let milliseconds):
            return BranchAudit.Rerun(command: command, isGreen: true, ending: "exit code 0", milliseconds: milliseconds)
        case .red(let excerpt, let milliseconds):
            return BranchAudit.Rerun(
                command: command, isGreen: false, ending: excerpt.ending, milliseconds: milliseconds,
                tail: try place.redactor(surroundings).redacted(excerpt.tail))
        case nil: throw Failure("the gate was interrupted and says nothing", .unexpected)
        }
    }
}

extension RepositoryLocation {
    /// The repository's folder when it is on this machine.
    var localFolder: String? { if case .local(let path) = self { path } else { nil } }
}

/// What an inspection has to know of a run.
struct RunFacts: Sendable {
    var run: String
    var branch: String
    var startedFrom: String?
    var gate: String?

    /// `nil` when there is no run in the workspace.
    static func find(_ place: Place) async throws -> RunFacts? {
        switch try await RunFinder(place: place).find() {
        case .live(let status):
            RunFacts(run: status.run, branch: status.targetBranch, startedFrom: status.startedFrom, gate: status.gate.command)
        case .standing(let run):
            RunFacts(run: run.id.name, branch: run.settings.targetBranch, startedFrom: run.startedFrom?.hex, gate: run.verifyCommand)
        case .nothing: nil
        }
    }
}
