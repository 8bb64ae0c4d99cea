@testable import Orchestration

extension RandomWorld {
    /// A turn's outcome: mostly what an ideal agent does, with the seed's share of everything that goes wrong.
    func outcome(_ turn: Turn, _ run: Run, _ world: inout World, at now: Timestamp) -> TurnOutcome {
        var outcome = usable(turn, run, &world)
        outcome.account.sessionCostUsd = Double(random.pick(1...40)) / 100
        guard random.chance(trouble * 2) else { return outcome }
        let end: TurnEnd =
            switch random.pick(0...12) {
            case 0, 1: .silent
            case 2: .unfit(["tasks: expected an array"])
            case 3: .credential(.exhausted(resetsAt: now.advanced(bySeconds: random.pick(-60...3600)), message: "5-hour limit"))
            case 4: .credential(.exhausted(resetsAt: nil, message: "429"))
            case 5: random.chance(30) ? .credential(.refused(message: "401")) : .silent
            case 6: random.chance(30) ? .credential(.unpaid(message: "402")) : .silent
            case 7, 8: .provider("overloaded")
            case 9: .overBudget
            case 10: .sessionMissing
            case 11: .failed("signal 9")
            default: .reported("{\"nonsense\": true}")
            }
        outcome.end = end
        outcome.sessionExists = random.chance(80)
        return outcome
    }

    private func usable(_ turn: Turn, _ run: Run, _ world: inout World) -> TurnOutcome {
        var outcome = IdealAgent(turn: turn, run: run, plan: { [self] in drafts($0, $1) }).outcome(in: &world)
        switch turn.brief {
        case .work, .rework, .resolveConflict, .fixGate, .finish:
            if random.chance(trouble) { return .worker(.init(status: .blocked, summary: "no access"), head: outcome.head) }
            if random.chance(trouble) { outcome.changed = false; outcome.head = run.tasks[turn.task ?? ID("none")]?.base }
            if random.chance(trouble / 2) { outcome.objection = "a secret in config.json" }
        case .review(let tasks):
            return .manager(
                ReviewReport(
                    decisions: tasks.compactMap { task in
                        if random.chance(trouble) { return nil }
                        let verdict: ReviewReport.Verdict = random.chance(trouble * 3) ? .rework : random.chance(trouble) ? .drop : .approve
                        return .init(task: task.name, verdict: verdict, instructions: random.chance(50) ? "do it differently" : nil)
                    }))
        case .assess:
            let more = random.chance(25)
            return .manager(
                AssessmentReport(
                    goalReached: !more && !random.chance(trouble), summary: "assessed",
                    tasks: more ? drafts(turn.team ?? ID("none"), run) : nil))
        case .decide:
            return .manager(decision(run))
        case .planGoals, .planTasks, .fixPlan:
            break
        }
        return outcome
    }

    private func decision(_ run: Run) -> DirectorReport {
        let teams = run.teams.values.sorted { $0.id < $1.id }
        let deliveries: [DirectorReport.Decision] = teams.filter { $0.stage == .offered }.compactMap {
            if random.chance(trouble) { return nil }
            return .init(team: $0.id.name, verdict: random.chance(15) ? .return : .accept, instructions: "more")
        }
        let goals = teams.filter { _ in random.chance(15) }.map {
            GoalDraft(team: $0.id.name, title: "Next", description: "Go on.", acceptance: "it works")
        }
        return DirectorReport(deliveries: deliveries, goals: goals, complete: random.chance(80), summary: "decided")
    }

    private func drafts(_ team: TeamID, _ run: Run) -> [TaskDraft] {
        let mine = run.tasks.values.filter { $0.team == team }.sorted { $0.id < $1.id }
        let count = random.chance(trouble / 2) ? 0 : random.pick(1...5)
        let prefix = "k\(mine.count)-"
        return (0..<count).map { index in
            var dependencies = (0..<index).filter { _ in random.chance(25) }.map { "\(prefix)\($0)" }
            if random.chance(trouble / 2) { dependencies.append("unknown") }
            if random.chance(trouble / 2) { dependencies.append("\(prefix)\(count - 1)") }
            if random.chance(20), let earlier = mine.last { dependencies.append(earlier.id.name) }
            let paths = random.chance(trouble) ? ["src/shared/"] : ["src/\(team)-\(index)/"]
            return .draft("\(prefix)\(index)", after: dependencies, paths: paths, acceptance: random.chance(trouble / 2) ? " " : "it works")
        }
    }
}
