import Orchestration
import Testing

@testable import Git

/// What an agent has committed comes into the hub on the way of a repair.
@Suite struct BringingTests {
    private func withAgent(_ body: (TemporaryRepository, HubRepository, AgentRepository, ObjectID) async throws -> Void) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try await body(test, hub, agent, tip)
        }
    }

    private func harvest(_ agent: AgentRepository) async throws -> ObjectID? {
        try await agent.repair(beginsHarvest: true)
        try await agent.saveUncommitted(message: "s", author: agent.identity, date: 2)
        return try await agent.harvest("task", into: "refs/cco/work/task")
    }

    @Test("a repair brings what was committed, and the harvest finds it; what was rewritten is kept")
    func rewritten() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try await test.shell(
                "mkdir d; echo one > d/one; git add d; git commit -qm one; echo two > two; git add two; git commit -qm two", in: place)
            let head = try await test.head(place)
            try await agent.repair(beginsHarvest: true)
            #expect(await hub.sessions.arrivals.isExpected(head))
            #expect(try await harvest(agent) == head)
            #expect(await !hub.sessions.arrivals.isExpected(head))
            #expect(try await hub.resolve("refs/cco/work/task") == head)
            #expect(try await hub.changedPaths(from: tip, to: head).map(\.path) == ["d/one", "two"])
            try await test.shell("git reset -q --hard HEAD~2; echo other > other; git add other; git commit -qm other", in: place)
            let other = try await test.head(place)
            #expect(try await harvest(agent) == other)
            #expect(try await hub.resolve("refs/cco/work/task") == other)
            #expect(try await hub.listRefs("refs/cco/kept/rewritten/").map(\.id) == [head])
            try await hub.fsck()
        }
    }

    @Test("more than a handful of files, and uncommitted ones, come as well")
    func much() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try await test.shell("for i in $(seq 150); do echo $i > f$i; done; git add .; git commit -qm many; echo late > late", in: place)
            let head = try #require(try await harvest(agent))
            #expect(try await hub.changedPaths(from: tip, to: head).count == 151)
            #expect(try await hub.resolve("refs/cco/work/task") == head)
            try await hub.fsck()
        }
    }

    @Test("what the hub does not take on the way of a repair, the harvest refuses")
    func refused() async throws {
        try await withAgent { test, hub, agent, _ async throws in
            // A tree with an entry that would write into a git directory.
            let script = """
                blob=$(echo evil | git hash-object -w --stdin)
                tree=$(printf '100644 blob %s\\t.git\\n' $blob | git mktree)
                git update-ref refs/heads/task $(git commit-tree $tree -p HEAD -m evil)
                """
            try await test.shell(script, in: agent.worktreePath)
            try await agent.repair(beginsHarvest: true)
            let evil = try #require(try agent.tip("task"))
            #expect(await !hub.sessions.arrivals.take(evil))
            #expect(await !hub.sessions.arrivals.isExpected(evil))
            await #expect(throws: GitError.self) { try await agent.harvest("task", into: "refs/cco/work/task") }
            #expect(try await hub.resolve("refs/cco/work/task") == nil)
            try await hub.fsck()
        }
    }

    @Test("what a killed transfer was about to put in place is removed, and the next harvest brings it")
    func halfTaken() async throws {
        try await withAgent { test, hub, agent, _ async throws in
            try await test.shell(
                "mkdir -p objects/tmp_objdir-bulk-fsync-x/ab; touch objects/tmp_objdir-bulk-fsync-x/ab/tmp_obj_y", in: hub.path)
            try hub.clearStaleLocks()
            #expect(!FolderTree.exists(hub.path + "/objects/tmp_objdir-bulk-fsync-x"))
            try await test.shell("echo one > one; git add one; git commit -qm one", in: agent.worktreePath)
            let head = try #require(try await harvest(agent))
            #expect(try await hub.resolve("refs/cco/work/task") == head)
        }
    }

    @Test("after a rest the next task begins without a look at the files; work that comes later is saved")
    func rest() async throws {
        try await withAgent { test, hub, agent, tip async throws in
            let place = agent.worktreePath
            try await test.shell("echo one > one; git add one; git commit -qm one", in: place)
            let head = try #require(try await harvest(agent))
            try await agent.rest()
            #expect(await hub.sessions.rests.end(place) == head)
            // It has been asked for, and so is over.
            #expect(await hub.sessions.rests.end(place) == nil)
            try await agent.rest()
            try await agent.checkOut(branch: "next", at: tip, date: 3)
            try test.write("late", "late\n", in: place)
            let saved = try #require(try await agent.saveUncommitted(message: "s", author: agent.identity, date: 4))
            #expect(try await agent.harvest("next", into: "refs/cco/work/next") == saved)
            #expect(try await hub.changedPaths(from: tip, to: saved).map(\.path) == ["late"])
        }
    }
}
