import Glibc
import Orchestration
import Testing

@testable import Git

/// Folders without permissions. Where root runs the tests they bind nobody, so that a git that says what it would say takes its place.
@Suite struct LockedFoldersTests {
    /// An agent on `task-1`, whose git runs `script` first; `$tree` is its worktree and `$aside` a place outside it.
    private func withAgent(
        git script: String = "",
        _ body: (TemporaryRepository, HubRepository, AgentRepository, (tip: ObjectID, next: ObjectID)) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            let tip = try await test.commit(["d/b.txt": "b\n"], "files")
            let hub = try await test.hub()
            let next = try await test.change(hub, tip, ["d/b.txt": nil])
            let text = """
                #!/bin/sh
                tree=\(test.folder)/run/worktrees/a; aside=\(test.folder)/aside
                \(script)
                exec git "$@"

                """
            try FolderHandle(path: test.folder).write("other-git", Array(text.utf8), mode: 0o755)
            let other = HubRepository(
                path: hub.path, origin: hub.origin, git: Git(executable: test.folder + "/other-git", environment: test.environment),
                cloneOptions: CloneOptions(), objectFormat: hub.objectFormat)
            let agent = try test.agent("a", other)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            do {
                try await body(test, hub, agent, (tip, next))
            } catch {
                await other.endSessions()
                throw error
            }
            await other.endSessions()
        }
    }

    static let isRoot = geteuid() == 0

    @Test(
        "what lies in a folder that nobody may look into is unsaved work, and is saved",
        .enabled(if: LockedFoldersTests.isRoot, "others have real permissions"))
    func unreadable() async throws {
        let git = """
            if [ "$(stat -c %a $tree/locked 2> /dev/null)" = 0 ]; then
                case " $* " in *' status '*|*' ls-files '*|*' add '*)
                    mv $tree/locked $aside
                    git "$@"; status=$?
                    mv $aside $tree/locked
                    echo "warning: could not open directory 'locked/': Permission denied" >&2
                    exit $status
                esac
            fi
            """
        try await withAgent(git: git) { test, hub, agent, state async throws in
            #expect(try await agent.isClean(at: state.tip))
            try await test.shell("mkdir locked; echo x > locked/f; chmod 000 locked", in: agent.worktreePath)
            #expect(try await !agent.isClean(at: state.tip))
            let saved = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 2))
            _ = try await agent.harvest("task-1", into: "refs/cco/work/task-1")
            #expect(try await hub.changedPaths(from: state.tip, to: saved).map(\.path) == ["locked/f"])
            #expect(try agent.refused().isEmpty)
        }
    }

    @Test(
        "a file that git could not delete does not become part of the next task, and a checkout that failed at one is done again",
        .enabled(if: LockedFoldersTests.isRoot, "others have real permissions"),
        arguments: [
            """
            cp $tree/d/b.txt $aside
            git "$@"; status=$?
            mkdir -p $tree/d; mv $aside $tree/d/b.txt; chmod 555 $tree/d
            echo "warning: unable to unlink 'd/b.txt': Permission denied" >&2
            exit $status
            """,
            """
            echo "error: unable to unlink old 'd/b.txt': Permission denied" >&2
            exit 128
            """,
        ])
    func unwritable(_ refusal: String) async throws {
        let git = """
            if [ "$(stat -c %a $tree/d 2> /dev/null)" = 555 ]; then
            case " $* " in *' read-tree '*' -u '*)
            \(refusal)
            esac
            fi
            """
        try await withAgent(git: git) { test, _, agent, state async throws in
            try await test.shell("chmod 555 d", in: agent.worktreePath)
            try await agent.checkOut(branch: "task-2", at: state.next, date: 2)
            #expect(!FolderTree.exists(agent.worktreePath + "/d/b.txt"))
            #expect(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 3) == nil)
            #expect(try agent.tip("task-2") == state.next)
        }
    }

    @Test("a folder without permission to write does not stop a worktree from being cleaned")
    func cleaned() async throws {
        let git = """
            case " $* " in *' clean '*)
                if [ "$(stat -c %a $tree/cache 2> /dev/null)" = 555 ]; then
                    echo 'warning: failed to remove cache/f: Permission denied' >&2
                    exit 1
                fi
            esac
            """
        try await withAgent(git: git) { test, _, agent, state async throws in
            try await agent.detach(at: state.tip, date: 2)
            try await test.shell("mkdir cache; touch cache/f; chmod 555 cache", in: agent.worktreePath)
            try await agent.detach(at: state.tip, cleaningIgnored: true, date: 3)
            #expect(try FolderHandle(path: agent.worktreePath).names() == [".git", "d", "readme.txt"])
        }
    }

    @Test("the same with real permissions, which bind everybody but root", .enabled(if: !LockedFoldersTests.isRoot, "root may do anything"))
    func real() async throws {
        try await withAgent { test, hub, agent, state async throws in
            let place = agent.worktreePath
            try await test.shell("mkdir locked; echo x > locked/f; chmod 000 locked; chmod 555 d", in: place)
            try await agent.checkOut(branch: "task-2", at: state.next, date: 2)
            #expect(!FolderTree.exists(place + "/d/b.txt") && !FolderTree.exists(place + "/locked"))
            let saved = try #require(try await agent.harvest("task-1", into: "refs/cco/work/task-1"))
            #expect(try await hub.changedPaths(from: state.tip, to: saved).map(\.path) == ["locked/f"])
            try await test.shell("mkdir cache; touch cache/f; chmod 555 cache", in: place)
            try await agent.detach(at: state.next, date: 3)
            #expect(try FolderHandle(path: place).names() == [".git", "readme.txt"])
        }
    }
}
