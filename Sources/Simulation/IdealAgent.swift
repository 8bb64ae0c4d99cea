import Orchestration

/// What an agent that does everything right returns for a turn.
package struct IdealAgent {
    package let turn: Turn
    package let run: Run
    package var plan: ((TeamID, Run) -> [TaskDraft])?

    package init(turn: Turn, run: Run, plan: ((TeamID, Run) -> [TaskDraft])? = nil) {
        self.turn = turn
        self.run = run
        self.plan = plan
    }

    /// The outcome; a worker's commit is made in `git`.
    package func outcome(in git: inout SimulatedGit) -> TurnOutcome {
        guard let task = turn.task else { return .reported(report, input: 20) }
        var parents: [ObjectID?] = [turn.startPoint, run.tasks[task]?.head]
        if case .resolveConflict(_, let target, _) = turn.brief { parents.append(target) }
        var outcome = TurnOutcome.reported(ReportText.work(.done, "did \(task)"), input: 10)
        outcome.head = git.commit(by: task.name, on: parents)
        outcome.tree = git.tree(of: outcome.head)
        outcome.changed = true
        return outcome
    }

    /// A manager's report.
    package var report: String {
        switch turn.brief {
        case .planGoals: ReportText.goals(run.teams.keys.sorted())
        case .fixPlan where turn.team == nil: ReportText.goals(run.teams.keys.sorted())
        case .planTasks, .fixPlan: ReportText.plan(drafts)
        case .review(let tasks): ReportText.review(tasks.map { .init(task: $0, .approve) })
        case .assess: ReportText.assessment(reached: true, nil)
        case .decide: ReportText.decision(run.offeredTeams.map { .init(team: $0, .accept) }, complete: true)
        case .work, .rework, .resolveConflict, .fixGate, .fixQuickGate, .finish, .proceed: ReportText.work(.done, "")
        }
    }

    private var drafts: [TaskDraft] {
        guard let team = turn.team else { return [] }
        if let plan { return plan(team, run) }
        let round = run.tasks.values.count { $0.team == team }
        return (run.teams[team]?.members ?? []).map { .draft("\($0)-\(round)") }
    }
}

extension TurnOutcome {
    /// A turn that ended with a report.
    package static func reported(_ report: String, input: Int) -> TurnOutcome {
        TurnOutcome(
            end: .reported(report), account: TurnAccount(usage: TokenUsage(input: input, cacheRead: 90, output: 5), modelTurns: 3),
            sessionExists: true, milliseconds: 1000)
    }
}

extension Run {
    /// Teams whose delivery waits for the Director, in their order.
    var offeredTeams: [TeamID] { teams.values.filter { $0.stage == .offered }.map(\.id).sorted() }
}
