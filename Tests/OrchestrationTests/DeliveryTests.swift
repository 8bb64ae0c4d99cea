import Simulation
import Testing

@testable import Orchestration

@Suite("Deliveries of teams")
struct DeliveryTests {
    private let one: TeamID = ID("team-1")
    private let two: TeamID = ID("team-2")

    /// Six workers in two teams, each with one task.
    private func scenario(_ change: (inout RunSettings) -> Void = { _ in }) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: 6).with(change))
        scenario.hooks.plan = { team, run in [.draft("part-of-\(team)-\(run.counters.tasks)")] }
        return scenario
    }

    private func decisions(_ scenario: Scenario) -> Int {
        scenario.journal.count { if case .turnStarted(let turn) = $0.event { turn.brief == .decide } else { false } }
    }

    private func deliveries(_ scenario: Scenario) -> [TeamID] {
        scenario.journal.compactMap { record in
            guard case .candidateQueued(let candidate) = record.event, case .delivery(let team) = candidate.kind else { return nil }
            return team
        }
    }

    @Test("what a team delivers reaches main once the Director accepts it")
    func accepted() throws {
        let scenario = try scenario()
        try scenario.start()
        try scenario.play { $0.teams[one]?.stage == .offered }
        #expect(scenario.run.base?.head == scenario.run.startedFrom)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(deliveries(scenario).sorted() == [one, two])
        #expect(scenario.world.holds(scenario.world.base) == ["task-1", "task-2"])
    }

    @Test("only a delivery that the Director was shown three times, and said nothing of, goes to main unasked", arguments: [true, false])
    func unshown(saysOfOne: Bool) throws {
        let scenario = try Scenario(.sample(workers: 20))
        // One after the other the teams have something to deliver.
        scenario.hooks.plan = { team, run in
            (1...(team.name.last?.wholeNumberValue ?? 1)).map { .draft("part-\($0)-of-\(team)-\(run.counters.tasks)") }
        }
        var accepted: Set<TeamID> = []
        scenario.hooks.turn = { turn, run in
            guard turn.brief == .decide else { return nil }
            let shown = run.teams.values.filter { $0.stage == .offered && ($0.offeredSince ?? turn.startedAt) <= turn.startedAt }
            let first = shown.map(\.id).min()
            if saysOfOne, let first { accepted.insert(first) }
            let decisions = saysOfOne ? first.map { [DirectorReport.Decision(team: $0.name, verdict: .accept)] } ?? [] : []
            return .manager(DirectorReport(deliveries: decisions, goals: nil, complete: false, summary: ""))
        }
        try scenario.start()
        try scenario.play { _ in deliveries(scenario).count >= 4 }
        var offers: [TeamID: Int] = [:]
        var starts: [TurnID] = []
        var shown: [TeamID: Int] = [:]
        for record in scenario.journal {
            switch record.event {
            case .teamEntered(let team, .offered, _):
                offers[team] = starts.count
                shown[team] = 0
            case .turnStarted(let turn) where turn.brief == .decide: starts.append(turn.id)
            case .turnEnded(let id, _):
                guard let place = starts.firstIndex(of: id) else { continue }
                for (team, since) in offers where since <= place { shown[team]? += 1 }
            case .candidateQueued(let candidate):
                guard case .delivery(let team) = candidate.kind else { continue }
                #expect(accepted.contains(team) || shown[team] ?? 0 >= 3, "\(team) was shown \(shown[team] ?? 0) times")
                offers[team] = nil
            default: break
            }
        }
        #expect(deliveries(scenario).count >= 4)
    }

    @Test("a returned delivery goes back to its lead with the instructions")
    func returned() throws {
        let scenario = try scenario()
        var isFirst = true
        scenario.hooks.turn = { turn, run in
            guard turn.brief == .decide, isFirst else { return nil }
            isFirst = false
            return .manager(
                DirectorReport(
                    deliveries: run.teams.values.filter { $0.stage == .offered }.map {
                        .init(team: $0.id.name, verdict: .return, instructions: "add a test")
                    },
                    goals: nil, complete: false, summary: ""))
        }
        try scenario.start()
        try scenario.play { $0.teams[one]?.returned != nil }
        #expect(scenario.run.teams[one]?.returned == "add a test")
        #expect(scenario.run.teams[one]?.stage == .planning)
        #expect(deliveries(scenario).isEmpty)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.world.holds(scenario.world.base).count == 4)
    }

    @Test("with automatic promotion no delivery waits for the Director")
    func automatic() throws {
        let scenario = try scenario { $0.promotion = .auto }
        try scenario.start()
        try scenario.playOut()
        // The one question is what comes next.
        #expect(decisions(scenario) == 1)
        #expect(deliveries(scenario).sorted() == [one, two])
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.world.holds(scenario.world.base).count == 2)
    }

    @Test("every landing on main comes back to every team, and a newer one replaces one that waits")
    func syncs() throws {
        let scenario = try scenario()
        try scenario.start()
        try scenario.play { run in run.turns.values.contains { $0.role == .worker } }
        for _ in 1...3 {
            scenario.world.pushFromOutside()
            try scenario.feed(.baseObserved(scenario.world.facts))
        }
        for team in [one, two] {
            let waiting = scenario.run.queue.filter { $0.kind == .sync(team) && $0.state == .waiting }
            #expect(waiting.map(\.head) == [scenario.world.base])
        }
        try scenario.playOut()
        let outside = scenario.world.holds(scenario.world.base).filter { $0.hasPrefix("outside") }
        #expect(outside.count == 3)
        for team in [one, two] {
            let held = scenario.world.holds(scenario.run.teams[team]?.head)
            #expect(held.isSuperset(of: outside))
        }
    }

    @Test(
        "a lead that judges while main comes onto its team's branch is not asked again", arguments: [RunSettings.Promotion.auto, .director])
    func judgedMeanwhile(promotion: RunSettings.Promotion) throws {
        let scenario = try scenario { $0.promotion = promotion }
        func judging(_ run: Run) -> Turn? { run.turns.values.first { $0.team == one && $0.brief == .assess } }
        try scenario.start()
        try scenario.play { judging($0) != nil }
        scenario.world.pushFromOutside()
        try scenario.feed(.baseObserved(scenario.world.facts))
        let turn = try #require(judging(scenario.run))
        let effect = try #require(scenario.run.effects.first { $0.value.effect == .runTurn(turn.id) }?.key)
        let job = try #require(scenario.jobs.firstIndex { $0.effect == effect })
        scenario.jobs[job].due = scenario.now
        try scenario.play { judging($0) == nil }
        #expect(scenario.run.queue.contains { $0.kind == .sync(one) })
        #expect(scenario.run.teams[one]?.stage == (promotion == .auto ? .promoting : .offered))
        try scenario.playOut()
        let asked = scenario.journal.count {
            if case .turnStarted(let turn) = $0.event { turn.team == one && turn.brief == .assess } else { false }
        }
        #expect(asked == 1)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.world.holds(scenario.world.base).isSuperset(of: ["task-1", "task-2"]))
    }

    @Test("a task starts from a team's head that holds what other teams have landed on main")
    func noDrift() throws {
        let scenario = try scenario { $0.promotion = .auto }
        scenario.hooks.plan = { team, _ in
            team == ID("team-1") ? [.draft("a")] : [.draft("b"), .draft("c", after: ["b"]), .draft("d", after: ["c"])]
        }
        try scenario.start()
        try scenario.playOut()
        let last = try #require(scenario.run.tasks.values.filter { $0.team == two }.sorted { $0.id < $1.id }.last)
        #expect(scenario.world.holds(last.base).contains { scenario.run.tasks[ID($0)]?.team == one })
    }

    @Test("a delivery that conflicts is repaired by its team and then promoted without asking the Director again")
    func repair() throws {
        let scenario = try scenario()
        var isFirst = true
        scenario.hooks.merge = { [one] candidate, run in
            guard candidate.kind == .delivery(one), isFirst, let onto = run.base?.head else { return nil }
            isFirst = false
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "<<<")])
        }
        try scenario.start()
        try scenario.play { $0.tasks.values.contains(where: \.isRepair) }
        let repair = try #require(scenario.run.tasks.values.filter(\.isRepair).first)
        #expect(repair.team == one)
        guard case .resolveConflict(repair.id, _, _) = repair.firstBrief else { throw scenario.failure("the repair has no evidence", []) }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks[repair.id]?.state.word == "landed")
        #expect(deliveries(scenario).filter { $0 == one }.count == 2)
        let verdicts = scenario.journal.count { record in
            guard case .turnEnded(_, let outcome) = record.event, case .reported(let text) = outcome.end else { return false }
            return text.contains("\"team\":\"team-1\",\"verdict\":\"accept\"")
        }
        #expect(verdicts == 1)
    }

    @Test("a team that gets its next goal with the acceptance works on it and delivers that too")
    func acceptedWithNextGoal() throws {
        let scenario = try scenario()
        var isFirst = true
        scenario.hooks.turn = { [one] turn, run in
            guard turn.brief == .decide, isFirst, run.teams[one]?.stage == .offered else { return nil }
            isFirst = false
            return .manager(
                DirectorReport(
                    deliveries: [.init(team: "team-1", verdict: .accept, instructions: nil)],
                    goals: [GoalDraft(team: "team-1", title: "More", description: "Go on.", acceptance: "it works")], complete: false,
                    summary: ""))
        }
        // The delivery's gate takes long, so that the next goal's work overtakes it.
        scenario.hooks.duration = { effect, run in
            guard case .gate(let id, _, _, _, _) = effect, case .delivery = run.queue.first(where: { $0.id == id })?.kind else {
                return effect.usualDuration
            }
            return 7_200_000
        }
        try scenario.start()
        try scenario.playOut(within: 5000)
        #expect(scenario.run.phase == .ended(.complete))
        let landed = scenario.run.tasks.values.filter { $0.state.word == "landed" }.map(\.id.name)
        #expect(landed.count == 3)
        #expect(scenario.world.holds(scenario.world.base) == Set(landed))
        #expect(scenario.run.teams.values.allSatisfy { !$0.undelivered })
        // The second delivery is the Director's decision too, and not only what the run's end sweeps up.
        let accepted = scenario.journal.count { record in
            guard case .turnEnded(_, let outcome) = record.event, case .reported(let text) = outcome.end else { return false }
            return text.contains("\"team\":\"team-1\",\"verdict\":\"accept\"")
        }
        #expect(accepted == 2)
    }
}
