import Simulation
import Testing

@testable import Orchestration

@Suite("Teams whose branch is a base that fails the gate by itself")
struct RedBaseMendersTests {
    private static let red = GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "gate.log")

    private let one: TeamID = ID("team-1")
    private let two: TeamID = ID("team-2")

    /// Two teams with three tasks each.
    ///
    /// - Parameter isRed: whether the gate fails on a tree with the work of these tasks and what others have pushed.
    private func scenario(isRed: @escaping (Set<String>, Run) -> Bool) throws -> Scenario {
        let scenario = try Scenario(
            .sample(workers: 6).with {
                $0.gateSlots = 3
                $0.taskTimeoutMinutes = 300
            })
        scenario.hooks.plan = { team, run in ["a", "b", "c"].map { .draft("\($0)-of-\(team)-\(run.counters.tasks)") } }
        scenario.hooks.gate = { [unowned scenario] candidate, run in
            let commit: ObjectID? = if case .gating(let commit, _, _, _) = candidate?.state { commit } else { run.base?.head }
            return isRed(scenario.world.holds(commit), run) ? .red(Self.red, milliseconds: 1_000) : nil
        }
        try scenario.start()
        return scenario
    }

    /// A base that is red as it was found, which whoever is asked mends.
    private func redScenario(mends: @escaping (TaskID) -> Bool = { _ in true }) throws -> Scenario {
        try scenario { held, run in
            !run.tasks.values.contains { $0.redGates > 0 && held.contains($0.id.name) && mends($0.id) } && !held.contains(where: isOutside)
        }
    }

    private func isOutside(_ owner: String) -> Bool { owner.hasPrefix("outside") }

    /// Who was sent a red gate, in that order.
    private func asked(_ scenario: Scenario) -> [TaskID] {
        scenario.journal.compactMap { record in
            guard case .taskBriefed(let id, _, let pending) = record.event, case .fixGate = pending.brief else { return nil }
            return id
        }
    }

    private func teams(_ tasks: [TaskID], _ scenario: Scenario) -> [TeamID] { tasks.compactMap { scenario.run.tasks[$0]?.team }.sorted() }

    private func baselines(_ scenario: Scenario) -> [String] {
        scenario.journal.compactMap { if case .effectIntended(_, .baseline(_, _, let command)) = $0.event { command } else { nil } }
    }

    private func mender(of team: TeamID, _ run: Run) -> TaskID? {
        if case .task(let id)? = run.menders[.team(team)] { id } else { nil }
    }

    private func expectAllLanded(_ scenario: Scenario) {
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.values.allSatisfy { $0.state.word == "landed" })
    }

    @Test("one author of each team is asked to mend it; the others wait, are told so, and land with the cure")
    func mended() throws {
        let scenario = try redScenario()
        var told: Set<String> = []
        while try scenario.step() {
            for task in scenario.run.tasks.values where task.state == .approved {
                if let why = scenario.run.whyWaits(task, at: scenario.now) { told.insert(why) }
            }
        }
        try scenario.finalChecks()
        expectAllLanded(scenario)
        #expect(teams(asked(scenario), scenario) == [one, two])
        #expect(scenario.run.merges.redGates == 2 && scenario.run.menders.isEmpty)
        for team in [one, two] {
            let start = "waits: \(team)'s branch itself fails the gate, which task-"
            #expect(told.contains { $0.hasPrefix(start) && $0.hasSuffix("is to mend") }, "\(told.sorted())")
        }
    }

    @Test("where the first cannot mend it, or is cancelled, another one is asked", arguments: [true, false])
    func another(isCancelled: Bool) throws {
        var first: TaskID?
        let scenario = try redScenario { $0 != first }
        // What the second team delivers would mend it, too.
        slow(scenario, 12_000_000)
        try scenario.play { mender(of: one, $0) != nil }
        first = mender(of: one, scenario.run)
        let task = try #require(first)
        if isCancelled { try scenario.feed(.ordered(Order(id: "order", by: "Ada", wish: .cancelTask(task, reason: nil)))) }
        try scenario.play { mender(of: one, $0).map { $0 != task } ?? false }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(Set(asked(scenario)).count == 3)
        for other in scenario.run.tasks.values where other.id != task { #expect(other.state.word == "landed") }
        #expect(scenario.run.tasks[task]?.state.word == (isCancelled ? "dropped" : "failed"))
    }

    @Test("on a base that passes, who breaks the gate is sent back at once")
    func green() throws {
        let scenario = try scenario { held, run in held.contains("task-1") && run.tasks[ID("task-1")]?.redGates == 0 }
        try scenario.playOut()
        expectAllLanded(scenario)
        #expect(asked(scenario) == [ID("task-1")] && scenario.run.merges.redGates == 1)
        #expect(baselines(scenario).count == 1 && scenario.run.redBases.isEmpty)
        let isReturn: (Event) -> Bool = { if case .candidateReturned(_, .red) = $0 { true } else { false } }
        let returned = try #require(scenario.journal.firstIndex { isReturn($0.event) })
        let verdict = try #require(scenario.journal[..<returned].last { if case .gateRed = $0.event { true } else { false } })
        #expect(scenario.journal[returned].time == verdict.time)
    }

    @Test("before the first is blamed the verdict on the base is waited for", arguments: [true, false])
    func unsettled(isBaseRed: Bool) throws {
        let scenario = try scenario { held, run in
            let isMended = run.tasks.values.contains { $0.redGates > 0 && held.contains($0.id.name) }
            return !isMended && (isBaseRed || held.contains("task-1"))
        }
        scenario.hooks.duration = { effect, _ in if case .baseline = effect { 3_000_000 } else { effect.usualDuration } }
        try scenario.play { $0.queue.contains(where: \.isConfirmedRed) }
        while !scenario.run.isBaseSettled {
            #expect(scenario.run.merges.redGates == 0)
            try scenario.step()
        }
        try scenario.playOut()
        expectAllLanded(scenario)
        #expect(baselines(scenario).count == (isBaseRed ? 2 : 1))
        #expect(teams(asked(scenario), scenario) == (isBaseRed ? [one, two] : [one]))
    }

    @Test("under another command the gate is asked about the base that the teams have before one is blamed", arguments: [true, false])
    func otherCommand(isBaseRed: Bool) throws {
        let scenario = try scenario { held, run in
            let isMended = run.tasks.values.contains { $0.redGates > 0 && held.contains($0.id.name) }
            return run.verifyCommand == "make test" && !isMended && (isBaseRed || held.contains("task-1"))
        }
        try scenario.play { run in run.turns.values.contains { $0.role == .worker } }
        scenario.world.pushFromOutside()
        try scenario.feed(.baseObserved(scenario.world.facts))
        try scenario.play { run in run.teams.values.allSatisfy { $0.head == run.base?.head } }
        try scenario.crash(settings: scenario.run.settings.with { $0.verifyCommand = "make test" })
        #expect(!scenario.run.isBaseSettled)
        try scenario.playOut()
        expectAllLanded(scenario)
        #expect(baselines(scenario) == ["make check", "make test"] + (isBaseRed ? ["make test"] : []))
        #expect(teams(asked(scenario), scenario) == (isBaseRed ? [one, two] : [one]))
    }

    /// The one who is asked in the second team takes long.
    private func slow(_ scenario: Scenario, _ milliseconds: Int64 = 2_400_000) {
        scenario.hooks.duration = { [two] effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id], turn.team == two, case .fixGate = turn.brief else {
                return effect.usualDuration
            }
            return milliseconds
        }
    }

    /// The second team's others land while the one who was asked is still at it.
    private func expectOvertaken(_ scenario: Scenario) throws {
        let task = try #require(mender(of: two, scenario.run))
        try scenario.play { run in run.tasks.values.allSatisfy { $0.team != two || $0.id == task || $0.state.word == "landed" } }
        #expect(scenario.run.tasks[task]?.state == .assigned && scenario.run.menders[.team(two)] == nil)
        #expect(teams(asked(scenario), scenario) == [one, two])
        try scenario.playOut()
        expectAllLanded(scenario)
    }

    @Test("what one team delivers mends the base for the other, which blames nobody before it has come")
    func delivered() throws {
        let scenario = try redScenario()
        slow(scenario)
        try scenario.play { run in [one, two].allSatisfy { mender(of: $0, run) != nil } }
        try expectOvertaken(scenario)
    }

    @Test("a push that mends the base goes before those that wait; one that does not leaves them waiting")
    func pushed() throws {
        let scenario = try scenario { held, run in
            let isMended = run.tasks.values.contains { $0.redGates > 0 && held.contains($0.id.name) }
            return !isMended && held.count { $0.hasPrefix("outside") } < 2
        }
        slow(scenario)
        try scenario.play { run in [one, two].allSatisfy { mender(of: $0, run) != nil } }
        scenario.world.pushFromOutside()
        try scenario.feed(.baseObserved(scenario.world.facts))
        try scenario.play { run in !run.queue.contains(where: \.isSync) }
        #expect(scenario.run.isBaseRed && scenario.run.isBeingMended(.team(two)))
        #expect(scenario.run.merges.redGates == 2)
        scenario.world.pushFromOutside()
        try scenario.feed(.baseObserved(scenario.world.facts))
        try expectOvertaken(scenario)
    }
}
