import Agents
import Foundation
import Git
import Journal
import Merging
import Observability
import Processes
import Testing

@testable import Engine
@testable import Orchestration

/// What effects are carried out with for real (an origin with one commit, the run's repository, worktrees, processes under the shim), for a run
/// with one worker whose only turn plays a shell script.
struct WorkplaceFixture: Sendable {
    let folder: TemporaryFolder
    let resources: RunResources
    let repositories: Repositories
    /// The state with the turn under way.
    let run: Run

    static let turn: TurnID = ID("turn-1")
    static let task: TaskID = ID("task-1")

    /// - Parameters:
    ///   - script: what the agent does, in its worktree.
    ///   - secrets: what the configuration keeps secret.
    init(_ script: String = "exit 0", maximumOutput: Int64 = 64 << 20, secrets: [Observability.Secret] = []) async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1",
        ]
        let origin = folder.path + "/origin.git"
        let made = try await ChildCommand("git", ["init", "-q", "--bare", "-b", "main", origin], environment: environment).run()
        try #require(made.succeeded, "\(made.errorText)")
        resources = try Self.resources(folder, origin, environment, script, maximumOutput, Redactor(secrets: secrets))
        repositories = Repositories(resources: resources)
        let hub = try await repositories.hub()
        let root = try await hub.rootCommit(message: "Start", author: RunResources.identity, date: 1)
        let tree = try await hub.replacingFiles(in: root, ["readme.txt": Array("one\n".utf8)])
        let head = try await hub.commitTree(tree, parents: [], message: "Start", author: RunResources.identity, date: 1)
        try #require(try await hub.push(head, toBranch: "main", alsoNotes: false).branch == .pushed)
        try await hub.setRef("refs/heads/main", to: head)
        run = Self.run(BaseFacts(head: head, tree: tree, direction: nil))
    }

    private static func resources(
        _ folder: TemporaryFolder, _ origin: String, _ environment: [String: String], _ script: String, _ maximumOutput: Int64,
        _ redactor: Redactor
    ) throws -> RunResources {
        let workspace = Workspace(path: folder.path + "/workspace")
        try workspace.prepare()
        let log = folder.path + "/log"
        try PrivateFiles.makeFolder(log)
        let run = workspace.folder(of: ID("run-1"))
        try PrivateFiles.makeFolder(run.path)
        let clock = ManualClock()
        return RunResources(
            folder: run, origin: try RemoteURL(origin, relativeTo: folder.path), cloneOptions: CloneOptions(),
            git: Git(environment: environment), launcher: ShimLauncher(shimExecutable: try EngineFixture.shim()),
            backend: ScriptBackend(script: script), prompts: try PromptLibrary(), parentEnvironment: environment, agentEnvironment: [:],
            credentials: [ID("key-1"): CredentialEnvironment(.entriesOnly)], models: ModelChoice(), environmentFiles: [:],
            rules: IntegrationRules(forbiddenNames: [], secrets: []), usesSubmodules: false, keepsWorktrees: false,
            disk: DiskSpace(path: folder.path, minimumFree: 0, maximumUse: nil), maximumOutput: maximumOutput,
            limits: ResourceLimits(memory: 0, processes: 0, fileSize: 0, cpuWeight: 0),
            progressLimits: TurnProgress.Limits(silenceMinutes: 60, toolMinutes: 60),
            log: try RunLog(folder: log, redactor: redactor, clock: { clock.now() }), redactor: redactor, clock: clock)
    }

    private static func run(_ base: BaseFacts) -> Run {
        let team: TeamID = ID("team-1")
        let worker: AgentID = ID("worker-1")
        let begin = ManualClock.begin
        var run = Run(id: ID("run-1"), settings: EngineFixture.settings, seed: 1, at: begin)
        run.apply(.baseMoved(base), at: begin)
        run.apply(
            .taskAdded(
                TeamTask(
                    id: task, team: team, title: "Files", description: "Write a file.", acceptance: "It is there.", paths: ["."],
                    dependsOn: [], createdAt: begin)), at: begin)
        let pending = Pending(.work(task))
        run.apply(.taskBriefed(task, worker: worker, pending), at: begin)
        run.apply(
            .turnStarted(
                Turn(
                    id: turn, agent: worker, role: .worker, team: team, brief: pending.brief, session: "s-1", resumes: false,
                    carriesOn: false, credential: ID("key-1"), startPoint: base.head, startedAt: begin,
                    deadline: begin.advanced(byMilliseconds: 3_600_000))), at: begin)
        return run
    }

    /// Carries the turn out, or takes it up.
    ///
    /// - Parameter journal: keeps how far its output has been read.
    func outcome(_ journal: Journal? = nil) async throws -> TurnOutcome {
        let run = run
        let execution = TurnExecution(resources: resources, repositories: repositories, journal: journal)
        return try await execution.run(Self.turn, state: { run }, report: { _ in })
    }

    /// A file's text in a commit of the run's repository.
    func text(_ path: String, at commit: ObjectID) async throws -> String? {
        try await repositories.hub().file(at: commit, path: path, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Has a shell play the agent; whatever it says is logged, and the turn is over without a report.
private struct ScriptBackend: AgentBackend {
    let script: String

    func invocation(for order: TurnOrder) -> Invocation {
        Invocation(
            executable: "/bin/sh", arguments: ["-c", script],
            standardInput: Invocation.File(path: order.turnDirectory + "/stdin", contents: ""), files: [], environment: [:])
    }

    func reader(for order: TurnOrder) -> any TurnReading { ScriptReader() }

    func conversation(of session: String) -> [String?] { ["conversations", nil, session] }
}

/// Tells in its account how many lines it has taken, and by their digest which; words of the stored conversation stand for what was spent.
struct ScriptReader: TurnReading, Equatable {
    private var lines = 0
    private var digest: UInt64 = 0
    private var spent = 0
    var tokensSoFar: Int { 0 }
    var needsConversation: Bool { true }

    mutating func take(_ line: Data) -> Observation {
        lines += 1
        for byte in line { digest = (digest &+ UInt64(byte) &+ 1) &* 0x100_0000_01B3 }
        return Observation(activity: [String(decoding: line.prefix(60), as: UTF8.self)], progress: [.output])
    }

    mutating func take(stored line: Data) { spent += Int(String(decoding: line, as: UTF8.self)) ?? 0 }

    func conclusion(exit: AgentExit, stopped: StopCause?, errorTail: String) -> TurnConclusion {
        TurnConclusion(
            end: stopped.map { .stopped($0) } ?? .silent,
            account: TurnAccount(usage: TokenUsage(output: spent), modelTurns: lines, model: "\(digest)"), sessionExists: true)
    }
}
