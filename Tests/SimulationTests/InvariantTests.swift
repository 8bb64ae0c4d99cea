import Orchestration
import Simulation
import Testing

/// Every rule about the state notices when it is broken.
@Suite("Rules")
struct InvariantTests {
    /// What is done to a sound state, and the rule that has to notice.
    enum Damage: String, CaseIterable, Sendable {
        case twoTurnsOfOneAgent, turnWithoutEffect, effectWithoutTurn, agentWithForeignTurn, managerWithTask
        case waitingWithWorker, submittedWithoutReport, approvedWithoutCandidate, settledWithBrief, workerWithFourTasks
        case candidateTwice, publishingWithoutEffect, queueStandsStill, tooManyGates
        case deadlock, idleWorker, idleLead, endedWithTurn
        case heldForTooLong, heldByNobody, collisionOfSettled, twoForecasts

        var rule: Rule {
            switch self {
            case .twoTurnsOfOneAgent, .turnWithoutEffect, .effectWithoutTurn, .agentWithForeignTurn, .managerWithTask: .turnsMatch
            case .waitingWithWorker, .submittedWithoutReport, .approvedWithoutCandidate, .settledWithBrief: .tasksHold
            case .workerWithFourTasks, .tooManyGates: .isBounded
            case .candidateTwice, .publishingWithoutEffect: .queueHolds
            case .queueStandsStill: .queueMoves
            case .deadlock: .noDeadlock
            case .idleWorker, .idleLead: .nobodyIdles
            case .endedWithTurn: .endsInTime
            case .heldForTooLong, .heldByNobody: .holdsEnd
            case .collisionOfSettled, .twoForecasts: .forecastHolds
            }
        }
    }

    @Test("damage is noticed by its rule", arguments: Damage.allCases)
    func damage(_ damage: Damage) throws {
        let sound = try state(for: damage)
        try check(sound)
        var broken = sound
        apply(damage, to: &broken)
        let violation = #expect(throws: Violation.self) { try check(broken, before: sound) }
        let rules: Set<Rule> =
            switch damage {
            case .twoTurnsOfOneAgent: [.oneProcess, .turnsMatch]
            // When nobody else is at work either, the run also waits for nothing.
            case .idleLead: [damage.rule, .noDeadlock]
            default: [damage.rule]
            }
        #expect(violation.map { rules.contains($0.rule) } == true, "\(violation?.description ?? "")")
    }

    private func check(_ run: Run, before: Run? = nil, events: [Event] = []) throws {
        try Invariants(
            before: before ?? run, after: run, events: events, now: run.clock.lastEventAt, isStart: false, git: SimulatedGit()
        ).check()
    }

    /// A state in which the damage can be done: folded from the events of a quiet run, up to where it fits.
    private func state(for damage: Damage) throws -> Run {
        for seed: UInt64 in 5..<12 {
            if let state = state(for: damage, seed: seed) { return state }
        }
        throw Violation(damage.rule, "no run comes to a state for \(damage)")
    }

    private func state(for damage: Damage, seed: UInt64) -> Run? {
        let simulator = Simulator(Experiment(seed: seed, faults: []).withTime)
        _ = simulator.play()
        var run: Run?
        var found: Run?
        for (number, record) in simulator.events.enumerated() {
            if case .runStarted(let id, let settings, let seed) = record.event {
                run = Run(id: id, settings: settings, seed: seed, at: record.time)
            }
            run?.apply(record.event, at: record.time)
            // A decision is whole when the next event has another time.
            guard number + 1 == simulator.events.count || simulator.events[number + 1].time > record.time else { continue }
            if let run, fits(damage, run), (try? check(run)) != nil { found = run }
        }
        return found
    }

    private func fits(_ damage: Damage, _ run: Run) -> Bool {
        func has(_ state: TeamTask.State) -> Bool { run.tasks.values.contains { $0.state == state } }
        return switch damage {
        case .twoTurnsOfOneAgent, .turnWithoutEffect, .agentWithForeignTurn, .effectWithoutTurn: run.turns.count >= 2
        case .managerWithTask: run.turns.values.contains { $0.role.writesCode }
        case .waitingWithWorker: has(.waiting)
        case .submittedWithoutReport: has(.submitted)
        case .approvedWithoutCandidate, .candidateTwice, .queueStandsStill:
            run.queue.contains { if case .task = $0.kind { true } else { false } }
        case .settledWithBrief: run.tasks.values.contains { $0.state.isSettled }
        case .workerWithFourTasks: run.tasks.count >= 4 && run.turns.values.contains { $0.role.writesCode }
        case .publishingWithoutEffect: run.queue.contains { $0.state == .merging }
        case .tooManyGates: run.queue.contains { if case .gating = $0.state { true } else { false } }
        case .idleWorker: run.turns.values.contains { $0.role.writesCode }
        case .idleLead: run.turns.values.contains { !$0.role.writesCode }
        case .deadlock, .endedWithTurn: run.turns.count >= 1 && run.effects.count == run.turns.count
        case .heldForTooLong, .heldByNobody: has(.waiting) && run.queue.isEmpty && run.turns.values.contains { $0.role.writesCode }
        case .collisionOfSettled: run.tasks.values.contains { $0.state.isSettled }
        case .twoForecasts: run.phase == .working
        }
    }

