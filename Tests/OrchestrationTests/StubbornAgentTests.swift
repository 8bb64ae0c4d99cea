import Simulation
import Testing

@testable import Orchestration

/// Agents that never stop making the same mistake. A run must not pay for that for ever.
@Suite("Stubborn agents")
struct StubbornAgentTests {
    enum Habit: String, CaseIterable, Sendable {
        case reviewerDecidesNothing, reviewerWantsMore, reviewerSilent, workerSilent, workerBlocked, workerBlockedAndUndecided,
            workerCrashes
        case workerObjectionable, mergeObjection, mergeConflict, gateRed, deliveryConflict, deliveryRed, syncConflict
        case directorDecidesNothing, directorReturnsAll, directorNeverDone, directorSilent, leadPlansInVain, leadPlansBadlyFirst, leadUnfit
        case sessionMissing, noCommit
    }

    @Test("a habit that never changes costs a bounded number of turns", arguments: Habit.allCases, [2, 6])
    func bounded(habit: Habit, workers: Int) throws {
        // Time is no help here: the run may take months.
        let scenario = try Scenario(.sample(workers: workers, minutes: 10_000_000))
        scenario.checksCoding = false
        scenario.checksFold = false
        scenario.hooks.plan = { team, run in [.draft("\(team)-\(run.counters.tasks)"), .draft("\(team)-\(run.counters.tasks)b")] }
        install(habit, in: scenario)
        try scenario.start()
        try scenario.playOut(within: 1500)
        #expect(scenario.run.isEnded)
        #expect(scenario.run.counters.turns < 250, "\(scenario.run.counters.turns) turns")
    }

    @Test(
        "an engine that dies after every turn gives a habit no further tries",
        arguments: [Habit.workerSilent, .workerCrashes, .workerObjectionable, .reviewerSilent, .directorSilent, .leadUnfit, .gateRed])
    func boundedOverRestarts(habit: Habit) throws {
        func turns(crashing: Bool) throws -> Int {
            let scenario = try Scenario(.sample(workers: 1, minutes: 10_000_000))
            scenario.checksCoding = false
            scenario.hooks.plan = { team, run in [.draft("\(team)-\(run.counters.tasks)")] }
            install(habit, in: scenario)
            try scenario.start()
            while !scenario.run.isEnded, scenario.run.suspension == nil, scenario.run.counters.turns < 500 {
                let ended = scenario.run.ledger.total.turns
                try scenario.play { $0.isEnded || $0.suspension != nil || $0.ledger.total.turns > ended }
                if crashing, !scenario.run.isEnded { try scenario.crash(down: 1000) }
            }
            return scenario.run.counters.turns
        }
        #expect(try turns(crashing: true) == turns(crashing: false))
    }

