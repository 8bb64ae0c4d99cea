import Simulation
import Testing

@testable import Orchestration

@Suite("The quick gate before a review")
struct QuickGateTests {
    private let first: TaskID = ID("task-1")
    private let second: TaskID = ID("task-2")
    private let red = GateExcerpt(
        command: "make quick", exitCode: 1, ending: "exit code 1", tail: "a.c:1: error", logPath: "quick.log", failure: "a.c:1: error")

    private func scenario(
        _ drafts: [TaskDraft] = [.draft("a")], workers: Int = 1, _ change: (inout RunSettings) -> Void = { _ in }
    ) throws -> Scenario {
        let settings = RunSettings.sample(workers: workers).with {
            $0.quickVerifyCommand = "make quick"
            change(&$0)
        }
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in drafts }
        try scenario.start()
        return scenario
    }

    private func briefs(_ scenario: Scenario, of task: TaskID) -> [Brief] {
        scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task == task { turn.brief } else { nil } }
    }

    private func reviews(_ scenario: Scenario) -> Int {
        scenario.journal.count { if case .turnStarted(let turn) = $0.event, case .review = turn.brief { true } else { false } }
    }

    private func quickGates(_ scenario: Scenario) -> [EffectID] {
        scenario.journal.compactMap { if case .effectIntended(let id, .quickGate) = $0.event { id } else { nil } }
    }

    @Test("what a worker hands in is checked first, and only then reviewed")
    func beforeReview() throws {
        let scenario = try scenario()
        try scenario.play { $0.tasks[first]?.awaitsQuickCheck == true }
        #expect(scenario.run.agents[Run.director]?.next == nil && reviews(scenario) == 0)
        #expect(quickGates(scenario).count == 1)
        try scenario.playOut()
        #expect(reviews(scenario) == 1 && quickGates(scenario).count == 1)
        #expect(scenario.run.merges.quickRuns == 1 && scenario.run.merges.quickReds == 0)
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("a red one sends the work straight back to its author with the log, in the same session, and no review is spent on it")
    func redGoesBack() throws {
        let scenario = try scenario()
        var isFirst = true
        scenario.hooks.quick = { [red] _, _ in
            defer { isFirst = false }
            return isFirst ? .red(red, milliseconds: 1) : nil
        }
        try scenario.play { $0.turns.values.contains { $0.brief == .fixQuickGate(first, log: red) && $0.resumes } }
        #expect(reviews(scenario) == 0)
        try scenario.playOut()
        #expect(briefs(scenario, of: first) == [.work(first), .fixQuickGate(first, log: red)])
        #expect(reviews(scenario) == 1 && scenario.run.merges.quickReds == 1 && scenario.run.merges.redGates == 0)
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("the same tree is not checked twice; one that was red and is handed in as it is goes to its lead")
    func sameTree() throws {
        let scenario = try scenario()
        var head: ObjectID?
        scenario.hooks.turn = { turn, run in
            guard turn.task != nil else { return nil }
            if head == nil { head = scenario.world.commit(by: "task-1", on: [turn.startPoint]) }
            var outcome = TurnOutcome.worker(WorkerReport(status: .done, summary: "done"), head: head)
            outcome.tree = scenario.world.tree(of: head)
            return outcome
        }
        scenario.hooks.quick = { [red] _, _ in .red(red, milliseconds: 1) }
        try scenario.playOut()
        #expect(quickGates(scenario).count == 1 && reviews(scenario) == 1)
        guard case .red(let excerpt) = scenario.run.tasks[first]?.quick?.verdict else { throw scenario.failure("no verdict", []) }
        #expect(excerpt.tail.isEmpty && excerpt.logPath == "quick.log")
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("a gate's slot comes first: a quick check waits until one is free, and then begins")
    func spareSlots() throws {
        let scenario = try scenario([.draft("a"), .draft("b")], workers: 2) { $0.gateSlots = 1 }
        // The second task is ready while the gate of the first runs, which takes long.
        scenario.hooks.duration = { effect, run in
            switch effect {
            case .gate: 3_600_000
            case .runTurn(let turn): run.turns[turn]?.task == ID("task-2") ? 1_800_000 : 60_000
            default: 1000
            }
        }
        try scenario.play { $0.tasks[second]?.awaitsQuickCheck == true }
        #expect(scenario.run.effects.values.contains { if case .gate = $0.effect { true } else { false } })
        #expect(scenario.run.quickQueue.map(\.id) == [second])
        #expect(
            scenario.run.whyWaits(try #require(scenario.run.tasks[second]), at: scenario.now) == "waits for a gate slot for its quick gate")
        try scenario.playOut()
        #expect(scenario.run.tasks[second]?.state.word == "landed")
    }

    @Test("a green quick check verifies nothing: what the gate refuses is not published")
    func decidesNothing() throws {
        let scenario = try scenario { $0.maxTaskAttempts = 1 }
        scenario.hooks.gate = { candidate, _ in
            guard candidate != nil else { return nil }
            return .red(
                GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "gate.log"), milliseconds: 1)
        }
        try scenario.play { $0.tasks[first]?.quick?.verdict != nil }
        let tree = try #require(scenario.run.tasks[first]?.quick?.tree)
        #expect(scenario.run.verifiedTrees[tree.hex] == nil && scenario.run.quickVerdicts[tree.hex] != nil)
        try scenario.playOut()
        #expect(scenario.run.base?.head == scenario.run.startedFrom)
        #expect(scenario.run.merges.quickRuns > 0)
    }

    @Test("where nobody reviews, a quick check stands before the merge queue")
    func withoutReview() throws {
        let scenario = try scenario { $0.review = .none }
        try scenario.play { $0.tasks[first]?.awaitsQuickCheck == true }
        #expect(scenario.run.queue.isEmpty)
        try scenario.playOut()
        #expect(scenario.run.tasks[first]?.state.word == "landed" && quickGates(scenario).count == 1)
    }

    @Test(
        "another command than the one that ran is asked anew, and one that was taken out is waited for no more",
        arguments: [nil, "make lint"])
    func changedCommand(command: String?) throws {
        let scenario = try scenario()
        try scenario.play { $0.effects.values.contains { if case .quickGate = $0.effect { true } else { false } } }
        try scenario.crash(settings: scenario.run.settings.with { $0.quickVerifyCommand = command })
        try scenario.playOut()
        #expect(quickGates(scenario).count == (command == nil ? 1 : 2))
        #expect(scenario.run.merges.quickRuns == (command == nil ? 0 : 1))
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("when the time is over, a check for a review is ended, and work that needs none is still integrated", arguments: [true, false])
    func end(isReviewed: Bool) throws {
        let scenario = try scenario {
            $0.review = isReviewed ? .em : .none
            $0.maxRunMinutes = 30
        }
        scenario.hooks.duration = { effect, _ in
            switch effect {
            case .quickGate: 7_200_000
            case .runTurn: 600_000
            default: 1000
            }
        }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver))
        #expect(scenario.run.tasks[first]?.state.word == (isReviewed ? "in review" : "landed"))
        let isDropped = scenario.journal.contains { if case .effectDropped = $0.event { true } else { false } }
        #expect(isDropped == isReviewed)
    }

    @Test("a conflict's resolution is checked too and needs no second review; a blocked task is not checked")
    func others() throws {
        let scenario = try scenario([.draft("a"), .draft("b")], workers: 2)
        var conflicts = 1
        scenario.hooks.merge = { [first] candidate, run in
            guard candidate.kind == .task(first), conflicts > 0, let onto = run.base?.head else { return nil }
            conflicts -= 1
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "")])
        }
        scenario.hooks.turn = { [second] turn, _ in
            guard turn.task == second else { return nil }
            return .worker(WorkerReport(status: .blocked, summary: "no access"), head: nil, changed: false)
        }
        try scenario.playOut()
        #expect(quickGates(scenario).count == 2)
        #expect(scenario.run.tasks[first]?.state.word == "landed")
        #expect(scenario.run.tasks[second]?.quick == nil)
    }
}
