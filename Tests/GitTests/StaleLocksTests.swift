import Glibc
import Orchestration
import Processes
import Testing

@testable import Git

@Suite struct StaleLocksTests {
    private static let locks = [
        "HEAD.lock", "config.lock", "gc.pid", "index.lock", "objects/info/commit-graphs/commit-graph-chain.lock",
        "objects/pack/multi-pack-index.lock", "packed-refs.lock", "refs/cco/origin/main.lock", "refs/heads/deep/er/x.lock", "shallow.lock",
    ]
    private static let temporaries = [
        "fast_import_crash_7", "objects/ab/tmp_obj_x", "objects/info/packs_x", "objects/pack/.tmp-7-pack-x.pack", "objects/pack/tmp_idx_x",
        "objects/pack/tmp_pack_x", "packed-refs.new", ".cco-new-7",
    ]

    private func withHub(_ body: (TemporaryRepository, HubRepository, StaleLocks) async throws -> Void) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            // One that is just ending by itself is a living git like any other.
            await hub.endSessions()
            try await body(test, hub, StaleLocks(places: [.init(path: hub.path)]))
        }
    }

    private func plant(_ paths: [String], _ test: TemporaryRepository, _ hub: HubRepository) async throws {
        try await test.shell(paths.map { "mkdir -p $(dirname \($0)); echo x > \($0)" }.joined(separator: "\n"), in: hub.path)
    }

    @Test("every kind of lock and half-written file is found and removed once nobody can own it; nothing else is touched")
    func removed() async throws {
        try await withHub { test, hub, stale async throws in
            #expect(try stale.clear().isEmpty)
            let before = try await test.shell("find . -type f | sort", in: hub.path)
            try await plant(Self.locks + Self.temporaries, test, hub)
            try await test.shell(
                """
                echo "fetch-pack 7 on host" > objects/pack/pack-x.keep; mkdir -p objects/cd
                : > objects/cd/00000000000000000000000000000000000000
                """, in: hub.path)
            let cleared = try stale.clear()
            #expect(cleared.allSatisfy { $0.outcome == .removed })
            func paths(_ kind: Leftover.Kind) -> [String] {
                cleared.filter { $0.kind == kind }.map { String($0.path.dropFirst(hub.path.count + 1)) }.sorted()
            }
            #expect(paths(.lock) == Self.locks.sorted())
            #expect(paths(.temporary) == Self.temporaries.sorted())
            #expect(paths(.keepMark) == ["objects/pack/pack-x.keep"])
            #expect(paths(.emptyObject) == ["objects/cd/00000000000000000000000000000000000000"])
            #expect(try await test.shell("find . -type f | sort", in: hub.path) == before)
        }
    }

    @Test("a lock stays while a git process works on the repository, whoever started it, and goes once that has ended")
    func living() async throws {
        try await withHub { test, hub, stale async throws in
            try await plant(["packed-refs.lock"], test, hub)
            var git: LivingGit? = try await LivingGit(at: hub.path, in: test, isMarked: false)
            let identity = try #require(try git?.identity)
            #expect(try stale.clear().map(\.outcome) == [.keptForLiving([identity.pid])])
            // A process of another repository is nobody's owner here.
            try await test.run("init", "-q", "--bare", test.folder + "/other.git")
            let other = try await LivingGit(at: test.folder + "/other.git", in: test, isMarked: false)
            git = nil
            try await identity.untilEnded()
            #expect(try stale.clear().map(\.outcome) == [.removed])
            withExtendedLifetime(other) {}
        }
    }

    @Test("a lock stays while a process has it open, and while one that the caller names lives")
    func owners() async throws {
        try await withHub { test, hub, stale async throws in
            try await plant(["config.lock"], test, hub)
            let file = open(hub.path + "/config.lock", O_RDONLY | O_CLOEXEC)
            #expect(try stale.clear().map(\.outcome) == [.keptOpen([getpid()])])
            close(file)
            let parent = try #require(try ProcessIdentity.of(pid: getppid()))
            let named = StaleLocks(places: stale.places) { [parent] }
            #expect(try named.clear().map(\.outcome) == [.keptForLiving([parent.pid])])
            let dead = ProcessIdentity(pid: parent.pid, startTime: parent.startTime + 1, bootID: parent.bootID)
            let gone = StaleLocks(places: stale.places) { [dead] }
            #expect(try gone.clear().map(\.outcome) == [.removed])
        }
    }

    @Test("a lock that is younger than the engine stays, one from before a clock was set back does not")
    func age() async throws {
        try await withHub { test, hub, _ async throws in
            let places = [StaleLocks.Place(path: hub.path)]
            try await test.shell(
                "touch -d @2000 old.lock; touch -d @3000 young.lock; touch -d '2099-01-01' future.lock", in: hub.path)
            let cleared = try StaleLocks(places: places, before: Timestamp(milliseconds: 2_500_000)).clear()
            #expect(cleared.map(\.outcome) == [.removed, .removed, .keptYounger])
            #expect(cleared.last?.path == hub.path + "/young.lock")
        }
    }

    @Test("a lock of a git that was killed does not stop the next command, and a living owner's does")
    func inPassing() async throws {
        try await withHub { test, hub, _ async throws in
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            try await plant(["refs/cco/x.lock"], test, hub)
            try await hub.setRef("refs/cco/x", to: tip)
            #expect(try await hub.resolve("refs/cco/x") == tip)
            #expect(!FolderTree.exists(hub.path + "/refs/cco/x.lock"))
            try await plant(["refs/cco/x.lock"], test, hub)
            let file = open(hub.path + "/refs/cco/x.lock", O_RDONLY | O_CLOEXEC)
            defer { close(file) }
            await #expect { try await hub.setRef("refs/cco/x", to: tip) } throws: {
                ($0 as? GitError)?.kind == .lockHeld(path: hub.path + "/refs/cco/x.lock")
            }
        }
    }

    @Test("an agent's locks stay while any program works in its worktree, and a folder in a lock's place goes like a file")
    func agent() async throws {
        try await withHub { test, hub, _ async throws in
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            let own = agent.gitDirectory + "/worktrees/tree"
            try await test.shell("touch \(own)/index.lock; mkdir -p \(agent.gitDirectory)/refs/heads/task.lock/x")
            try await test.shell("mkfifo hold pid")
            let hold = open(test.folder + "/hold", O_RDWR | O_CLOEXEC)
            let pid = try await test.shell(
                """
                (cd \(agent.worktreePath); setsid sh -c 'echo $$ > \(test.folder)/pid; exec cat' < \(test.folder)/hold > /dev/null 2>&1) &
                read pid < pid; echo $pid
                """)
            let identity = try #require(try Int32(pid).flatMap { try ProcessIdentity.of(pid: $0) })
            _ = try test.agent("a", hub)
            #expect(FolderTree.exists(own + "/index.lock"))
            #expect(try await agent.repair().allSatisfy(\.isTrouble))
            close(hold)
            try await identity.untilEnded()
            #expect(try await agent.repair().count == 2)
            #expect(!FolderTree.exists(own + "/index.lock") && !FolderTree.exists(agent.gitDirectory + "/refs/heads/task.lock"))
        }
    }
}