    @Test("a team that has given up costs nothing more until it gets another goal")
    func stuckTeamRests() throws {
        let scenario = try Scenario(.sample(workers: 6, minutes: 10_000_000).with { $0.taskTimeoutMinutes = 1_000_000 })
        let lead: AgentID = ID("em-1")
        scenario.hooks.turn = { turn, _ in
            guard turn.agent == lead, case .review = turn.brief else { return nil }
            return .broken(.silent)
        }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id], turn.role == .worker else { return effect.usualDuration }
            // The other team keeps the run going.
            return turn.team == ID("team-2") ? 86_400_000 : 300_000
        }
        try scenario.start()
        try scenario.play { $0.isStuck(ID("team-1")) }
        while scenario.now < .begin.advanced(byMinutes: 1000), try scenario.step() {}
        let turns = scenario.journal.compactMap {
            if case .turnStarted(let turn) = $0.event, turn.agent == lead { turn.brief } else { nil }
        }
        // The plan, and six tries at the first review.
        #expect(turns.count == 7)
        #expect(!scenario.run.isEnded)
    }

    private func install(_ habit: Habit, in scenario: Scenario) {
        let red = GateExcerpt(command: "make check", exitCode: 1, ending: "exit code 1", tail: "", logPath: "")
        switch habit {
        case .mergeObjection:
            scenario.hooks.merge = { candidate, _ in if case .task = candidate.kind { .objection("a forbidden path") } else { nil } }
        case .mergeConflict, .deliveryConflict, .syncConflict:
            scenario.hooks.merge = { candidate, run in
                let isMeant =
                    switch candidate.kind {
                    case .task: habit == .mergeConflict
                    case .delivery: habit == .deliveryConflict
                    case .sync: habit == .syncConflict
                    case .upkeep, .branch: false
                    }
                return isMeant ? run.head(of: candidate.target).map { .conflict(onto: $0, files: []) } : nil
            }
        case .gateRed:
            scenario.hooks.gate = { candidate, _ in candidate == nil ? nil : .red(red, milliseconds: 1) }
        case .deliveryRed:
            scenario.hooks.gate = { candidate, _ in if case .delivery = candidate?.kind { .red(red, milliseconds: 1) } else { nil } }
        default:
            scenario.hooks.turn = { turn, run in outcome(habit, turn, run) }
        }
    }

    private func outcome(_ habit: Habit, _ turn: Turn, _ run: Run) -> TurnOutcome? {
        switch (habit, turn.brief) {
        case (.reviewerDecidesNothing, .review): return .manager(ReviewReport(decisions: []))
        case (.workerBlockedAndUndecided, .review): return .manager(ReviewReport(decisions: []))
        case (.reviewerWantsMore, .review(let tasks)):
            return .manager(ReviewReport(decisions: tasks.map { .init(task: $0.name, verdict: .rework, instructions: nil) }))
        case (.reviewerSilent, .review), (.directorSilent, .decide), (.directorSilent, .assess): return .broken(.silent)
        case (.leadUnfit, .planTasks): return .broken(.unfit(["tasks: missing"]))
        case (.directorDecidesNothing, .decide):
            return .manager(DirectorReport(deliveries: [], goals: nil, complete: false, summary: "hm"))
        case (.directorReturnsAll, .decide):
            return .manager(
                DirectorReport(
                    deliveries: run.teams.keys.map { .init(team: $0.name, verdict: .return, instructions: "more") }, goals: nil,
                    complete: false, summary: ""))
        case (.directorNeverDone, .decide):
            let accepted = run.teams.values.filter { $0.stage == .offered }.map {
                DirectorReport.Decision(team: $0.id.name, verdict: .accept)
            }
            return .manager(DirectorReport(deliveries: accepted, goals: nil, complete: false, summary: "not yet"))
        case (.leadPlansInVain, .assess), (.leadPlansBadlyFirst, .assess):
            let after = habit == .leadPlansBadlyFirst ? ["ghost"] : []
            return .manager(
                AssessmentReport(goalReached: false, summary: "more", tasks: [.draft("more-\(run.counters.tasks)", after: after)]))
        case (.leadPlansInVain, .review(let tasks)), (.leadPlansBadlyFirst, .review(let tasks)):
            return .manager(ReviewReport(decisions: tasks.map { .init(task: $0.name, verdict: .drop, instructions: "no") }))
        default:
            return turn.task == nil ? nil : work(habit, turn)
        }
    }

    private func work(_ habit: Habit, _ turn: Turn) -> TurnOutcome? {
        switch habit {
        case .workerSilent: .broken(.silent)
        case .workerCrashes: .broken(.failed("signal 11"))
        case .workerBlocked, .workerBlockedAndUndecided: .worker(.init(status: .blocked, summary: "no access"), head: nil)
        case .workerObjectionable: .worker(.init(status: .done, summary: ""), head: SimulatedGit.object(9), objection: "a secret")
        case .noCommit: .worker(.init(status: .done, summary: ""), head: turn.startPoint, changed: false)
        case .sessionMissing: .broken(.sessionMissing, sessionExists: false)
        default: nil
        }
    }
}
