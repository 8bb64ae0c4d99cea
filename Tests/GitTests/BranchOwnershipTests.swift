import Orchestration
import Testing

@testable import Git

/// A task goes from one agent to another and back, and each has a branch of the same name in its own repository.
@Suite struct BranchOwnershipTests {
    private func withAgents(
        _ body: (TemporaryRepository, HubRepository, (a: AgentRepository, b: AgentRepository), ObjectID) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            try await body(test, hub, (try test.agent("a", hub), try test.agent("b", hub)), tip)
        }
    }

    /// The agent commits a file; where it is harvested, that is the commit that the task's next turn starts from.
    private func work(
        _ name: String, _ test: TemporaryRepository, _ agent: AgentRepository, harvested: Bool = true
    ) async throws -> ObjectID {
        try await test.shell("echo \(name) > \(name); git add \(name); git commit -qm \(name)", in: agent.worktreePath)
        if harvested { _ = try await agent.harvest("task", into: "refs/cco/work/task") }
        return try await test.head(agent.worktreePath)
    }

    @Test("a worker who gets a task back goes on from what others did meanwhile, wherever it was", arguments: [true, false])
    func returned(wasElsewhere: Bool) async throws {
        try await withAgents { test, hub, agents, tip async throws in
            try await agents.a.checkOut(branch: "task", at: tip, date: 1)
            let first = try await work("first", test, agents.a)
            if wasElsewhere { try await agents.a.checkOut(branch: "other", at: tip, date: 2) }
            try await agents.b.checkOut(branch: "task", at: first, date: 3)
            let second = try await work("second", test, agents.b)
            #expect(try await agents.a.checkOut(branch: "task", at: second, date: 4) == second)
            #expect(try test.read("second", in: agents.a.worktreePath) == "second\n")
            #expect(try await agents.a.harvest("task", into: "refs/cco/work/task") == second)
            #expect(try await hub.resolve("refs/cco/work/task") == second)
            // What it had is in what it got.
            #expect(try await agents.a.unharvested().isEmpty)
        }
    }

    @Test("work on a branch that others went on with does not come before theirs, and is kept beside", arguments: [true, false])
    func keptBeside(wasElsewhere: Bool) async throws {
        try await withAgents { test, _, agents, tip async throws in
            try await agents.a.checkOut(branch: "task", at: tip, date: 1)
            let first = try await work("first", test, agents.a)
            let late = try await work("late", test, agents.a, harvested: false)
            if wasElsewhere { try await agents.a.checkOut(branch: "other", at: tip, date: 2) }
            try await agents.b.checkOut(branch: "task", at: first, date: 3)
            let second = try await work("second", test, agents.b)
            #expect(try await agents.a.checkOut(branch: "task", at: second, date: 4) == second)
            #expect(try agents.a.tip("task") == second)
            #expect(try await agents.a.unharvested() == ["refs/cco-moved/task/\(late.short)": late])
        }
    }

    @Test("an agent's own commits that nobody has harvested stay, on top of what was or in its place, as long as it is on the branch")
    func unharvested() async throws {
        try await withAgents { test, _, agents, tip async throws in
            let agent = agents.a
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            let first = try await work("first", test, agent)
            let second = try await work("second", test, agent, harvested: false)
            #expect(try await agent.checkOut(branch: "task", at: first, date: 2) == second)
            try await test.shell("git reset -q --hard \(first); git commit -q --amend -m amended", in: agent.worktreePath)
            let amended = try await test.head(agent.worktreePath)
            #expect(try await agent.checkOut(branch: "task", at: first, date: 3) == amended)
            // Once it has been elsewhere, what was harvested counts, and nothing is lost.
            try await agent.checkOut(branch: "other", at: tip, date: 4)
            #expect(try await agent.checkOut(branch: "task", at: first, date: 5) == first)
            #expect(try await agent.unharvested() == ["refs/cco-moved/task/\(amended.short)": amended])
        }
    }

    @Test("a branch that an agent made by the name of a task that it has never had is not taken for work on it")
    func planted() async throws {
        try await withAgents { test, _, agents, tip async throws in
            let agent = agents.a
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            let head = try await work("first", test, agent, harvested: false)
            try await test.run("branch", "task-2", in: agent.worktreePath)
            #expect(try await agent.checkOut(branch: "task-2", at: tip, date: 2) == tip)
            #expect(try test.read("first", in: agent.worktreePath) == nil)
            #expect(try await agent.unharvested()["refs/cco-moved/task-2/\(head.short)"] == head)
            #expect(try await agent.checkOut(branch: "task", at: tip, date: 3) == head)
        }
    }
}
