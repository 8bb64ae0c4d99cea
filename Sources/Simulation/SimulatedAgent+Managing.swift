import Orchestration

extension SimulatedAgent {
    mutating func manage(_ script: inout AgentScript) {
        let report: String
        switch turn.brief {
        case .planGoals: report = goals
        case .fixPlan where turn.team == nil: report = goals
        case .planTasks, .fixPlan: report = ReportText.plan(drafts(isFirst: true), verifyCommand: proposal)
        case .review(let tasks): report = review(tasks)
        case .assess: report = assessment
        case .decide: report = decision
        case .work, .rework, .resolveConflict, .fixGate, .fixQuickGate, .finish, .proceed: return
        }
        script.end = .reported(report)
    }

    private var proposal: String? { run.verifySettled ? nil : "make check" }

    private var goals: String {
        mutating get {
            var teams = run.teams.keys.sorted()
            if case .given(let shares) = habits.plan { teams = teams.filter { shares[$0]?.isEmpty == false } }
            if makes(.planEmpty) { teams = [] }
            if makes(.planDangling) { teams.append(ID("team-99")) }
            if makes(.planCollides), let first = teams.first { teams.append(first) }
            return ReportText.goals(teams, verifyCommand: proposal)
        }
    }

    private mutating func review(_ tasks: [TaskID]) -> String {
        var verdicts: [ReportText.Verdict] = tasks.compactMap { task in
            if makes(.reviewUndecided) { return nil }
            if makes(.reviewRework) {
                return .init(task: task, .rework, instructions: random.happens(0.5) ? "do it differently" : nil)
            }
            return .init(task: task, makes(.reviewDrop) ? .drop : .approve)
        }
        if makes(.reviewOfStrangers), let other = run.tasks.keys.sorted().first(where: { !tasks.contains($0) }) {
            verdicts.append(.init(task: other, .drop, instructions: "not asked"))
        }
        return ReportText.review(verdicts)
    }

    private var assessment: String {
        mutating get {
            if case .given = habits.plan {
                let next = drafts(isFirst: false)
                return ReportText.assessment(reached: next.isEmpty, next.isEmpty ? nil : next)
            }
            if makes(.moreTasks) { return ReportText.assessment(reached: false, drafts(isFirst: false)) }
            return ReportText.assessment(reached: !makes(.goalNotReached), nil)
        }
    }

    private var decision: String {
        mutating get {
            let deliveries: [ReportText.Verdict] = run.offeredTeams.compactMap {
                if makes(.deliveryPassedOver) { return nil }
                return .init(team: $0, makes(.deliveryReturned) ? .return : .accept, instructions: "more")
            }
            let goals = makes(.nextGoals) ? run.teams.keys.sorted().filter { _ in random.happens(0.4) } : []
            return ReportText.decision(deliveries, goals: goals, complete: !makes(.directorUnsure))
        }
    }

    private mutating func drafts(isFirst: Bool) -> [TaskDraft] {
        guard let team = turn.team else { return [] }
        let mine = run.tasks.values.filter { $0.team == team }.sorted { $0.id < $1.id }
        if case .given(let shares) = habits.plan { return given(shares[team] ?? [], mine) }
        guard case .random(let most) = habits.plan else { return [] }
        var count = random.pick(1...max(1, most))
        if makes(.planEmpty) { count = 0 }
        if makes(.planHuge) { count = 40 }
        let prefix = "k\(mine.count)-"
        let collides = makes(.planCollides)
        let isVague = makes(.planVague)
        var drafts: [TaskDraft] = (0..<count).map { index in
            var dependencies = (0..<min(index, 6)).filter { _ in random.happens(0.25) }.map { "\(prefix)\($0)" }
            if random.happens(0.2), let earlier = mine.last, !earlier.state.isSettled || earlier.state.satisfiesDependents {
                dependencies.append(earlier.id.name)
            }
            let paths = collides ? ["src/shared/"] : ["src/\(team)/\(prefix)\(index)/"]
            return .draft("\(prefix)\(index)", after: dependencies, paths: paths, acceptance: isVague ? " " : "it works")
        }
        if makes(.planDangling), !drafts.isEmpty { drafts[0].dependsOn = ["nothing"] }
        if makes(.planCyclic), !drafts.isEmpty { drafts[0].dependsOn = [drafts[drafts.count - 1].key] }
        return drafts
    }

    /// The next round of a plan that is known beforehand: the first of which no task has been added.
    private func given(_ rounds: [[PlannedTask]], _ mine: [TeamTask]) -> [TaskDraft] {
        let known = Dictionary(mine.map { ($0.title, $0.id.name) }, uniquingKeysWith: { first, _ in first })
        guard let round = rounds.first(where: { round in !round.contains { known["Do \($0.key)"] != nil } }) else { return [] }
        let keys = Set(round.map(\.key))
        return round.map { task in
            let dependencies = task.dependsOn.compactMap { key -> String? in
                if keys.contains(key) { return key }
                guard let id = known["Do \(key)"], run.tasks[ID(id)]?.state.satisfiesDependents == true else { return nil }
                return id
            }
            return .draft(task.key, after: dependencies, paths: ["src/\(task.key)/"])
        }
    }
}
