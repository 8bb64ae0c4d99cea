import Orchestration
import Processes
import Testing

@testable import Git

/// What an agent can break in the places that it can write: cco's next checkout works, what is not destroyed is not lost, and nothing of
/// it reaches the hub.
@Suite struct DamagedAgentTests {
    /// One thing an agent does; `$common`, `$own` and `$tree` are its git directory, the worktree's part of it and the worktree.
    struct Damage: Sendable, CustomTestStringConvertible {
        var name: String
        var script: String
        /// Whether its second commit is still there to be had.
        var keepsCommits = true
        /// Whether the uncommitted line is.
        var keepsFiles = true

        var testDescription: String { name }
    }

    static let damages = [
        Damage(name: "the worktree is deleted", script: "rm -rf $tree", keepsFiles: false),
        Damage(name: "the worktree is a file", script: "rm -rf $tree; echo x > $tree", keepsFiles: false),
        Damage(name: "the .git file is deleted", script: "rm $tree/.git"),
        Damage(name: "the .git file is garbage", script: "head -c 5000 /dev/urandom > $tree/.git"),
        Damage(name: "the .git file is a repository", script: "rm $tree/.git; git init -q $tree"),
        Damage(name: "HEAD is deleted", script: "rm $own/HEAD"),
        Damage(name: "HEAD is garbage", script: "head -c 500 /dev/urandom > $own/HEAD; head -c 500 /dev/urandom > $common/HEAD"),
        Damage(name: "HEAD names itself", script: "echo 'ref: HEAD' > $own/HEAD"),
        Damage(name: "the index is garbage", script: "head -c 500 /dev/urandom > $own/index"),
        Damage(name: "the index is deleted", script: "rm $own/index"),
        Damage(name: "the configuration is poison", script: "printf '[core\\n\\tbare = maybe' > $common/config"),
        Damage(name: "the alternates are gone", script: "rm $common/objects/info/alternates"),
        Damage(name: "the alternates are a loop", script: "echo $common/objects > $common/objects/info/alternates"),
        Damage(name: "the worktree's part is gone", script: "rm -rf $common/worktrees"),
        Damage(name: "packed refs are garbage", script: "head -c 900 /dev/urandom > $common/packed-refs"),
        Damage(name: "a folder is in the ref's place", script: "id=$(git rev-parse HEAD); git branch -m x; git branch task/below $id"),
        Damage(
            name: "locks are everywhere",
            script: "touch $common/config.lock $own/index.lock $own/HEAD.lock; mkdir $common/refs/heads/task.lock"),
        Damage(name: "the branch's file is empty", script: ": > $common/refs/heads/task"),
        Damage(name: "the refs are deleted", script: "rm -rf $common/refs $common/packed-refs"),
        Damage(
            name: "refs and reflogs are deleted", script: "rm -rf $common/refs $common/packed-refs $common/logs $own/logs",
            keepsCommits: false),
        Damage(name: "the objects are deleted", script: "rm -rf $common/objects", keepsCommits: false),
        Damage(
            name: "the objects are garbage",
            script: "chmod -R u+w $common/objects; find $common/objects -type f -path '*/??/*' -exec sh -c 'echo garbage > $1' _ {} \\;",
            keepsCommits: false),
        Damage(
            name: "the objects are empty files",
            script: "chmod -R u+w $common/objects; find $common/objects -type f -path '*/??/*' -exec sh -c ': > $1' _ {} \\;",
            keepsCommits: false),
        Damage(
            name: "a pack is damaged",
            script:
                "git gc -q; chmod -R u+w $common/objects; for f in $common/objects/pack/*.pack; do printf garbage | dd of=$f bs=1 seek=20 conv=notrunc status=none; done",
            keepsCommits: false),
        Damage(name: "the git directory is deleted", script: "rm -rf $common", keepsCommits: false),
        Damage(name: "everything is deleted", script: "rm -rf $common $tree", keepsCommits: false, keepsFiles: false),
        Damage(name: "the git directory is a link to the hub", script: "rm -rf $common; ln -s $hub $common", keepsCommits: false),
        Damage(
            name: "the objects are a link to the hub's", script: "rm -rf $common/objects; ln -s $hub/objects $common/objects",
            keepsCommits: false),
        Damage(name: "the refs are a link to the hub's", script: "rm -rf $common/refs; ln -s $hub/refs $common/refs"),
    ]

    @Test("a damaged worktree is rebuilt, what can be saved is saved, and the hub is untouched", arguments: damages)
    func damaged(_ damage: Damage) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try await test.shell("echo one > one; git add one; git commit -qm one", in: agent.worktreePath)
            let harvested = try #require(try await agent.harvest("task", into: "refs/cco/work/task"))
            try await test.shell("echo two > two; git add two; git commit -qm two; echo loose > loose", in: agent.worktreePath)
            let refs = try await refs(hub, test)
            // Written from a folder outside, because the worktree itself may go.
            let paths =
                "common=\(agent.gitDirectory) own=\(agent.gitDirectory)/worktrees/tree tree=\(agent.worktreePath) hub=\(hub.path)\n"
            try await test.shell(paths + "export GIT_DIR=$own GIT_WORK_TREE=$tree\n" + damage.script)

