import Agents
import Git
import Orchestration
import Processes
import Testing

@testable import Engine

/// Trial merges and warnings, carried out with real git.
@Suite("Conflicts that are foreseen", .timeLimit(.minutes(2)))
struct ForecastTests {
    private let other: TaskID = ID("task-2")

    /// The fixture's run in which another worker's task is open too, with a branch that changes these files.
    private func run(_ test: WorkplaceFixture, other files: [String: String]) async throws -> Run {
        let hub = try await test.repositories.hub()
        let base = try #require(test.run.base?.head)
        let tree = try await hub.replacingFiles(in: base, files.mapValues { Array($0.utf8) })
        let head = try await hub.commitTree(tree, parents: [base], message: "Other", author: RunResources.identity, date: 3)
        try await hub.setRef("refs/cco/work/\(other)", to: head)
        var run = test.run
        var task = try #require(run.tasks[WorkplaceFixture.task])
        task.id = other
        task.title = "Other files"
        task.state = .submitted
        task.report = WorkerReport(status: .done, summary: "done")
        task.base = base
        task.head = head
        task.changes = ChangedFiles(files.keys.sorted())
        run.apply(.taskAdded(task), at: ManualClock.begin)
        return run
    }

    private func look(_ test: WorkplaceFixture, _ run: Run) async throws -> TrialReport {
        let clock = try #require(test.resources.clock as? ManualClock)
        let forecast = ForecastExecution(hub: try await test.repositories.hub(), resources: test.resources)
        async let report = forecast.look { run }
        await clock.waiting.until { !$0.isEmpty }
        clock.advance(byMilliseconds: ForecastExecution.settling)
        return try await report
    }

    @Test("what a turn brings home says which files the branch changes, and a round finds with whom they conflict")
    func found() async throws {
        let test = try await WorkplaceFixture("echo two > readme.txt; echo 1 > new.txt; git add -A; git commit -q -m Work; exit 0")
        let outcome = try await test.outcome()
        #expect(outcome.changes == ChangedFiles(["new.txt", "readme.txt"]))
        var run = try await run(test, other: ["readme.txt": "other\n"])
        run.apply(.turnEnded(WorkplaceFixture.turn, outcome), at: ManualClock.begin)
        let report = try await look(test, run)
        #expect(report.collisions.map(\.files) == [ChangedFiles(["readme.txt"])])
        #expect(report.collisions.first?.task == WorkplaceFixture.task && report.collisions.first?.other == other)
        #expect(Set(report.subjects.map(\.task)) == [WorkplaceFixture.task, other])
        run.apply(.collisionsForeseen(report), at: ManualClock.begin)
        #expect(TrialOrder(run).pairs.isEmpty)
        #expect(run.warnings(for: WorkplaceFixture.task).map(\.kind) == [.conflict])
        #expect(run.warnings(for: other).isEmpty)
    }

    @Test("a worker that is warned finds the other's commit in its repository, and no other's that it is not warned of")
    func available() async throws {
        let script = """
            git for-each-ref --format='%(refname)' refs/cco/other > refs.txt
            git show refs/cco/other/task-2:shared.txt > shown.txt; git add -A; git commit -q -m Work; exit 0
            """
        let test = try await WorkplaceFixture(script)
        let run = try await run(test, other: ["shared.txt": "theirs\n"])
        #expect(run.warnings(for: WorkplaceFixture.task).map(\.kind) == [.claim])
        let seat = try await test.repositories.seat("worker-1", identity: RunResources.identity)
        try await seat.makeOnlyAvailable(in: "refs/cco/other", ["task-9": try #require(run.base?.head)])
        let outcome = try await TurnExecution(resources: test.resources, repositories: test.repositories)
            .run(WorkplaceFixture.turn, state: { run }, report: { _ in })
        let head = try #require(outcome.head)
        #expect(try await test.text("shown.txt", at: head) == "theirs\n")
        #expect(try await test.text("refs.txt", at: head) == "refs/cco/other/task-2\n")
        let prompt = try await MaterialComposer(
            hub: test.repositories.hub(), resources: test.resources, folder: test.folder.path + "/material"
        ).material(for: try #require(run.turns[WorkplaceFixture.turn]), run)
        #expect(prompt.collisions.map(\.other) == [other])
    }

    @Test("a branch whose target has moved on gets the target's head as refs/cco/target")
    func moved() async throws {
        let test = try await WorkplaceFixture("git rev-parse refs/cco/target > target.txt; git add -A; git commit -q -m Work; exit 0")
        var run = try await run(test, other: ["readme.txt": "other\n"])
        let base = try #require(run.base?.head)
        let landed = try #require(run.tasks[other]?.head)
        let tree = try await test.repositories.hub().tree(of: landed)
        run.apply(.baseMoved(BaseFacts(head: landed, tree: tree, direction: nil)), at: ManualClock.begin)
        run.apply(
            .collisionsForeseen(
                TrialReport(
                    subjects: [],
                    collisions: [
                        Collision(task: WorkplaceFixture.task, other: nil, head: base, otherHead: landed, files: ["readme.txt"])
                    ])), at: ManualClock.begin)
        let state = run
        let outcome = try await TurnExecution(resources: test.resources, repositories: test.repositories)
            .run(WorkplaceFixture.turn, state: { state }, report: { _ in })
        #expect(try await test.text("target.txt", at: try #require(outcome.head)) == "\(landed)\n")
    }

    @Test("a review shows what a branch itself changes, also when it has brought its target in")
    func review() async throws {
        let test = try await WorkplaceFixture("echo 1 > new.txt; git add -A; git commit -q -m Work; exit 0")
        let outcome = try await test.outcome()
        let work = try #require(outcome.head)
        var run = try await run(test, other: ["readme.txt": "other\n"])
        let landed = try #require(run.tasks[other]?.head)
        let hub = try await test.repositories.hub()
        let tree = try await hub.replacingFiles(in: work, ["readme.txt": Array("other\n".utf8)])
        let merged = try await hub.commitTree(
            tree, parents: [work, landed], message: "Merge", author: RunResources.identity, date: 4)
        let facts = BaseFacts(head: landed, tree: try await hub.tree(of: landed), direction: nil)
        run.apply(.baseMoved(facts), at: ManualClock.begin)
        run.tasks[WorkplaceFixture.task]?.head = merged
        run.tasks[WorkplaceFixture.task]?.report = WorkerReport(status: .done, summary: "done")
        var turn = try #require(run.turns[WorkplaceFixture.turn])
        turn.agent = Run.director
        turn.role = .director
        turn.brief = .review([WorkplaceFixture.task])
        let material = try await MaterialComposer(hub: hub, resources: test.resources, folder: test.folder.path + "/material")
            .material(for: turn, run)
        let change = try #require(material.submissions.first?.change)
        #expect(change.diffstat.contains("new.txt") && !change.diffstat.contains("readme.txt"), "\(change.diffstat)")
        #expect(!change.diff.contains("other"))
    }
}
