import Orchestration
import Testing

@testable import Git

@Suite struct StashTests {
    /// An agent on the branch `task-1` with two stashes.
    private func withStashes(
        packed: Bool = false,
        _ body: (TemporaryRepository, HubRepository, AgentRepository, (tip: ObjectID, stashes: [ObjectID])) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            let place = agent.worktreePath
            try await test.shell("for i in 1 2; do echo $i > readme.txt; git stash -q; done", in: place)
            if packed { try await test.run("pack-refs", "--all", in: place) }
            let stashes = [try await test.head(place, "stash@{0}"), try await test.head(place, "stash@{1}")]
            try await body(test, hub, agent, (tip, stashes))
        }
    }

    @Test("what an agent stashed stays while it works on the same branch, is gone for the next one, and is kept", arguments: [true, false])
    func crossing(packed: Bool) async throws {
        try await withStashes(packed: packed) { test, hub, agent, state async throws in
            let place = agent.worktreePath
            try await agent.checkOut(branch: "task-1", at: state.tip, date: 2)
            #expect(try await test.run("stash", "list", in: place).split(separator: "\n").count == 2)
            try await agent.checkOut(branch: "task-2", at: state.tip, date: 3)
            #expect(try await test.run("stash", "list", in: place) == "")
            await #expect(throws: GitError.self) { try await test.run("stash", "pop", in: place) }
            #expect(try await test.run("status", "--porcelain", in: place) == "")
            #expect(Set(try await agent.unharvested().values) == Set(state.stashes))
            try await test.shell("echo 3 > readme.txt; git stash -q; git stash pop -q; git commit -qam three", in: place)
            try await agent.remove(keepingAs: "a", date: 4)
            for id in state.stashes { #expect(try await hub.reaches(id)) }
        }
    }

    @Test("a worktree that is detached has no stash of the branch that it was on")
    func detached() async throws {
        try await withStashes { test, _, agent, state async throws in
            try await agent.detach(at: state.tip, date: 2)
            #expect(try await test.run("stash", "list", in: agent.worktreePath) == "")
            #expect(Set(try await agent.unharvested().values) == Set(state.stashes))
        }
    }

    @Test("all that an agent has stashed is kept when its repository is removed, not the newest only")
    func removed() async throws {
        try await withStashes { _, hub, agent, state async throws in
            #expect(Set(try await agent.unharvested().values) == Set(state.stashes))
            await #expect(throws: GitError.Kind.wouldLoseWork) {
                try await kindOfFailure { try await agent.remove(keepingAs: nil, date: 2) }
            }
            try await agent.remove(keepingAs: "a", date: 3)
            for id in state.stashes { #expect(try await hub.reaches(id)) }
        }
    }
}
