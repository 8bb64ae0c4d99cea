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

    @Test("branches that people bring go back together, after one search and one try of each, and are told that none of them is to blame")
    func branches() throws {
        let queue = try BranchQueue(8, isBaseRed: true) { _ in true }
        try queue.playOut()
        #expect(queue.returned == Array(0..<8) && queue.gates <= 5 + 7, "\(queue.gates) gates")
        #expect(asked(queue.scenario).count == 2)
        for branch in queue.scenario.run.branches {
            #expect(branch.outcome == .returned(.red, "main fails it by itself (exit code 1; log: gate.log)"))
            #expect(branch.red?.isTargetRed == true && branch.red?.passesWithout == false)
        }
    }

    @Test("a branch that mends the base lands, and the others with it")
    func curingBranch() throws {
        let queue = try BranchQueue(8, isBaseRed: true) { !$0.contains(2) }
        try queue.playOut()
        #expect(queue.returned.isEmpty && queue.landings.joined().sorted() == Array(0..<8))
    }

    /// The commands with which the gate was run on the base alone.
    private func asked(_ scenario: Scenario) -> [String] {
        scenario.journal.compactMap { if case .effectIntended(_, .baseline(_, _, let command)) = $0.event { command } else { nil } }
    }

    private func isAsked(_ run: Run) -> Bool { run.effects.values.contains { if case .baseline = $0.effect { true } else { false } } }

    @Test("where no branch would be blamed for it, the target as found costs no gate run")
    func notAsked() throws {
        for isRed: (Set<Int>) -> Bool in [{ _ in false }, { $0.contains(3) }] {
            let queue = try BranchQueue(8) { isRed($0) }
            try queue.playOut()
            #expect(asked(queue.scenario).isEmpty)
        }
        let first = try BranchQueue(8) { $0.contains(0) }
        try first.playOut()
        #expect(asked(first.scenario).count == 1 && first.returned == [0])
    }

    @Test("a base that is red once and then green is a flake: only the branch that breaks the gate goes back, and the others land")
    func flake() throws {
        let queue = try BranchQueue(8) { $0.contains(0) }
        var isFirst = true
        queue.scenario.hooks.effect = { effect, _ in
            guard case .baseline = effect, isFirst else { return nil }
            isFirst = false
            return .gate(.red(Self.red, milliseconds: 1))
        }
        try queue.scenario.play { $0.merges.flakes == 1 }
        let base = try #require(queue.scenario.run.base)
        #expect(queue.scenario.journal.contains { $0.event == .flakeSeen(tree: base.tree, Self.red) })
        #expect(queue.scenario.run.baselineRed == nil && queue.scenario.run.isBaseSettled)
        try queue.playOut()
        #expect(queue.returned == [0] && queue.landings.joined().sorted() == Array(1..<8))
        #expect(asked(queue.scenario).count == 2 && queue.scenario.run.merges.flakes == 1)
        #expect(queue.scenario.run.merges.gateRuns == queue.gates + 2)
    }

    @Test("nobody is told that the base is red before it has been confirmed, also when the run stood still between the two")
    func confirmed() throws {
        let queue = try BranchQueue(1, isBaseRed: true) { _ in true }
        try queue.scenario.play(until: isAsked)
        try queue.scenario.feed(.suspend("cco pause"))
        while try queue.scenario.step() {}
        #expect(queue.scenario.run.baselineRed == nil && queue.scenario.run.effects.isEmpty)
        try queue.scenario.start()
        try queue.scenario.play { $0.baselineDoubted != nil }
        #expect(queue.scenario.run.baselineRed == nil && !queue.scenario.run.isBaseRed)
        try queue.scenario.play { $0.isBaseRed }
        #expect(queue.scenario.run.baselineDoubted == nil && asked(queue.scenario).count == 3)
    }

    /// A run on a base that fails the first command and passes the second.
    private func otherCommand() throws -> (scenario: Scenario, change: () throws -> Void) {
        let scenario = try Scenario(.sample(workers: 1))
        scenario.hooks.effect = { effect, _ in
            guard case .baseline(_, _, let command) = effect else { return nil }
            return .gate(command == "make test" ? .green(milliseconds: 1) : .red(Self.red, milliseconds: 1))
        }
        try scenario.start()
        return (scenario, { try scenario.crash(settings: scenario.run.settings.with { $0.verifyCommand = "make test" }) })
    }

    @Test("a changed command forgets that the base was red, and is asked about it anew")
    func changedCommand() throws {
        let (scenario, change) = try otherCommand()
        try scenario.play { $0.isBaseRed }
        try change()
        #expect(scenario.run.baselineRed == nil && !scenario.run.isBaseRed)
        try scenario.playOut()
        #expect(asked(scenario) == ["make check", "make check", "make test"])
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("what a run of the old command still says of the base counts for nothing")
    func staleVerdict() throws {
        let (scenario, change) = try otherCommand()
        try scenario.play(until: isAsked)
        try change()
        try scenario.playOut()
        #expect(asked(scenario) == ["make check", "make test"])
        #expect(!scenario.journal.contains { if case .baselineKnown(_?) = $0.event { true } else { false } })
    }

    @Test("with the command goes who was to mend what the old one found, and the run comes to its end")
    func changedCommandWhileMended() throws {
        let scenario = try scenario { _ in true }
        try scenario.play { $0.menders[.base] != nil }
        try scenario.crash(settings: scenario.run.settings.with { $0.verifyCommand = "make test" })
        #expect(scenario.run.menders.isEmpty && scenario.run.redBases.isEmpty && scenario.run.baselineRed == nil)
        try scenario.playOut()
        #expect(scenario.run.isEnded)
    }
}

