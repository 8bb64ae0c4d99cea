import Orchestration
import Testing

@testable import Git

@Suite struct SparseTests {
    private static let files = [
        "top.txt": "top\n", "src/app/main.c": "main\n", "src/app/deep/more.c": "more\n", "src/shared.h": "shared\n", "src/other/x.c": "x\n",
        "docs/a.md": "a\n", "docs/b.md": "b\n", "tools/t.sh": "t\n",
    ]

    private func withSparse(
        _ claims: [String] = ["src/app/"],
        _ body: (TemporaryRepository, HubRepository, AgentRepository, ObjectID) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            try await test.commit(Self.files, "files")
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, cone: Cone(claims: claims), date: 1)
            try await body(test, hub, agent, tip)
        }
    }

    private func files(_ test: TemporaryRepository, _ agent: AgentRepository) async throws -> [String] {
        try await test.shell("find . -type f | grep -v '^./.git$' | sed 's|^./||' | LC_ALL=C sort", in: agent.worktreePath)
            .split(separator: "\n").map(String.init)
    }

    private func harvested(_ agent: AgentRepository, _ hub: HubRepository, _ tip: ObjectID) async throws -> [String] {
        let head = try #require(try await agent.harvest("task-1", into: "refs/cco/work/task-1"))
        return try await hub.changedPaths(from: tip, to: head).map { "\($0.status) \($0.path)" }
    }

    @Test("a sparse worktree holds what is claimed and the files on the way there, and is clean for the agent's git")
    func holds() async throws {
        try await withSparse { test, _, agent, _ async throws in
            #expect(try await files(test, agent) == ["readme.txt", "src/app/deep/more.c", "src/app/main.c", "src/shared.h", "top.txt"])
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
            #expect(try await test.run("sparse-checkout", "list", in: agent.worktreePath) == "src/app")
        }
    }

    @Test("what is not there does not count as deleted, and what was done counts: edits, new files anywhere, deletions of what is held")
    func saves() async throws {
        try await withSparse { test, hub, agent, tip async throws in
            #expect(try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2) == nil)
            try test.write("src/app/main.c", "edited\n", in: agent.worktreePath)
            try test.write("src/app/deep/more.c", nil, in: agent.worktreePath)
            try test.write("docs/new.md", "new\n", in: agent.worktreePath)
            try test.write("docs/a.md", "written anew\n", in: agent.worktreePath)
            _ = try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2)
            #expect(try await harvested(agent, hub, tip) == ["M docs/a.md", "A docs/new.md", "D src/app/deep/more.c", "M src/app/main.c"])
        }
    }

    @Test("the agent widens its worktree; that is neither undone nor taken for a change, and deletions there count")
    func widened() async throws {
        try await withSparse { test, hub, agent, tip async throws in
            try await test.run("sparse-checkout", "add", "docs", in: agent.worktreePath)
            #expect(try await files(test, agent).contains("docs/b.md"))
            #expect(try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2) == nil)
            try test.write("docs/b.md", nil, in: agent.worktreePath)
            try test.write("docs/a.md", "edited\n", in: agent.worktreePath)
            try await agent.repair()
            _ = try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2)
            #expect(try await harvested(agent, hub, tip) == ["M docs/a.md", "D docs/b.md"])
            // The next turn of the task finds it as it was, the next task does not.
            try await agent.checkOut(branch: "task-1", at: tip, cone: Cone(claims: ["src/app/"]), date: 3)
            #expect(try await files(test, agent).contains("docs/a.md"))
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
            try await agent.checkOut(branch: "task-2", at: tip, cone: Cone(claims: ["tools/t.sh"]), date: 4)
            #expect(try await files(test, agent) == ["readme.txt", "tools/t.sh", "top.txt"])
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
        }
    }

    @Test("what others changed outside comes in by the agent's merge and is not undone by saving")
    func merged() async throws {
        try await withSparse { test, hub, agent, tip async throws in
            let theirs = try await test.change(hub, tip, ["docs/a.md": "theirs\n".bytes, "docs/new.md": "new\n".bytes, "tools/t.sh": nil])
            try await agent.makeAvailable("refs/cco/target", theirs)
            try await test.shell(
                "echo mine > src/app/main.c; git commit -qam mine; git merge -q --no-edit refs/cco/target; echo more >> top.txt",
                in: agent.worktreePath)
            _ = try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2)
            #expect(try await harvested(agent, hub, theirs) == ["M src/app/main.c", "M top.txt"])
        }
    }

    @Test("a sparse worktree becomes a whole one, and a whole one a sparse one")
    func changes() async throws {
        try await withSparse { test, hub, agent, tip async throws in
            try test.write("src/app/main.c", "edited\n", in: agent.worktreePath)
            try await agent.checkOut(branch: "task-2", at: tip, date: 2)
            #expect(try await files(test, agent) == (Self.files.keys + ["readme.txt"]).sorted())
            #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "")
            #expect(try await harvested(agent, hub, tip) == ["M src/app/main.c"])
            try await agent.checkOut(branch: "task-3", at: tip, cone: Cone(claims: ["docs/"]), date: 3)
            #expect(try await files(test, agent) == ["docs/a.md", "docs/b.md", "readme.txt", "top.txt"])
            try await agent.detach(at: tip, date: 4)
            #expect(try await files(test, agent) == (Self.files.keys + ["readme.txt"]).sorted())
        }
    }

    @Test("a sparse worktree whose folder was lost is filled as it was")
    func refilled() async throws {
        try await withSparse { test, _, agent, _ async throws in
            try await test.shell("rm -rf \(agent.worktreePath)")
            try await agent.repair()
            #expect(try await files(test, agent) == ["readme.txt", "src/app/deep/more.c", "src/app/main.c", "src/shared.h", "top.txt"])
            #expect(try await agent.saveUncommitted(message: "m", author: TemporaryRepository.author, date: 2) == nil)
        }
    }

    @Test("claims become folders")
    func cones() throws {
        func folders(_ claims: String...) -> [String]? { Cone(claims: claims)?.folders.sorted() }
        #expect(folders("src/a/x.swift", "docs/") == ["docs", "src/a"])
        #expect(folders("src/a/**", "lib/*") == ["lib", "src/a"])
        #expect(folders("src/mod*/x") == ["src"])
        #expect(folders("Makefile.am") == [])
        #expect(folders("src/v1.2/") == ["src/v1.2"])
        #expect(folders("src/.hidden") == ["src/.hidden"])
        #expect(folders("./src/a") == ["src/a"])
        for everything in [".", "**", "*", "./", "*.c"] { #expect(folders("src", everything) == nil, "\(everything)") }
        #expect(Cone(claims: []) == nil)
        #expect(folders("../x") == nil)
    }

    @Test("a cone is written and read as git does, and knows what is in it")
    func patterns() throws {
        let cone = try #require(Cone(claims: ["src/app/", "src/app/deep/", "a b/c*d\\/", "docs/"]))
        let read = try #require(Cone(patterns: cone.patterns.bytes))
        #expect(read.contains("src/app/deep/x") && read.contains("src/y") && read.contains("top") && read.contains("docs/q/r"))
        #expect(!read.contains("src/other/x") && !read.contains("source/x"))
        #expect(Cone(patterns: "/*\n!/*/\n/src/\n!/src/*/\n/src/app/\n".bytes)?.folders == ["src/app"])
        #expect(Cone(patterns: "*.c\n".bytes) == nil)
        #expect(Cone(patterns: "/*\n!/*/\n*.c\n".bytes) == nil)
    }
}
