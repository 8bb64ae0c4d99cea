import Orchestration
import Testing

@testable import Git

/// What git does not take into a repository does not keep the rest from being saved.
@Suite struct RefusedFilesTests {
    private func withAgent(_ body: (TemporaryRepository, HubRepository, AgentRepository, ObjectID) async throws -> Void) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            try await body(test, hub, agent, tip)
        }
    }

    private func save(_ agent: AgentRepository) async throws -> ObjectID? {
        let saved = try await agent.saveUncommitted(message: "saved", author: agent.identity, date: 2)
        _ = try await agent.harvest("task-1", into: "refs/cco/work/task-1")
        return saved
    }

    @Test(
        "a file that git refuses is named, all others are saved, and the next task begins",
        arguments: [
            ("sub/.GIT/x", "mkdir -p sub/.GIT; echo x > sub/.GIT/x"), ("git~1", "echo x > git~1"),
            (".gitmodules", "ln -s readme.txt .gitmodules"), ("readme.txt", "rm readme.txt; mkfifo readme.txt"),
        ])
    func refused(_ path: String, _ script: String) async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try await test.shell("echo good > good.txt; \(script)", in: place)
            let saved = try #require(try await save(agent))
            #expect(try await hub.changedPaths(from: tip, to: saved).map(\.path) == ["good.txt"])
            #expect(try agent.refused().contains { $0.contains(path) })
            let message = try await test.run("log", "-1", "--format=%B", in: place)
            #expect(message.hasPrefix("saved\n\nNot saved") && message.contains(path))
            // It is no new work, and still not saved.
            #expect(try await save(agent) == nil)
            #expect(try !agent.refused().isEmpty)
            try await agent.checkOut(branch: "task-2", at: tip, date: 3)
            #expect(try test.read("readme.txt", in: place) == "one\ntwo\nthree\n")
        }
    }

    @Test("files without the encoding that their attributes name are stored as they are, however many, and the attributes stay")
    func encoding() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try await test.shell(
                """
                echo '*.wide working-tree-encoding=UTF-16' > .gitattributes
                for i in $(seq 25); do echo plain > $i.wide; done
                echo plain > 'a "b" [c].wide'
                """, in: place)
            let saved = try #require(try await save(agent))
            #expect(try await hub.changedPaths(from: tip, to: saved).count == 27)
            for path in ["1.wide", "25.wide", "a \"b\" [c].wide"] {
                #expect(try await hub.file(at: saved, path: path, limit: 99) == "plain\n".bytes)
            }
            #expect(try agent.refused().isEmpty)
            #expect(!FolderTree.exists(agent.controlDirectory + "/info/attributes"))
            #expect(try await save(agent) == nil)
            try await agent.checkOut(branch: "task-2", at: tip, date: 3)
            #expect(try FolderHandle(path: place).names() == [".git", "readme.txt"])
        }
    }

    @Test("beside a file without the encoding that its attributes name, those that have it are converted as ever")
    func converted() async throws {
        try await withAgent { test, hub, agent, _ async throws in
            try await test.shell(
                """
                echo '*.wide working-tree-encoding=UTF-16' > .gitattributes
                echo plain > plain.wide; printf '\\377\\376a\\000\\n\\000' > real.wide
                """, in: agent.worktreePath)
            let saved = try #require(try await save(agent))
            #expect(try await hub.file(at: saved, path: "plain.wide", limit: 99) == "plain\n".bytes)
            #expect(try await hub.file(at: saved, path: "real.wide", limit: 99) == "a\n".bytes)
        }
    }
}