    private func apply(_ damage: Damage, to run: inout Run) {
        let turns = run.turns.keys.sorted()
        switch damage {
        case .twoTurnsOfOneAgent: if let agent = run.turns[turns[0]]?.agent { run.turns[turns[1]]?.agent = agent }
        case .turnWithoutEffect: run.effects = run.effects.filter { $0.value.effect != .runTurn(turns[0]) }
        case .effectWithoutTurn:
            if let agent = run.turns.removeValue(forKey: turns[0])?.agent { run.agents[agent]?.activeTurn = nil }
        case .agentWithForeignTurn:
            if let agent = run.turns[turns[0]]?.agent { run.agents[agent]?.activeTurn = turns[1] }
        case .managerWithTask: if let turn = run.turns.values.first(where: { $0.role.writesCode })?.id { run.turns[turn]?.role = .director }
        case .waitingWithWorker: change(&run, .waiting) { $0.worker = ID("worker-1") }
        case .submittedWithoutReport: change(&run, .submitted) { $0.report = nil }
        case .approvedWithoutCandidate:
            run.queue = []
            run.effects = run.effects.filter { if case .runTurn = $0.value.effect { true } else { false } }
        case .settledWithBrief:
            if let id = run.tasks.values.first(where: { $0.state.isSettled })?.id { run.tasks[id]?.next = Pending(.work(id)) }
        case .workerWithFourTasks:
            let worker = run.turns.values.first { $0.role.writesCode }?.agent
            run.queue = []
            run.effects = run.effects.filter { if case .runTurn = $0.value.effect { true } else { false } }
            for id in run.tasks.keys {
                run.tasks[id]?.state = .assigned
                run.tasks[id]?.worker = worker
                run.tasks[id]?.session = Session(id: "s-\(id)")
                run.tasks[id]?.next = Pending(.work(id))
            }
        case .candidateTwice:
            if let first = run.queue.first(where: { if case .task = $0.kind { true } else { false } }) { run.queue.append(first) }
        case .publishingWithoutEffect:
            run.effects = run.effects.filter { if case .merge = $0.value.effect { false } else { true } }
        case .queueStandsStill:
            for index in run.queue.indices { run.queue[index].state = .waiting }
            run.effects = run.effects.filter { if case .runTurn = $0.value.effect { true } else { false } }
        case .tooManyGates:
            guard var gate = run.effects.values.first(where: { if case .gate = $0.effect { true } else { false } }) else { return }
            gate.effect = .baseline(commit: SimulatedGit.object(1), tree: SimulatedGit.object(2), command: "make check")
            for number in 1...3 { run.effects[ID("effect", 1000 + number)] = gate }
        case .deadlock: leave(&run, withBriefs: false)
        case .idleWorker, .idleLead: leave(&run, withBriefs: true)
        case .endedWithTurn: run.phase = .ended(.complete)
        case .heldForTooLong, .heldByNobody: hold(&run, isOld: damage == .heldForTooLong)
        case .collisionOfSettled:
            guard let task = run.tasks.values.first(where: { $0.state.isSettled })?.id else { return }
            let head = SimulatedGit.object(1)
            run.forecast = ConflictForecast(collisions: [Collision(task: task, other: nil, head: head, otherHead: head, files: ["a"])])
        case .twoForecasts:
            for number in 1...2 { run.effects[ID("effect", 1000 + number)] = PendingEffect(effect: .forecast) }
        }
    }

    private func change(_ run: inout Run, _ state: TeamTask.State, _ change: (inout TeamTask) -> Void) {
        guard let id = run.tasks.values.filter({ $0.state == state }).map(\.id).min(), var task = run.tasks[id] else { return }
        change(&task)
        run.tasks[id] = task
    }