            let findings = try await agent.repair()
            #expect(try await self.refs(hub, test) == refs)
            try await agent.checkOut(branch: "task", at: harvested, date: 2)
            let head = try #require(try await agent.harvest("task", into: "refs/cco/work/after"))
            #expect(try await hub.isAncestor(harvested, of: head))
            let saved = try await self.saved(agent, hub)
            #expect(saved.contains("one"))
            #expect(saved.contains("two") == (damage.keepsCommits || damage.keepsFiles), "\(saved) \(findings)")
            #expect(saved.contains("loose") == damage.keepsFiles, "\(saved) \(findings)")
            // The agent can go on, and so can everybody else.
            try await test.shell("git status -s; echo three > three; git add three; git commit -qm three", in: agent.worktreePath)
            let next = try #require(try await agent.harvest("task", into: "refs/cco/work/after"))
            #expect(try await hub.isAncestor(harvested, of: next))
            try await test.run("fsck", "--no-dangling", "--no-reflogs", in: agent.worktreePath)
            try await hub.fsck()
            let now = try await self.refs(hub, test)
            #expect(refs.allSatisfy { now[$0.key] == $0.value })
            #expect(now.keys.filter { refs[$0] == nil && !$0.hasPrefix("refs/cco/work/after") && !$0.hasPrefix("refs/cco/kept/") }.isEmpty)
            #expect(try await agent.repair().isEmpty)
            try await agent.remove(keepingAs: "gone", date: 3)
        }
    }

    /// The files in all that the agent's repository has under some ref.
    private func saved(_ agent: AgentRepository, _ hub: HubRepository) async throws -> Set<String> {
        var paths: Set<String> = []
        for (name, id) in try AgentRefs(gitDirectory: agent.gitDirectory).all() where !name.hasPrefix("refs/cco/") {
            let output = try? await agent.git.run(["ls-tree", "--name-only", id.hex], at: agent.control).outputText
            paths.formUnion(output?.split(separator: "\n").map(String.init) ?? [])
        }
        return paths
    }

    private func refs(_ hub: HubRepository, _ test: TemporaryRepository) async throws -> [String: String] {
        let listing = try await test.run("--git-dir=\(hub.path)", "for-each-ref", "--format=%(refname) %(objectname)")
        return Dictionary(
            uniqueKeysWithValues: listing.split(separator: "\n").map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), String(parts[1]))
            })
    }

    @Test("of a branch whose newest commit is destroyed, the newest whole one is kept, not the last that the hub has")
    func newestWhole() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            for number in 1...3 {
                try await test.shell("echo \(number) > f\(number); git add .; git commit -qm \(number)", in: agent.worktreePath)
            }
            let second = try await test.head(agent.worktreePath, "HEAD~1")
            let third = try await test.head(agent.worktreePath)
            try await test.shell(
                "object=$(git rev-parse HEAD:f3 | sed 's,^..,&/,'); rm -f \(agent.gitDirectory)/objects/$object", in: agent.worktreePath)
            #expect(try await agent.repair() == [.branchReset(branch: "task", from: third, to: second)])
            let saved = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 2))
            #expect(try await agent.harvest("task", into: "refs/cco/work/task") == saved)
            #expect(try await hub.changedPaths(from: second, to: saved).map(\.path) == ["f3"])
            #expect(try await hub.isAncestor(second, of: saved))
        }
    }

    @Test("what a machine short of memory cannot read is not taken for destroyed: the branch stays where it is")
    func shortOfMemory() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let script = """
                #!/bin/sh
                case " $* " in *' pack-objects '*) echo 'fatal: Out of memory, malloc failed (tried to allocate 65536 bytes)' >&2; exit 128;; esac
                exec git "$@"

                """
            try FolderHandle(path: test.folder).write("short-git", Array(script.utf8), mode: 0o755)
            let short = HubRepository(
                path: hub.path, origin: hub.origin, git: Git(executable: test.folder + "/short-git", environment: test.environment),
                cloneOptions: CloneOptions(), objectFormat: hub.objectFormat)
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try await test.shell("echo 1 > f; git add .; git commit -qm work", in: agent.worktreePath)
            let work = try await test.head(agent.worktreePath)
            let starved = try test.agent("a", short)
            await #expect(throws: GitError.Kind.outOfResources) { try await kindOfFailure { try await starved.repair() } }
            #expect(try agent.tip("task") == work)
            #expect(try await agent.repair().isEmpty)
            #expect(try await agent.harvest("task", into: "refs/cco/work/task") == work)
            await short.endSessions()
        }
    }

    @Test("a removal that was interrupted is finished, and what came to its place later is not taken for removed")
    func interruptedRemoval() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try await test.shell("touch \(agent.directory)/\(AgentRepository.removalMark); rm -rf \(agent.gitDirectory)/objects")
            let again = try test.agent("a", hub)
            try await again.checkOut(branch: "task", at: tip, date: 2)
            try await test.shell("echo x > x; git add x; git commit -qm x", in: again.worktreePath)
            let head = try await test.head(again.worktreePath)
            #expect(Set(try await again.repair()) == [.removalFinished(path: again.worktreePath), .removalFinished(path: again.directory)])
            #expect(try await test.head(again.worktreePath) == head)
            await #expect { try await again.remove(keepingAs: nil, date: 3) } throws: { ($0 as? GitError)?.kind == .wouldLoseWork }
            try await again.remove(keepingAs: "a", date: 4)
            #expect(try await hub.reaches(head))
            #expect(try FolderHandle(path: test.folder + "/run/agents").names().isEmpty)
        }
    }
}
