import Simulation
import Testing

@testable import Orchestration

@Suite("Merge queues and the gate")
struct QueueTests {
    private let first: TaskID = ID("task-1")
    private let red = GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "1 test failed", logPath: "gate.log")

    private func scenario(_ settings: RunSettings = .sample(workers: 1), _ drafts: [TaskDraft] = [.draft("a")]) throws -> Scenario {
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in drafts }
        try scenario.start()
        return scenario
    }

    private func turns(of task: TaskID, in scenario: Scenario) -> [Turn] {
        scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task == task { turn } else { nil } }
    }

    @Test("a conflict goes back to its author in the same session with the hunks, and needs no second review")
    func conflict() throws {
        let scenario = try scenario()
        let files = [ConflictExcerpt(path: "a.swift", kind: "content", hunks: "<<<<<<< ours")]
        var isFirst = true
        scenario.hooks.merge = { candidate, run in
            guard case .task = candidate.kind, isFirst, let onto = run.base?.head else { return nil }
            isFirst = false
            return .conflict(onto: onto, files: files)
        }
        try scenario.playOut()
        let turns = turns(of: first, in: scenario)
        #expect(turns.count == 2)
        #expect(turns.last?.brief == .resolveConflict(first, target: try #require(scenario.run.startedFrom), files: files))
        #expect(turns.last?.session == turns.first?.session && turns.last?.resumes == true)
        #expect(scenario.run.merges.conflicts == 1)
        #expect(
            scenario.journal.count { if case .turnStarted(let turn) = $0.event, case .review = turn.brief { true } else { false } } == 1)
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("a gate that is red once is run again on the same tree, recorded as a flake and published")
    func flake() throws {
        let scenario = try scenario()
        var isFirst = true
        scenario.hooks.gate = { [red] candidate, _ in
            guard case .task = candidate?.kind, isFirst else { return nil }
            isFirst = false
            return .red(red, milliseconds: 1)
        }
        try scenario.playOut()
        let gates = scenario.journal.compactMap {
            if case .effectIntended(_, .gate(let id, _, let tree, _, _)) = $0.event, id == ID("candidate-1") { tree } else { nil }
        }
        #expect(gates.count == 2 && Set(gates).count == 1)
        #expect(scenario.run.merges.flakes == 1)
        #expect(scenario.journal.contains { $0.event == .flakeSeen(tree: gates[0], red) })
        #expect(turns(of: first, in: scenario).count == 1)
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("a gate that stays red returns the task with the log, and what stands behind it goes on")
    func redGate() throws {
        let scenario = try scenario(.sample(workers: 2), [.draft("a"), .draft("b")])
        // Long enough that both are not reviewed together.
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, run.turns[id]?.task == ID("task-2") else { return effect.usualDuration }
            return 500_000
        }
        var reds = 0
        scenario.hooks.gate = { [red, first] candidate, _ in
            guard candidate?.kind == .task(first), reds < 2 else { return nil }
            reds += 1
            return .red(red, milliseconds: 1)
        }
        try scenario.play { $0.tasks[ID("task-2")]?.state.word == "landed" }
        #expect(scenario.run.tasks[first]?.state == .assigned)
        let brief = try #require(turns(of: first, in: scenario).last?.brief)
        guard case .fixGate(first, _, red) = brief else { throw scenario.failure("not a fixGate but \(brief)", []) }
        #expect(scenario.run.merges.redGates == 1)
        try scenario.playOut()
        #expect(scenario.run.tasks[first]?.state.word == "landed")
    }

    @Test("a task that fails the gate for ever is given up, and the run ends", arguments: [1, 2])
    func cursedTask(workers: Int) throws {
        let scenario = try scenario(.sample(workers: workers, minutes: 100_000), [.draft("a"), .draft("b", after: ["a"])])
        scenario.hooks.gate = { [red, first] candidate, _ in candidate?.kind == .task(first) ? .red(red, milliseconds: 1) : nil }
        try scenario.playOut()
        guard case .failed(let why) = scenario.run.tasks[first]?.state else { throw scenario.failure("not failed", []) }
        #expect(why.contains("came back too often"))
        #expect(scenario.run.tasks[ID("task-2")]?.state == .dropped("depends on task-1, which did not land"))
        #expect(scenario.run.base?.head == scenario.run.startedFrom)
    }

    @Test("a base that moved meanwhile is merged and verified again")
    func movedBase() throws {
        let scenario = try scenario()
        try scenario.play { $0.queue.contains { if case .publishing = $0.state { true } else { false } } }
        scenario.world.pushFromOutside()
        try scenario.playOut()
        #expect(scenario.world.holds(scenario.run.base?.head) == scenario.world.holds(scenario.world.base))
        #expect(scenario.world.holds(scenario.world.base).count == 2)
        let gated = scenario.journal.compactMap {
            if case .effectIntended(_, .gate(let id, let commit, _, _, _)) = $0.event, id == ID("candidate-1") { commit } else { nil }
        }
        #expect(Set(gated).count == 2)
    }

    @Test("what others have pushed on top of a publication, seen before cco has heard of its success, is not forgotten")
    func movedBehindIt() throws {
        let scenario = try scenario()
        try scenario.play { $0.queue.contains { if case .publishing = $0.state { true } else { false } } }
        let publish = try #require(
            scenario.jobs.first { if case .publish = scenario.run.effects[$0.effect]?.effect { true } else { false } })
        let result = try scenario.perform(try #require(scenario.run.effects[publish.effect]?.effect))
        #expect(result == .publish(.published))
        scenario.world.pushFromOutside()
        guard case .base(let seen) = try scenario.perform(.prepareBase) else { throw scenario.failure("the base is not seen", []) }
        try scenario.feed(.baseObserved(seen))
        scenario.jobs.removeAll { $0.effect == publish.effect }
        try scenario.feed(.effectFinished(publish.effect, result))
        #expect(scenario.run.tasks[first]?.state.word == "landed" && scenario.run.base == seen)
        try scenario.playOut()
        #expect(scenario.world.holds(scenario.run.base?.head) == scenario.world.holds(scenario.world.base))
    }

    @Test("a push that origin refuses three times goes to the run's own branch; as many refusals more suspend until somebody helps")
    func refusedPush() throws {
        let scenario = try scenario()
        var answers = ["protected branch", "read-only"].flatMap { Array(repeating: PublishResult.refused($0), count: 3) }
        scenario.hooks.publish = { _, _ in answers.isEmpty ? nil : answers.removeFirst() }
        try scenario.play { $0.fallback != nil }
        #expect(scenario.run.fallback == PushFallback(branch: "cco/run-1", reason: "protected branch"))
        try scenario.play { $0.suspension != nil }
        #expect(scenario.run.suspension?.contains("read-only") == true)
        try scenario.crash()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.world.holds(scenario.world.base).contains("task-1"))
    }

    @Test("a refusal that passes changes nothing: the same branch gets the work a little later")
    func passingRefusal() throws {
        let scenario = try scenario()
        var answers: [PublishResult] = [.refused("the hook's server is down"), .refused("the hook's server is down")]
        scenario.hooks.publish = { _, _ in answers.isEmpty ? nil : answers.removeFirst() }
        try scenario.playOut()
        #expect(answers.isEmpty && scenario.run.fallback == nil && scenario.run.phase == .ended(.complete))
        #expect(scenario.world.holds(scenario.world.base).contains("task-1"))
    }

    @Test("a branch that somebody else holds at origin is tried again after growing pauses, for a minute, before that counts as a refusal")
    func contestedPush() throws {
        let scenario = try scenario()
        var tries: [Int64] = []
        scenario.hooks.publish = { [unowned scenario] _, run in
            guard run.fallback == nil else { return nil }
            tries.append(scenario.now.milliseconds)
            return .contested("cannot lock ref")
        }
        try scenario.play { $0.fallback != nil }
        #expect(scenario.run.fallback == PushFallback(branch: "cco/run-1", reason: "cannot lock ref"))
        // A second of each is the push itself.
        #expect(zip(tries, tries.dropFirst()).map { $1 - $0 - 1_000 } == [2_000, 4_000, 8_000, 16_000, 32_000])
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a held branch that is let go of in time gets the work as if nothing had been")
    func passingContest() throws {
        let scenario = try scenario()
        var answers = Array(repeating: PublishResult.contested("cannot lock ref"), count: 5)
        scenario.hooks.publish = { _, _ in answers.isEmpty ? nil : answers.removeFirst() }
        try scenario.playOut()
        #expect(answers.isEmpty && scenario.run.fallback == nil && scenario.world.holds(scenario.world.base).contains("task-1"))
    }

    @Test("a branch that origin refused is tried again when an engine starts, and only what it takes then ends the diversion")
    func refusalReconsidered() throws {
        for isMended in [true, false] {
            let scenario = try scenario(.sample(workers: 1), [.draft("a"), .draft("b", after: ["a"])])
            var answers = Array(repeating: PublishResult.refused("protected branch"), count: 3)
            scenario.hooks.publish = { _, run in answers.isEmpty || !run.pushesToTarget ? nil : answers.removeFirst() }
            try scenario.play { $0.tasks[ID("task-1")]?.state.word == "landed" }
            #expect(scenario.run.fallback?.branch == "cco/run-1" && scenario.run.pushBranch == "cco/run-1")
            if !isMended { answers = Array(repeating: .refused("still protected"), count: 3) }
            try scenario.crash()
            // Until origin has taken something, nothing says that the work is where it was wanted.
            #expect(scenario.run.pushBranch == "main" && scenario.run.fallback?.reason == "protected branch")
            try scenario.playOut()
            #expect(scenario.run.phase == .ended(.complete))
            #expect(scenario.run.fallback?.reason == (isMended ? nil : "still protected"))
        }
    }

    @Test("nothing is merged, gated or published while the run stands still, and all of it goes on afterwards")
    func suspendedQueue() throws {
        for state in ["merging", "gating", "publishing"] {
            let scenario = try scenario()
            try scenario.play { $0.queue.first.map { "\($0.state)".contains(state) } ?? false }
            try scenario.feed(.suspend("cco pause"))
            while try scenario.step() {}
            #expect(scenario.run.effects.isEmpty, "\(state)")
            try scenario.start()
            try scenario.playOut()
            #expect(scenario.run.phase == .ended(.complete), "\(state)")
        }
    }

    @Test("a red base is noticed before anybody is blamed")
    func redBaseline() throws {
        let scenario = try scenario()
        scenario.hooks.gate = { [red] candidate, _ in candidate == nil ? .red(red, milliseconds: 1) : nil }
        try scenario.play { $0.baselineRed != nil }
        #expect(scenario.run.baselineRed == red)
        try scenario.playOut()
        #expect(scenario.run.baselineRed == nil)
    }
}