@Suite("A red base and teams")
struct RedBaseOfTeamsTests {
    private static let red = GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "gate.log")

    /// Two teams at work. Somebody pushes what breaks the gate, which looks at what the base brings; the next push mends it.
    private func scenario() throws -> Scenario {
        let scenario = try Scenario(.sample(workers: 6).with { $0.gateSlots = 2 })
        scenario.hooks.plan = { team, run in [.draft("part-of-\(team)-\(run.counters.tasks)")] }
        scenario.hooks.gate = { [unowned scenario] candidate, run in
            let commit: ObjectID? = if case .gating(let commit, _, _, _) = candidate?.state { commit } else { run.base?.head }
            let outside = scenario.world.holds(commit).count { $0.hasPrefix("outside") }
            return outside == 1 ? .red(Self.red, milliseconds: 1_000) : nil
        }
        try scenario.start()
        try scenario.play { run in run.turns.values.contains { $0.role == .worker } }
        try push(scenario)
        return scenario
    }

    private func push(_ scenario: Scenario) throws {
        scenario.world.pushFromOutside()
        try scenario.feed(.baseObserved(scenario.world.facts))
    }

    private func returns(_ scenario: Scenario) -> [ReturnReason] {
        scenario.journal.compactMap { if case .candidateReturned(_, let reason) = $0.event { reason } else { nil } }
    }

    /// Both teams have the mended base at the end, and nobody was asked to mend anything.
    private func expectNoRepair(_ scenario: Scenario) throws {
        try scenario.playOut()
        let outside = scenario.world.holds(scenario.world.base).filter { $0.hasPrefix("outside") }
        #expect(outside.count == 2)
        for team in scenario.run.teams.values { #expect(scenario.world.holds(team.head).isSuperset(of: outside)) }
        #expect(scenario.run.tasks.values.filter(\.isRepair).isEmpty)
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a base that is red by itself is mended by no team for having come to it, and what mends it comes to all")
    func syncs() throws {
        let scenario = try scenario()
        try scenario.play { run in !run.queue.contains { if case .sync = $0.kind { true } else { false } } }
        #expect(returns(scenario) == [.empty, .empty])
        #expect(scenario.run.isBaseRed && !scenario.run.tasks.values.contains(where: \.isRepair))
        try push(scenario)
        try expectNoRepair(scenario)
    }

    @Test("a red base behind which a newer one waits is let go of")
    func newer() throws {
        let scenario = try scenario()
        try scenario.play { run in run.queue.contains { $0.redExcerpt != nil } }
        try push(scenario)
        try expectNoRepair(scenario)
        #expect(returns(scenario).allSatisfy { $0 == .empty })
    }
}
