import Orchestration
import Testing

@testable import Git

/// What an agent plants in the places it can write must not run when cco works there.
@Suite struct HostileAgentTests {
    @Test("planted configuration, hooks, filters, submodules and a swapped .git file run nothing")
    func nothingRuns() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            let marker = test.folder + "/ran"
            let evil = test.folder + "/evil"
            try test.write("evil", "#!/bin/sh\necho \"$0 $*\" >> \(marker)\ncat\n", in: test.folder)
            try await test.shell("chmod +x evil")
            let settings = """
                [core]
                \tfsmonitor = \(evil)
                \tpager = \(evil)
                \teditor = \(evil)
                \tsshCommand = \(evil)
                \thooksPath = \(test.folder)/hooks
                [diff]
                \texternal = \(evil)
                [diff "evil"]
                \ttextconv = \(evil)
                \tcommand = \(evil)
                [filter "evil"]
                \tclean = \(evil)
                \tsmudge = \(evil)
                \tprocess = \(evil)
                \trequired = true
                [merge "evil"]
                \tdriver = \(evil)
                [uploadpack]
                \tpackObjectsHook = \(evil)
                [alias]
                \tadd = !\(evil)
                """
            try test.write("settings", settings, in: test.folder)
            try await test.shell(
                """
                mkdir -p hooks
                for hook in post-checkout pre-commit post-commit reference-transaction post-index-change pre-push update post-merge; do
                    cp evil hooks/$hook
                done
                cd \(agent.worktreePath)
                echo '* filter=evil diff=evil merge=evil' > .gitattributes
                git init -q sub && cd sub && echo s > s && git add s && git commit -qm s && cd ..
                git add . 2> /dev/null && git commit -qm work
                echo t > sub/s; echo more >> readme.txt; echo '* filter=evil' > sub/.gitattributes
                cat \(test.folder)/settings >> sub/.git/config; cp -r \(test.folder)/hooks/* sub/.git/hooks/
                common=$(git rev-parse --git-common-dir); own=$(git rev-parse --git-dir)
                cat \(test.folder)/settings >> $common/config; cat \(test.folder)/settings > $own/config.worktree
                mkdir -p $common/hooks $common/info; cp \(test.folder)/hooks/* $common/hooks/
                echo '* filter=evil' > $common/info/attributes
                cp -r $common \(test.folder)/planted.git
                echo 'gitdir: \(test.folder)/planted.git' > .git
                """)
            try await agent.saveUncommitted(message: "s", author: agent.identity, date: 2)
            _ = try #require(try await agent.harvest("task", into: "refs/cco/work/task"))
            let work = try #require(try await hub.resolve("refs/cco/work/task"))
            try await agent.checkOut(branch: "other", at: tip, date: 3)
            try await agent.checkOut(branch: "task", at: tip, date: 4)
            try await agent.detach(at: tip, date: 5)
            try await agent.repair()
            let theirs = try await test.change(hub, tip, ["readme.txt": "x\n".bytes])
            _ = try await hub.mergeTree(work, theirs)
            _ = try await hub.diff(from: tip, to: work, limit: 10_000)
            _ = try await hub.addedContentContains(anyOf: ["nope".bytes], from: tip, to: work)
            _ = try await hub.push(work, toBranch: "main", alsoNotes: false)
            #expect(try test.read("ran", in: test.folder) == nil)
            // The trap itself works: plain git in the planted repository springs it.
            _ = try? await test.shell("git --git-dir=planted.git --work-tree=\(agent.worktreePath) status")
            #expect(try test.read("ran", in: test.folder) != nil)
        }
    }

    @Test("linked refs are not followed, and folders swapped for links lead nowhere")
    func links() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try test.write("outside/id", tip.hex + "\n", in: test.folder)
            try await test.shell(
                """
                cd \(agent.gitDirectory)
                ln -s \(test.folder)/outside/id refs/heads/linked
                ln -s \(test.folder)/outside refs/heads/folder
                ln -sf \(test.folder)/outside/config config
                rm -rf objects/info worktrees; ln -s \(test.folder)/outside objects/info; ln -s \(test.folder)/outside worktrees
                rm -rf \(agent.worktreePath); ln -s \(test.folder)/outside \(agent.worktreePath)
                """)
            #expect(try agent.tip("linked") == nil)
            #expect(try agent.tip("folder/id") == nil)
            #expect(try await agent.repair().contains(.worktreeFilled(path: agent.worktreePath, commit: tip)))
            #expect(try FolderHandle(path: test.folder + "/outside").names() == ["id"])
            #expect(try test.read("readme.txt", in: agent.worktreePath) == "one\ntwo\nthree\n")
            try await agent.makeAvailable("refs/heads/folder/x", tip)
            #expect(try FolderHandle(path: test.folder + "/outside").names() == ["id"])
        }
    }

    @Test("malformed and missing objects do not get into the hub")
    func badObjects() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try await test.shell(
                """
                blob=$(echo x | git hash-object -w --stdin)
                tree=$(printf '100644 blob %s\\t.git\\n' $blob | git mktree)
                git update-ref refs/heads/bad $(git commit-tree -m bad -p HEAD $tree)
                git checkout -q -b holes; echo y > y; git add y; git commit -qm y
                object=$(git rev-parse HEAD:y | sed 's,^..,&/,'); rm -f $(git rev-parse --git-common-dir)/objects/$object
                """, in: agent.worktreePath)
            await #expect(throws: GitError.self) { try await agent.harvest("bad", into: "refs/cco/work/bad") }
            await #expect(throws: GitError.self) { try await agent.harvest("holes", into: "refs/cco/work/holes") }
            #expect(try await hub.listRefs("refs/cco/work/").isEmpty)
            #expect(try await hub.resolve("refs/cco/origin/main") == tip)
        }
    }

    @Test("submodules stay empty until asked for, and an agent's own addresses are not followed")
    func submodules() async throws {
        try await TemporaryRepository.with { test in
            try await test.shell(
                """
                git init -q library; cd library; echo l > l; git add l; git commit -qm l; cd ../seed
                git -c protocol.file.allow=always submodule --quiet add \(test.folder)/library lib
                """)
            let tip = try await test.commit([:], "with a submodule")
            let hub = try await test.hub()
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            #expect(try FolderHandle(path: agent.worktreePath + "/lib").names().isEmpty)
            await #expect(throws: GitError.self) { try await agent.updateSubmodules(trusting: tip) }
            try await test.run("config", "--global", "protocol.file.allow", "always")
            try await agent.updateSubmodules(trusting: tip)
            #expect(try test.read("lib/l", in: agent.worktreePath) == "l\n")
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
            try await agent.checkOut(branch: "second", at: tip, date: 2)
            try await agent.updateSubmodules(trusting: tip)
            #expect(try agent.tip("task") == tip)
            try await test.shell("git config -f .gitmodules submodule.lib.url /elsewhere; git commit -qam changed", in: agent.worktreePath)
            await #expect { try await agent.updateSubmodules(trusting: tip) } throws: { ($0 as? GitError)?.kind == .invalidInput }
        }
    }
}
