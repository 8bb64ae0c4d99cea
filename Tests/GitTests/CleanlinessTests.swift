import Orchestration
import Testing

@testable import Git

@Suite struct CleanlinessTests {
    private func withAgent(
        _ body: (TemporaryRepository, HubRepository, AgentRepository, (first: ObjectID, second: ObjectID)) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            try await test.commit(["a.txt": "aaaa\n", "d/b.txt": "bbbb\n", ".gitignore": "*.o\n"], "files")
            let hub = try await test.hub()
            let first = try #require(try await hub.resolve("refs/cco/origin/main"))
            let second = try await test.change(hub, first, ["a.txt": "second\n".bytes, "e/new.txt": "new\n".bytes, "d/b.txt": nil])
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: first, date: 1)
            #expect(try agent.indexedCommit() == first)
            try await body(test, hub, agent, (first, second))
        }
    }

    @Test("a clean worktree is switched and is then exactly the other commit, for cco and for the agent")
    func switched() async throws {
        try await withAgent { test, _, agent, commits async throws in
            #expect(try await agent.isClean(at: commits.first))
            try await agent.checkOut(branch: "task-2", at: commits.second, date: 2)
            #expect(try await agent.isClean(at: commits.second))
            let files = try await test.shell("git ls-files; git status --porcelain --branch", in: agent.worktreePath)
            #expect(files == ".gitignore\na.txt\ne/new.txt\nreadme.txt\n## task-2")
            #expect(!FolderTree.exists(agent.worktreePath + "/d"))
            try await agent.checkOut(branch: "task-1", at: commits.first, date: 3)
            #expect(try test.read("d/b.txt", in: agent.worktreePath) == "bbbb\n")
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
        }
    }

    @Test(
        "whatever is unsaved is noticed, also with the times of files and folders set back",
        arguments: [
            "echo zzzz > a.txt", "echo zzzz > a.txt; touch -r readme.txt a.txt", "touch -r . stamp.o; echo x > new.txt; touch -r stamp.o .",
            "rm d/b.txt", "chmod +x a.txt", "mkdir -p q/r; echo x > q/r/s", "mv a.txt c.txt", "rm a.txt; ln -s readme.txt a.txt",
            "echo x > d/b.o; git add -f d/b.o", "echo x > staged; git add staged",
        ])
    func noticed(_ script: String) async throws {
        try await withAgent { test, hub, agent, commits async throws in
            // What git knows of the folders is from before.
            #expect(try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2) == nil)
            try await test.shell(script, in: agent.worktreePath)
            let expected = try await test.shell("git add -A; git write-tree; git reset -q", in: agent.worktreePath)
            let isForced = script.contains("add -f")
            _ = try await agent.checkOut(branch: "task-2", at: commits.second, date: 2)
            let tip = try #require(try agent.tip("task-1"))
            _ = try await agent.harvest("task-1", into: "refs/cco/work/task-1")
            // What is ignored is not saved, even where the agent's own index has it.
            #expect(isForced ? tip == commits.first : try await hub.tree(of: tip).hex == expected, "\(script)")
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
        }
    }

    @Test("an agent's commits leave the worktree clean, and the branch where they are")
    func committed() async throws {
        try await withAgent { test, hub, agent, commits async throws in
            try await test.shell("echo more >> a.txt; git commit -qam more", in: agent.worktreePath)
            let head = try await test.head(agent.worktreePath)
            for date in 2..<4 {
                #expect(try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: Int64(date)) == nil)
            }
            #expect(try agent.indexedCommit() == head)
            try await agent.checkOut(branch: "task-2", at: commits.second, date: 4)
            #expect(try agent.tip("task-1") == head)
            #expect(try test.read("a.txt", in: agent.worktreePath) == "second\n")
        }
    }

    @Test("a worktree that was lost is filled and not switched, and what is ignored does not stand in the way")
    func lost() async throws {
        try await withAgent { test, hub, agent, commits async throws in
            try await test.shell("rm -rf \(agent.worktreePath)")
            try await agent.checkOut(branch: "task-2", at: commits.second, date: 2)
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
            #expect(try test.read("readme.txt", in: agent.worktreePath) != nil)
            let third = try await test.change(hub, commits.second, ["x.o": "tracked\n".bytes])
            try test.write("x.o", "product\n", in: agent.worktreePath)
            try await agent.checkOut(branch: "task-3", at: third, date: 3)
            #expect(try test.read("x.o", in: agent.worktreePath) == "tracked\n")
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
        }
    }
}
