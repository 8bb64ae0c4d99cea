import Simulation
import Testing

@testable import Orchestration

@Suite("Plans and goals")
struct PlanningTests {
    private func plan(_ rounds: [[TaskDraft]], workers: Int = 2) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers))
        var left = rounds
        scenario.hooks.plan = { _, _ in left.isEmpty ? [.draft("good")] : left.removeFirst() }
        try scenario.start()
        return scenario
    }

    private func briefs(_ scenario: Scenario) -> [Brief] {
        scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, !turn.role.writesCode { turn.brief } else { nil } }
    }

    @Test(
        "a plan that does not hold goes back to its author in the same session with the list",
        arguments: [
            [TaskDraft](), [.draft("a", after: ["ghost"])], [.draft("a", after: ["b"]), .draft("b", after: ["a"])],
            [.draft("a", paths: ["x"]), .draft("b", paths: ["x"])], [.draft("a", acceptance: "")],
        ])
    func badPlan(bad: [TaskDraft]) throws {
        let scenario = try plan([bad])
        try scenario.play { $0.turns.values.contains { if case .fixPlan = $0.brief { true } else { false } } }
        let turn = try #require(scenario.run.turns.values.first)
        guard case .fixPlan(let problems) = turn.brief else { throw scenario.failure("not a fixPlan", []) }
        #expect(!problems.isEmpty)
        #expect(turn.resumes)
        #expect(scenario.run.tasks.isEmpty)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.count == 1)
    }

    @Test("an author that lets tasks collide a second time gets them put in order")
    func orderedAtSecondTry() throws {
        let colliding: [TaskDraft] = [.draft("a", paths: ["x"]), .draft("b", paths: ["x"])]
        let scenario = try plan([colliding, colliding])
        try scenario.play { $0.tasks.count == 2 }
        #expect(scenario.run.tasks[ID("task-2")]?.dependsOn == [ID("task-1")])
        #expect(scenario.run.tasks[ID("task-2")]?.state == .waiting)
    }

    @Test("a plan without a task goes back once; the second time it means that there is nothing to do", arguments: [2, 6])
    func emptyPlan(workers: Int) throws {
        let scenario = try Scenario(.sample(workers: workers, minutes: 100_000))
        scenario.hooks.plan = { _, _ in [] }
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.isEmpty)
        let rejections = scenario.run.teams.values.map(\.planRejections)
        #expect(rejections.allSatisfy { $0 <= 1 })
    }

    @Test("a flat run whose lead can make no plan ends without progress, a team's lead only gives up its goal", arguments: [2, 6])
    func hopelessPlanner(workers: Int) throws {
        let scenario = try Scenario(.sample(workers: workers, minutes: 100_000))
        scenario.hooks.plan = { team, _ in team == ID("team-1") ? [.draft("bad", paths: [])] : [.draft("good")] }
        try scenario.start()
        try scenario.playOut()
        if workers == 2 {
            guard case .ended(.noProgress(let why)) = scenario.run.phase else { throw scenario.failure("not without progress", []) }
            #expect(why.contains("claims no paths"))
        } else {
            #expect(scenario.run.isStuck(ID("team-1")))
            #expect(scenario.run.phase == .ended(.complete))
            #expect(scenario.run.tasks.values.allSatisfy { $0.team == ID("team-2") && $0.state.isSettled })
        }
    }

    @Test("goals for unknown teams or without an acceptance condition come back to the Director")
    func badGoals() throws {
        let scenario = try Scenario(.sample(workers: 6))
        var isFirst = true
        scenario.hooks.turn = { turn, _ in
            guard case .planGoals = turn.brief, isFirst else { return nil }
            isFirst = false
            return .manager(
                GoalPlanReport(
                    summary: "", verifyCommand: nil, goals: [GoalDraft(team: "team-9", title: "t", description: "d", acceptance: "")]))
        }
        try scenario.start()
        try scenario.play { $0.turns.values.contains { if case .fixPlan = $0.brief { true } else { false } } }
        guard case .fixPlan(let problems) = scenario.run.turns.values.first?.brief else { throw scenario.failure("not a fixPlan", []) }
        #expect(problems.contains { $0.contains("there is no team \"team-9\"; the teams are team-1, team-2") })
        #expect(problems.contains { $0.contains("no acceptance condition") })
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("the lead's gate command counts when the configuration has none, and only then", arguments: [nil, "make check"])
    func proposedGate(configured: String?) throws {
        let scenario = try Scenario(.sample(workers: 1).with { $0.verifyCommand = configured })
        scenario.hooks.turn = { turn, _ in
            guard case .planTasks = turn.brief else { return nil }
            return .manager(TaskPlanReport(summary: "", verifyCommand: "  npm test", tasks: [.draft("a")]))
        }
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.verifyCommand == configured ?? "npm test")
        #expect(scenario.run.verifyProposedBy == (configured == nil ? Run.director : nil))
    }

    @Test("a change of the direction reaches the Director while the work goes on", arguments: [2, 6])
    func directionChange(workers: Int) throws {
        let scenario = try Scenario(.sample(workers: workers))
        try scenario.start()
        try scenario.play { run in run.turns.values.contains { $0.role == .worker } }
        let asked = briefs(scenario).count
        scenario.world.pushFromOutside(newDirection: true)
        let events = try scenario.feed(.baseObserved(scenario.world.facts))
        let brief: Brief? = events.compactMap {
            if case .turnStarted(let turn) = $0, turn.agent == Run.director { turn.brief } else { nil }
        }.first
        #expect(brief == (workers == 2 ? .assess : .decide))
        #expect(briefs(scenario).count == asked + 1)
        #expect(scenario.run.shownDirection == scenario.world.direction)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a direction that changes during the last assessment is read before a flat run ends")
    func lateDirectionChange() throws {
        let scenario = try Scenario()
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.brief == .assess } }
        scenario.world.pushFromOutside(newDirection: true)
        try scenario.feed(.baseObserved(scenario.world.facts))
        try scenario.playOut()
        #expect(briefs(scenario).count { $0 == .assess } == 2)
        #expect(scenario.run.shownDirection == scenario.world.direction)
    }

    @Test("an assessment is not asked for while the team is at work")
    func noIdleAssessment() throws {
        let scenario = try Scenario(.sample(workers: 10))
        try scenario.start()
        while try scenario.step() {
            for turn in scenario.run.turns.values where turn.brief == .assess && turn.startedAt == scenario.now {
                #expect(scenario.run.isAtRest(turn.team ?? ID("none")))
            }
        }
        #expect(scenario.run.isEnded)
    }
}
