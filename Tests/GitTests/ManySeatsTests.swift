import Glibc
import Orchestration
import Testing

@testable import Git

@Suite struct ManySeatsTests {
    @Test("two hundred worktrees asked for at the same time are all made, filled and clean")
    func concurrent() async throws {
        try await TemporaryRepository.with { test in
            try await test.commit(Dictionary(uniqueKeysWithValues: (0..<20).map { ("d\($0 % 4)/f\($0)", "\($0)\n") }), "files")
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agents = try await withThrowingTaskGroup(of: AgentRepository.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let agent = try test.agent("a\(number)", hub)
                        try await agent.checkOut(branch: "task-\(number)", at: tip, date: 1)
                        return agent
                    }
                }
                return try await group.reduce(into: [AgentRepository]()) { $0.append($1) }
            }
            #expect(agents.count == 200)
            // Each is a repository of its own, so that a few speak for all.
            for agent in agents.prefix(10) { #expect(try await test.run("status", "--porcelain", in: agent.worktreePath) == "") }
            for agent in agents { #expect(try test.read("d3/f19", in: agent.worktreePath) == "19\n") }
        }
    }

    /// `CCO_TEST_LARGE` asks for the thousand.
    static let registered = getenv("CCO_TEST_LARGE") == nil ? 150 : 1_000

    @Test("the last of very many worktrees costs as many git processes as the first")
    func registered() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let script = "#!/bin/sh\necho x >> \(test.folder)/count\nexec git \"$@\"\n"
            try FolderHandle(path: test.folder).write("counted-git", Array(script.utf8), mode: 0o755)
            let counted = HubRepository(
                path: hub.path, origin: hub.origin, git: Git(executable: test.folder + "/counted-git", environment: test.environment),
                cloneOptions: CloneOptions(), objectFormat: hub.objectFormat)
            func processes(_ number: Int) async throws -> Int {
                // Whether commands that stay are still there is a matter of time.
                await counted.endSessions()
                try FolderHandle(path: test.folder).unlink("count")
                try await test.agent("a\(number)", counted).checkOut(branch: "task", at: tip, date: 1)
                return try FolderHandle(path: test.folder).read("count")?.count(where: { $0 == 0x0A }) ?? 0
            }
            let first = try await processes(0)
            for number in 1..<Self.registered { _ = try test.agent("a\(number)", hub) }
            #expect(try await processes(Self.registered) == first)
            // Nothing is registered in the hub, which is what would make each one slower than the one before.
            #expect(!FolderTree.exists(hub.path + "/worktrees"))
            await counted.endSessions()
        }
    }
}
