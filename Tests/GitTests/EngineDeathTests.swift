import Glibc
import Orchestration
import Processes
import Testing

@testable import Git

/// cco itself is killed, with git or without it, in a process of its own.
@Suite struct EngineDeathTests {
    @Test(
        "cco and git killed in the same moment leave what the next start repairs",
        arguments: [RepositoryOperation.fetch, .note, .replace, .checkOut, .harvest, .remove])
    func both(_ operation: RepositoryOperation) async throws {
        try await TemporaryRepository.with { test in
            let faulty = try FaultyGit(in: test.folder, environment: test.environment)
            var stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 0, tip: try await test.head(test.seedPath))
            _ = try await stage.recover().hub.fetchOrigin(branch: "main")
            // The first round makes what the others find.
            try await operation.prepare(&stage)
            try await operation.run(stage)
            stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 1, tip: stage.tip)
            try await operation.prepare(&stage)
            try faulty.record()
            try await operation.run(stage)
            let points = try faulty.recorded()
            stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 2, tip: stage.tip)
            try await operation.prepare(&stage)
            try faulty.arm(points[points.count / 2], killsCaller: true)
            let (folder, name, tip) = (test.folder, operation.rawValue, stage.tip.hex)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, name = name as String, tip = tip as String] in
                try await Self.work(folder, name, tip)
            }
            #expect(try faulty.revive())
            let (hub, findings) = try await stage.recover()
            #expect(findings.allSatisfy { !$0.isTrouble })
            try await hub.fsck()
            try await operation.run(stage)
            try await operation.check(stage)
            #expect(try StaleLocks(places: [.init(path: hub.path)]).find().isEmpty)
            #expect(try FolderHandle(path: hub.path + "/cco-scratch").names().isEmpty)
        }
    }

    /// In the child process: nothing comes back when git takes it along.
    private static func work(_ folder: String, _ name: String, _ tip: String) async throws {
        let test = TemporaryRepository(existingIn: folder)
        let faulty = try FaultyGit(in: folder, environment: test.environment)
        guard let operation = RepositoryOperation(rawValue: name), let tip = ObjectID(tip) else { return }
        try await operation.run(RepositoryOperation.Stage(test: test, faulty: faulty, round: 2, tip: tip))
    }

    @Test("a git command that outlives its cco is ended by the next start, and never acts later")
    func lingering() async throws {
        try await TemporaryRepository.with { test in
            let faulty = try FaultyGit(in: test.folder, environment: test.environment)
            let stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 1, tip: try await test.head(test.seedPath))
            let hub = try await stage.recover().hub
            _ = try await hub.fetchOrigin(branch: "main")
            try await test.shell("mkfifo faults/never")
            try faulty.arm(KillPoint(invocation: 1, place: "linger"))
            let (folder, tip) = (test.folder, stage.tip.hex)
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, tip = tip as String] in
                let test = TemporaryRepository(existingIn: folder)
                guard let tip = ObjectID(tip) else { return }
                let faulty = try FaultyGit(in: folder, environment: test.environment)
                let stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 1, tip: tip)
                try await stage.hub().setRef("refs/heads/late", to: tip)
            }
            try faulty.revive()
            let text = try #require(try test.read("lingering", in: faulty.folder))
            let identity = try #require(try Int32(text.trimmed).flatMap { try ProcessIdentity.of(pid: $0) })
            let (again, findings) = try await stage.recover()
            #expect(!identity.isAlive)
            #expect(findings.count == 1 && findings.allSatisfy { if case .orphan(_, hasEnded: true) = $0 { true } else { false } })
            #expect(try await again.resolve("refs/heads/late") == nil)
        }
    }

    /// What cco is killed at: a system call of its own that is not carried out any more, and its occurrence.
    static let steps = [
        "making mkdirat:3", "making mkdirat:9", "making mkdirat:17", "making fchmod:1", "making fchmod:4", "making renameat:2",
        "making renameat:6", "placing fchmod:2", "placing fchmod:4", "placing renameat:3", "placing renameat:4",
    ]
    static let canAttach = KillPoint.hasTracer && (geteuid() == 0 || access("/proc/sys/kernel/yama/ptrace_scope", F_OK) != 0)

    @Test(
        "cco killed while it makes an agent's repository or places secret files leaves no secret in a commit, and the next start finishes",
        .enabled(if: EngineDeathTests.canAttach, "needs strace, and the right to attach it"), arguments: steps)
    func layout(_ step: String) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let folder = test.folder
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, step = step as String, tip = tip as ObjectID] in
                let test = TemporaryRepository(existingIn: folder)
                let hub = HubRepository(
                    path: folder + "/run/hub.git", origin: try RemoteURL(test.originPath, relativeTo: "/"), git: test.git,
                    cloneOptions: CloneOptions(), objectFormat: "sha1")
                // Files are placed in a repository that is complete; one is made where nothing is.
                let words = step.split(separator: " ").map(String.init)
                let isPlacing = words[0] == "placing"
                if isPlacing { try await test.agent("a", hub).checkOut(branch: "task", at: tip, date: 1) }
                try await Self.attachTracer(words[1], test)
                if isPlacing {
                    try await test.agent("a", hub).placeFiles([".env": "SECRET".bytes, "deep/er.env": "SECRET".bytes])
                } else {
                    _ = try test.agent("a", hub)
                }
            }
            let agent = try test.agent("a", hub)
            try await agent.repair()
            try await agent.checkOut(branch: "task", at: tip, date: 2)
            try test.write("new", "n", in: agent.worktreePath)
            let saved = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 3))
            _ = try await agent.harvest("task", into: "refs/cco/work/task")
            #expect(try await hub.changedPaths(from: tip, to: saved).map(\.path) == ["new"])
            let found = try await test.shell("find run -name '.cco-new-*'")
            #expect(found == "")
            try await hub.fsck()
        }
    }

    /// Returns when a tracer is attached to this process, which kills it at the given occurrence of a system call in one thread.
    private static func attachTracer(_ call: String, _ test: TemporaryRepository) async throws {
        let parts = call.split(separator: ":")
        let fifo = test.folder + "/attached"
        guard mkfifo(fifo, 0o600) == 0 else { throw GitError.system("mkfifo") }
        // Stays open: the tracer goes on talking, and would die of a closed pipe.
        guard open(fifo, O_RDWR | O_CLOEXEC) >= 0 else { throw GitError.system("opening \(fifo)") }
        let script = """
            setsid strace -f -o /dev/null -e trace=\(parts[0]) -e inject=\(parts[0]):signal=SIGKILL:when=\(parts[1]) -p \(getpid()) 2> \(fifo) &
            read answer < \(fifo)
            """
        try await test.shell(script)
    }
}
