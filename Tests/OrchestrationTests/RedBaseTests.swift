import Simulation
import Testing

@testable import Orchestration

@Suite("A base that fails the gate by itself")
struct RedBaseTests {
    private static let red = GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "gate.log")

    /// Three tasks side by side; somebody pushes a commit with which the gate fails while the first is published. Whoever is asked to mend the gate
    /// does so, unless told otherwise.
    private func scenario(isMended: @escaping (Run) -> Bool) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: 3))
        scenario.hooks.plan = { _, _ in [.draft("a"), .draft("b"), .draft("c")] }
        // One after the other, so that each is a chain of its own unless it has to wait.
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, case .work(let task) = run.turns[id]?.brief else { return effect.usualDuration }
            return 600_000 + 200_000 * (Int64(task.name.dropFirst(5)) ?? 0)
        }
        scenario.hooks.gate = { [unowned scenario] candidate, run in
            let commit: ObjectID? =
                switch candidate?.state {
                case .gating(let commit, _, _, _): commit
                default: run.base?.head
                }
            let held = scenario.world.holds(commit)
            guard held.contains(where: { $0.hasPrefix("outside") }) else { return nil }
            if isMended(run), run.tasks.values.contains(where: { $0.redGates > 0 && held.contains($0.id.name) }) { return nil }
            return .red(Self.red, milliseconds: 1_000)
        }
        try scenario.start()
        try scenario.play { $0.queue.contains { if case .publishing = $0.state { true } else { false } } }
        scenario.world.pushFromOutside()
        return scenario
    }

    private func returns(_ scenario: Scenario) -> [CandidateID] {
        scenario.journal.compactMap { if case .candidateReturned(let id, .red) = $0.event { id } else { nil } }
    }

    @Test("one author is asked to mend it; the others wait, and land with the cure")
    func mended() throws {
        let scenario = try scenario { _ in true }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.values.allSatisfy { $0.state.word == "landed" })
        #expect(returns(scenario).count == 1)
        #expect(scenario.journal.contains { if case .baselineKnown(Self.red) = $0.event { true } else { false } })
    }

    @Test("who waits for the cure is told so, and where it comes from")
    func words() throws {
        let scenario = try scenario { _ in true }
        var told: Set<String> = []
        while try scenario.step() {
            for task in scenario.run.tasks.values where task.state == .approved {
                if let why = scenario.run.whyWaits(task, at: scenario.now) { told.insert(why) }
            }
        }
        #expect(told.contains { $0.contains("itself fails the gate, which task-1") && $0.hasSuffix("is to mend") }, "\(told.sorted())")
    }

    @Test("the cure may be among those that wait: they are tried together before they wait")
    func otherwiseMended() throws {
        // The second task is the cure, whoever is asked.
        let scenario = try scenario { run in
            run.queue.contains { $0.kind == .task(ID("task-2")) } || run.tasks[ID("task-2")]?.state.word == "landed"
        }
        scenario.hooks.gate = { [unowned scenario] candidate, run in
            let commit: ObjectID? = if case .gating(let commit, _, _, _) = candidate?.state { commit } else { run.base?.head }
            let held = scenario.world.holds(commit)
            guard held.contains(where: { $0.hasPrefix("outside") }), !held.contains("task-2") else { return nil }
            return .red(Self.red, milliseconds: 1_000)
        }
        // The one who is asked takes longer than the cure.
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, case .fixGate = run.turns[id]?.brief else { return effect.usualDuration }
            return 5_000_000
        }
        try scenario.play { $0.tasks[ID("task-2")]?.state.word == "landed" }
        #expect(scenario.run.tasks[ID("task-1")]?.state == .assigned && returns(scenario).count == 1)
        try scenario.playOut()
        #expect(scenario.run.tasks.values.allSatisfy { $0.state.word == "landed" })
    }

    @Test("where nobody can mend it the run comes to its end all the same")
    func neverMended() throws {
        let scenario = try scenario { _ in false }
        try scenario.playOut()
        #expect(scenario.run.isEnded && !scenario.run.tasks.values.contains { $0.state.word == "landed" })
    }

    @Test("branches that people bring go back together, after one search, and are told that none of them is to blame")
    func branches() throws {
        let queue = try BranchQueue(8, isBaseRed: true) { _ in true }
        try queue.playOut()
        #expect(queue.returned == Array(0..<8) && queue.gates <= 6, "\(queue.gates) gates")
        for branch in queue.scenario.run.branches {
            #expect(branch.outcome == .returned(.red, "main fails it by itself (exit code 1; log: gate.log)"))
        }
    }

    @Test("a branch that mends the base lands, and the others with it")
    func curingBranch() throws {
        let queue = try BranchQueue(8, isBaseRed: true) { !$0.contains(2) }
        try queue.playOut()
        #expect(queue.returned.isEmpty && queue.landings.joined().sorted() == Array(0..<8))
    }
}
