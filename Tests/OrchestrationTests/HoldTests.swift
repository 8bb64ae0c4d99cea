import Simulation
import Testing

@testable import Orchestration

@Suite("Tasks that would collide are not started together")
struct HoldTests {
    private let first: TaskID = ID("task-1")
    private let second: TaskID = ID("task-2")
    private let third: TaskID = ID("task-3")

    /// `a` changes what `b` claims; `c` claims something else. One worker, so that `b` is ready when `a` is handed in.
    private func scenario(_ drafts: [TaskDraft], workers: Int = 1, lead: Int64 = 60_000) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers))
        scenario.hooks.plan = { _, _ in drafts }
        scenario.hooks.changes = { task, _ in task.name == "task-1" ? ["src/b/file.txt"] : nil }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            return if case .review = turn.brief { lead } else { 60_000 }
        }
        try scenario.start()
        return scenario
    }

    private func starts(_ scenario: Scenario) -> [TaskID] {
        scenario.journal.compactMap { record in
            if case .turnStarted(let turn) = record.event, case .work(let task) = turn.brief { task } else { nil }
        }
    }

    private func time(of task: TaskID, _ scenario: Scenario) -> Int64 {
        scenario.journal.first { if case .turnStarted(let turn) = $0.event { turn.task == task } else { false } }?.time
            .milliseconds(since: .begin) ?? -1
    }

    @Test("a task whose claims meet files of open work comes after one whose claims do not")
    func passedOver() throws {
        let scenario = try scenario([.draft("a"), .draft("b"), .draft("c")])
        try scenario.play { $0.tasks[third]?.state == .assigned }
        #expect(scenario.run.tasks[second]?.held?.by == first)
        let why = RunStatus(run: scenario.run, at: scenario.now).tasks.first { $0.id == "task-2" }?.why
        #expect(why == "waits: would collide with task-1 on src/b/file.txt")
        try scenario.playOut()
        #expect(starts(scenario) == [first, third, second])
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("with nothing else to do, a worker waits for work that is handed in, and starts from where it landed")
    func waitsForLanding() throws {
        let scenario = try scenario([.draft("a"), .draft("b")])
        try scenario.play { $0.tasks[second]?.held != nil }
        #expect(scenario.run.tasks[first]?.state == .submitted)
        try scenario.play { $0.tasks[second]?.state == .assigned }
        #expect(scenario.run.tasks[first]?.state.word == "landed")
        #expect(scenario.run.tasks[second]?.held == nil)
        try scenario.playOut()
        #expect(!scenario.journal.contains { if case .effectIntended(_, .forecast) = $0.event { true } else { false } })
    }

    @Test("with nothing else to do, a worker does not wait for work that is only under way, and is warned of it")
    func doesNotWaitForWork() throws {
        let scenario = try scenario([.draft("a"), .draft("z"), .draft("b", after: ["z"])], workers: 2)
        var isFirst = true
        scenario.hooks.turn = { turn, run in
            guard case .review(let tasks) = turn.brief, tasks.contains(first), isFirst else { return nil }
            isFirst = false
            return .manager(
                ReviewReport(decisions: tasks.map { .init(task: $0.name, verdict: $0 == first ? .rework : .approve, instructions: "more") })
            )
        }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            if case .rework = turn.brief { return 900_000 }
            return 60_000
        }
        try scenario.play { $0.tasks[third]?.state == .assigned }
        #expect(scenario.run.tasks[first]?.state == .assigned)
        #expect(scenario.run.warnings(for: third).map(\.kind) == [.claim])
    }

    @Test("nothing is held back for longer than the bound, however long a review takes")
    func bound() throws {
        let scenario = try scenario([.draft("a"), .draft("b")], lead: 1_500_000)
        try scenario.play(within: 10_000) { $0.tasks[second]?.state == .assigned }
        let held = try #require(
            scenario.journal.first { if case .taskHeld = $0.event { true } else { false } }?.time.milliseconds(since: .begin))
        #expect(time(of: second, scenario) == held + Run.longestHold)
    }

    @Test("work that its worker reports as blocked, or that has failed, holds nobody back")
    func blocked() throws {
        let scenario = try scenario([.draft("a"), .draft("b")], lead: 1_500_000)
        scenario.hooks.turn = { turn, _ in
            guard turn.task == first else { return nil }
            return .worker(
                WorkerReport(status: .blocked, summary: "no"), head: scenario.world.commit(by: "task-1", on: [turn.startPoint]))
        }
        try scenario.play { $0.tasks[second]?.state == .assigned }
        #expect(scenario.run.tasks[first]?.state == .submitted)
        #expect(!scenario.journal.contains { if case .taskHeld = $0.event { true } else { false } })
    }

    @Test("claims meet changes by file, by folder and by the whole repository")
    func touching() throws {
        let scenario = try scenario([.draft("a"), .draft("b")], workers: 2)
        try scenario.play { $0.tasks[first]?.changes != nil }
        let team = try #require(scenario.run.teams[ID("team-1")])
        let touched = TouchedPaths(of: team, in: scenario.run, MergingOrder(of: scenario.run))
        for claim in ["src/b/file.txt", "src/b/", "src/b/*", "src", ".", "./src/b", "src/b/file.txt/x"] {
            #expect(touched.touch(of: [claim])?.path == "src/b/file.txt", "\(claim)")
        }
        for claim in ["src/b/file", "src/b/file.txt.bak", "src/bb/", "b/file.txt"] {
            #expect(touched.touch(of: [claim]) == nil, "\(claim)")
        }
    }
}
