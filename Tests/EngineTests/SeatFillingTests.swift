import Git
import Testing

@testable import Engine
@testable import Orchestration

@Suite struct SeatFillingTests {
    private func filling(_ fixture: WorkplaceFixture) -> SeatFilling {
        SeatFilling(resources: fixture.resources, repositories: fixture.repositories)
    }

    private func isFilled(_ fixture: WorkplaceFixture, _ seat: String) -> Bool {
        PrivateFiles.exists(fixture.resources.folder.seat(seat).tree + "/readme.txt")
    }

    @Test("worktrees of workers without work are filled, and of nobody else")
    func fills() async throws {
        let fixture = try await WorkplaceFixture()
        // Worker 1 has a turn under way: its worktree is its own affair.
        await filling(fixture).fill(fixture.run)
        #expect(!isFilled(fixture, "worker-1"))
        #expect(isFilled(fixture, "worker-2"))
        #expect(!PrivateFiles.exists(fixture.resources.folder.seat("worker-3").tree))
        #expect(!PrivateFiles.exists(fixture.resources.folder.seat("director").tree))
    }

    @Test("a worker begins in the worktree that was filled for it")
    func begins() async throws {
        let fixture = try await WorkplaceFixture("echo more >> readme.txt; git commit -qam more")
        var idle = fixture.run
        idle.turns = [:]
        await filling(fixture).fill(idle)
        #expect(isFilled(fixture, "worker-1"))
        let outcome = try await fixture.outcome()
        let head = try #require(outcome.head)
        #expect(try await fixture.text("readme.txt", at: head) == "one\nmore\n")
    }

    @Test("a worktree that has been worked in is left alone")
    func leavesWork() async throws {
        let fixture = try await WorkplaceFixture("echo uncommitted > new.txt")
        _ = try await fixture.outcome()
        var idle = fixture.run
        idle.turns = [:]
        await filling(fixture).fill(idle)
        #expect(PrivateFiles.exists(fixture.resources.folder.seat("worker-1").tree + "/new.txt"))
    }

    @Test("filling that is not wanted any more stops before the next worktree")
    func cancelled() async throws {
        let fixture = try await WorkplaceFixture()
        var idle = fixture.run
        idle.turns = [:]
        let filling = filling(fixture)
        let run = idle
        let task = _Concurrency.Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await filling.fill(run)
        }
        await task.value
        #expect(!isFilled(fixture, "worker-1") && !isFilled(fixture, "worker-2"))
    }
}