    /// Has a task wait for another, with a worker of its team free.
    private func hold(_ run: inout Run, isOld: Bool) {
        let waiting = run.tasks.values.filter { $0.state == .waiting }.map(\.id).sorted()
        for id in waiting {
            run.tasks[id]?.dependsOn = []
            let since = run.clock.lastEventAt.advanced(byMilliseconds: isOld ? -Run.longestHold : 0)
            run.tasks[id]?.held = Hold(by: ID("task-99"), path: "src/", since: since)
        }
        guard let task = waiting.first.flatMap({ run.tasks[$0] }), let member = run.teams[task.team]?.members.first else { return }
        for id in run.tasks.keys where run.tasks[id]?.worker == member { run.tasks[id] = nil }
        if let turn = run.agents[member]?.activeTurn {
            run.turns[turn] = nil
            run.effects = run.effects.filter { $0.value.effect != .runTurn(turn) }
        }
        run.agents[member]?.activeTurn = nil
        run.queue = run.queue.filter { if case .task(let id) = $0.kind { run.tasks[id] != nil } else { true } }
        let queued = Set(run.queue.map(\.id))
        run.effects = run.effects.filter { $0.value.effect.candidate.map(queued.contains) ?? true }
    }

    /// Takes every turn away; with their briefs left, agents have something to do and do nothing.
    private func leave(_ run: inout Run, withBriefs: Bool) {
        for turn in run.turns.values {
            run.agents[turn.agent]?.activeTurn = nil
            if !withBriefs {
                run.agents[turn.agent]?.next = nil
                if let task = turn.task { run.tasks[task]?.next?.notBefore = nil }
            }
        }
        run.turns = [:]
        run.effects = withBriefs ? run.effects.filter { if case .runTurn = $0.value.effect { false } else { true } } : [:]
        if !withBriefs {
            run.queue = []
            run.tasks = TaskRegister(run.tasks.values.filter { $0.state.isSettled })
        }
    }

    @Test("a base that goes back is noticed")
    func backwards() throws {
        var git = SimulatedGit()
        let old = git.facts
        git.pushFromOutside()
        var before = Run(id: ID("run-1"), settings: .sample(), seed: 1, at: .begin)
        before.apply(.baseMoved(git.facts), at: .begin)
        var after = before
        after.apply(.baseMoved(old), at: .begin)
        let invariants = Invariants(before: before, after: after, events: [.baseMoved(old)], now: .begin, isStart: false, git: git)
        #expect(throws: Violation(.baseMovesForward, "the base goes from 1 to 0, which does not build on it")) {
            try invariants.checkEvents()
        }
    }

    @Test("a failure of the base that is sent to another than the one who is to mend it is noticed")
    func blamed() throws {
        let git = SimulatedGit()
        let base = git.facts
        let red = GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "gate.log")
        var before = Run(id: ID("run-1"), settings: .sample(), seed: 1, at: .begin)
        var mender = TeamTask(
            id: ID("task-1"), team: ID("team-1"), title: "a", description: "", acceptance: "", paths: ["."], dependsOn: [],
            createdAt: .begin)
        mender.state = .assigned
        let other = Candidate(id: ID("candidate-2"), target: .base, kind: .task(ID("task-2")), head: base.head, readyAt: .begin)
        let link = Candidate.State.merged(commit: SimulatedGit.object(1), tree: SimulatedGit.object(2), onto: base.head)
        let events: [Event] = [
            .baseMoved(base), .effectIntended(ID("effect-1"), .baseline(commit: base.head, tree: base.tree, command: "make check")),
            .baselineKnown(red), .taskAdded(mender), .candidateQueued(other), .candidateEntered(other.id, link),
        ]
        for event in events { before.apply(event, at: .begin) }
        before.menders[.base] = .task(mender.id)
        let violation = #expect(throws: Violation.self) { try blame(other, from: before) }
        #expect(violation?.rule == .oneMends)
        before.queue[0].kind = .task(mender.id)
        try blame(other, from: before)
    }

    private func blame(_ candidate: Candidate, from before: Run) throws {
        var after = before
        after.apply(.candidateReturned(candidate.id, .red), at: .begin)
        try Invariants(
            before: before, after: after, events: [.candidateReturned(candidate.id, .red)], now: .begin, isStart: false, git: SimulatedGit()
        ).checkMenders()
    }

    @Test("an id that is given out twice is noticed")
    func ids() throws {
        var seen = SeenIDs()
        try seen.add([.effectIntended(ID("effect-1"), .conclude)])
        #expect(throws: Violation(.idsAreUnique, "the id effect-1 is given out twice")) {
            try seen.add([.effectIntended(ID("effect-1"), .prepareBase)])
        }
    }
}
