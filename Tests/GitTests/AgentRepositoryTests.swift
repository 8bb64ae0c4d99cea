import Glibc
import Orchestration
import Testing

@testable import Git

@Suite struct AgentRepositoryTests {
    private func withAgent(
        _ body: (TemporaryRepository, HubRepository, AgentRepository, ObjectID) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            try await body(test, hub, agent, tip)
        }
    }

    @Test("an agent gets a real linked worktree in which plain git works")
    func worktree() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            #expect(try await test.run("status", "--porcelain=v1", "--branch", in: place) == "## task-1")
            #expect(
                try await test.run("worktree", "list", "--porcelain", in: place).contains(
                    "worktree \(place)\nHEAD \(tip)\nbranch refs/heads/task-1"))
            #expect(try await test.run("remote", in: place) == "")
            try test.write("new.txt", "new\n", in: place)
            try await test.run("add", ".", in: place)
            try await test.run("commit", "-qm", "work", in: place)
            try await test.run("gc", "-q", "--prune=now", in: place)
            let head = try await test.head(place)
            #expect(try agent.tip("task-1") == head)
            #expect(try await agent.harvest("task-1", into: "refs/cco/work/task-1") == head)
            #expect(try await hub.resolve("refs/cco/work/task-1") == head)
            #expect(try await agent.harvest("absent", into: "refs/cco/work/absent") == nil)
            try await hub.fsck()
            #expect(try test.agent("a", hub).tip("task-1") == head)
        }
    }

    @Test("switching tasks saves uncommitted work on the old branch, and coming back finds it")
    func switching() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try test.write("readme.txt", "edited\n", in: place)
            try test.write("ordner/ü\n.txt", "new\n", in: place)
            try test.write("build.o", "product", in: place)
            try test.write(".gitignore", "*.o\n", in: place)
            try await agent.checkOut(branch: "task-2", at: tip, date: 2)
            #expect(try test.read("readme.txt", in: place) == "one\ntwo\nthree\n")
            #expect(try test.read("ordner/ü\n.txt", in: place) == nil)
            #expect(try test.read("build.o", in: place) == "product")
            let saved = try #require(try agent.tip("task-1"))
            #expect(saved != tip)
            _ = try await agent.harvest("task-1", into: "refs/cco/work/task-1")
            #expect(try await hub.changedPaths(from: tip, to: saved).map(\.path) == [".gitignore", "ordner/ü\n.txt", "readme.txt"])
            #expect(try await agent.checkOut(branch: "task-1", at: tip, date: 3) == saved)
            #expect(try test.read("readme.txt", in: place) == "edited\n")
            #expect(try await test.run("status", "--porcelain", in: place) == "")
            #expect(try await agent.saveUncommitted(message: "x", author: agent.identity, date: 4) == nil)
        }
    }

    @Test("a person sees what the worktree holds over a branch, committed or not, and nothing is written for it")
    func changes() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try test.write("committed.txt", "committed\n", in: place)
            try await test.run("add", ".", in: place)
            try await test.run("commit", "-qm", "work", in: place)
            try test.write("readme.txt", "one\nZWEI\nthree\n", in: place)
            try test.write("folder/new.txt", "first\nlast", in: place)
            try test.write("data.bin", "\0", in: place)
            let changes = WorktreeChanges(directory: agent.directory, worktree: place, git: hub.git)
            let index = try #require(try FolderHandle(path: agent.directory + "/control.git").read("index"))
            let patch = try await changes.patch(since: tip, limit: 1 << 20)
            #expect(try FolderHandle(path: agent.directory + "/control.git").read("index") == index)
            #expect(!patch.truncated)
            for part in ["-two\n+ZWEI\n", "+++ b/committed.txt\n+committed\n", "+++ b/folder/new.txt\n+first\n+last\n", "Binary file"] {
                #expect(patch.text.contains(part), "\(part) is missing in \(patch.text)")
            }
            let short = try await changes.patch(since: tip, limit: 150)
            #expect(short.truncated && short.totalBytes > short.text.utf8.count && short.text.utf8.count <= 150)
        }
    }

    @Test("a lost checkout in the middle is not taken for work")
    func halfCheckout() async throws {
        try await withAgent { test, _, agent, tip async throws in
            try agent.setUnfilled(true)
            try test.write("readme.txt", nil, in: agent.worktreePath)
            #expect(try await agent.saveUncommitted(message: "x", author: agent.identity, date: 4) == nil)
            try await agent.checkOut(branch: "task-1", at: tip, date: 5)
            #expect(try agent.tip("task-1") == tip)
            #expect(try test.read("readme.txt", in: agent.worktreePath) == "one\ntwo\nthree\n")
        }
    }

    @Test("work on another branch of the agent's own is saved beside, and on top of the task's branch it counts")
    func ownBranches() async throws {
        try await withAgent { test, _, agent, tip async throws in
            let place = agent.worktreePath
            try await test.shell("git checkout -q -b mine; echo a > a; git add a; git commit -qm a; echo b > b", in: place)
            let saved = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 2))
            #expect(try agent.tip("task-1") == saved)
            try await agent.checkOut(branch: "task-1", at: tip, date: 3)
            try await test.shell("git checkout -q --orphan other; git commit -qm orphan; echo c > c", in: place)
            let beside = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 4))
            #expect(try agent.tip("task-1") == saved)
            #expect(try agent.tip("cco-saved/\(beside.short)") == beside)
        }
    }

    @Test("an agent killed within a merge and holding locks does not stop the next checkout")
    func interrupted() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let other = try await test.change(hub, tip, ["readme.txt": "theirs\n".bytes])
            try await agent.makeAvailable("refs/cco/target", other)
            let place = agent.worktreePath
            try await test.shell(
                """
                echo ours > readme.txt; git commit -qam ours
                git merge -q refs/cco/target || true
                dir=$(git rev-parse --git-dir); touch $dir/index.lock $dir/HEAD.lock
                common=$(git rev-parse --git-common-dir); touch $common/packed-refs.lock $common/config.lock $common/refs/heads/task-1.lock
                """, in: place)
            try await agent.checkOut(branch: "task-2", at: tip, date: 2)
            #expect(try await test.run("status", "--porcelain", "--branch", in: place) == "## task-2")
            #expect(try await test.run("status", in: place).contains("merg") == false)
            try await test.shell("echo x > x; git add x; git commit -qm x", in: place)
        }
    }

    @Test("environment files are private, never committed even when the agent un-ignores them, and never written through a link")
    func environmentFiles() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try test.write("victim", "mine", in: test.folder)
            try await test.shell("ln -s \(test.folder)/victim .env", in: place)
            try await agent.placeFiles([".env": "KEY=1".bytes, "conf/local.env": "KEY=2".bytes])
            #expect(try test.read("victim", in: test.folder) == "mine")
            #expect(try await test.shell("stat -c %a .env conf/local.env", in: place) == "600\n600")
            #expect(try await test.run("status", "--porcelain", in: place) == "")
            try test.write(".gitignore", "!.env\n!*.env\n", in: place)
            let saved = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 2))
            _ = try await agent.harvest("task-1", into: "refs/cco/work/x")
            #expect(try await hub.changedPaths(from: tip, to: saved).map(\.path) == [".gitignore"])
            try await agent.detach(at: tip, cleaningIgnored: true, date: 3)
            #expect(try test.read(".env", in: place) == "KEY=1")
            for path in ["../x", "/etc/x", "a/../../x", ".git/config", ""] {
                await #expect(throws: GitError.self) { try await agent.placeFiles([path: []]) }
            }
            await #expect { try await agent.placeFiles(["readme.txt": []]) } throws: { ($0 as? GitError)?.kind == .wouldLoseWork }
        }
    }

    @Test("a folder in the place of an environment file gives way, unless the repository tracks something in it")
    func environmentFolders() async throws {
        try await withAgent { test, _, agent, tip async throws in
            let place = agent.worktreePath
            try await agent.placeFiles([".env": "KEY=1".bytes])
            try await test.shell("rm .env; mkdir -p .env/bin; echo x > .env/bin/python; chmod -R a-w .env", in: place)
            try await agent.placeFiles([".env": "KEY=1".bytes])
            #expect(try test.read(".env", in: place) == "KEY=1")
            try await test.shell("rm .env; mkdir .env; echo x > .env/x; git add -f .env/x; git commit -qm env", in: place)
            let head = try await agent.checkOut(branch: "task-1", at: tip, date: 2)
            #expect(try await agent.tracked([".env", "none.env", "readme.txt"], at: head) == [".env", "readme.txt"])
            #expect(try await agent.tracked([".env"], at: tip).isEmpty)
            await #expect(throws: GitError.Kind.wouldLoseWork) {
                try await kindOfFailure { try await agent.placeFiles([".env": "KEY=1".bytes]) }
            }
            #expect(try test.read(".env/x", in: place) == "x\n")
        }
    }

    @Test("a gate's worktree holds exactly the commit, and keeps ignored build products unless asked")
    func detach() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let next = try await test.change(hub, tip, [".gitignore": "*.o\n".bytes])
            let gate = try test.agent("gate", hub)
            try await gate.detach(at: next, date: 1)
            try await test.shell(
                "echo x > stray; echo y > build.o; echo z > readme.txt; git init -q nested; touch nested/f", in: gate.worktreePath)
            try await gate.detach(at: next, date: 2)
            #expect(try FolderHandle(path: gate.worktreePath).names() == [".git", ".gitignore", "build.o", "readme.txt"])
            #expect(try test.read("readme.txt", in: gate.worktreePath) == "one\ntwo\nthree\n")
            try await gate.detach(at: next, cleaningIgnored: true, date: 3)
            #expect(try FolderHandle(path: gate.worktreePath).names() == [".git", ".gitignore", "readme.txt"])
            #expect(try gate.currentBranch() == nil)
        }
    }

    @Test("a deleted worktree, a deleted .git file and a deleted configuration come back, and no commit is lost")
    func repair() async throws {
        try await withAgent { test, _, agent, _ async throws in
            let place = agent.worktreePath
            try await test.shell("echo x > x; git add x; git commit -qm x", in: place)
            let head = try await test.head(place)
            try await test.shell("rm -rf \(place) \(agent.gitDirectory)/config \(agent.gitDirectory)/worktrees \(agent.gitDirectory)/info")
            #expect(try await agent.repair().contains(.worktreeFilled(path: place, commit: head)))
            #expect(try await test.head(place) == head)
            #expect(try await test.run("status", "--porcelain", "--branch", in: place) == "## task-1")
            try test.write(".git", nil, in: place)
            #expect(try await agent.repair().isEmpty)
            #expect(try await test.head(place) == head)
            try await test.shell("rm .git; git init -q; echo kept > .git/kept", in: place)
            try await agent.repair()
            #expect(try await test.head(place) == head)
            #expect(try FolderHandle(path: agent.directory).names().contains { $0.hasPrefix("set-aside-") })
        }
    }

    @Test("commits that an agent rewrote stay reachable")
    func rewritten() async throws {
        try await withAgent { test, hub, agent, _ async throws in
            try await test.shell("echo x > x; git add x; git commit -qm x", in: agent.worktreePath)
            let first = try #require(try await agent.harvest("task-1", into: "refs/cco/work/t"))
            try await test.shell("git commit -q --amend -m y", in: agent.worktreePath)
            let second = try #require(try await agent.harvest("task-1", into: "refs/cco/work/t"))
            #expect(first != second)
            #expect(try await hub.resolve("refs/cco/work/t") == second)
            #expect(try await hub.listRefs("refs/cco/kept/").map(\.id) == [first])
        }
    }

    @Test("removal refuses to lose commits, keeps them all when asked, and can be repeated")
    func removal() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            try await test.shell(
                """
                echo x > x; git add x; git commit -qm x; git branch side; echo s > x; git stash -q
                mkdir -p cache/deep; touch cache/deep/f; chmod -R a-w cache; echo cache > .gitignore
                git checkout -q --detach; git commit -q --allow-empty -m detached; echo y > y; git pack-refs --all
                """, in: agent.worktreePath)
            await #expect { try await agent.remove(keepingAs: nil, date: 2) } throws: { ($0 as? GitError)?.kind == .wouldLoseWork }
            #expect(FolderTree.exists(agent.worktreePath))
            let missing = try await agent.unharvested()
            #expect(missing.count >= 3)
            try await agent.remove(keepingAs: "agent-a", date: 3)
            #expect(!FolderTree.exists(agent.worktreePath) && !FolderTree.exists(agent.directory))
            for id in missing.values { #expect(try await hub.reaches(id)) }
            let kept = try await hub.listRefs("refs/cco/kept/agent-a/")
            #expect(kept.contains { $0.name.hasSuffix("/stash") })
            let task = try #require(kept.first { $0.name.hasSuffix("/task-1") })
            #expect(try await hub.blobID(at: task.id, path: "y") != nil)
            try await agent.remove(keepingAs: nil, date: 4)
            let clean = try test.agent("b", hub)
            try await clean.checkOut(branch: "t", at: tip, date: 1)
            try await clean.remove(keepingAs: nil, date: 2)
            #expect(!FolderTree.exists(clean.directory))
        }
    }

    @Test("twenty agents are made, work and are harvested at the same time")
    func parallel() async throws {
        try await TemporaryRepository.with { test in
            try await test.commit(Dictionary(uniqueKeysWithValues: (0..<60).map { ("d\($0 % 6)/f\($0)", "text \($0)\n") }), "files")
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        let agent = try test.agent("w\(number)", hub)
                        try await agent.checkOut(branch: "task-\(number)", at: tip, date: 1)
                        try test.write("out-\(number)", "x", in: agent.worktreePath)
                        try await test.run("add", ".", in: agent.worktreePath)
                        try await test.run("commit", "-qm", "w\(number)", in: agent.worktreePath)
                        _ = try await agent.harvest("task-\(number)", into: "refs/cco/work/task-\(number)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await Set(hub.listRefs("refs/cco/work/").map(\.id)).count == 20)
            try await hub.compact(isForced: true)
            try await hub.fsck()
        }
    }
}
