import Foundation

@testable import Orchestration

/// What an agent that does everything right returns for a turn.
struct IdealAgent {
    let turn: Turn
    let run: Run
    var plan: ((TeamID, Run) -> [TaskDraft])?

    /// The outcome; workers' commits are made in `world`.
    func outcome(in world: inout World) -> TurnOutcome {
        if let task = turn.task {
            let holds = world.holds(turn.startPoint).union(world.holds(run.tasks[task]?.head)).union([task.name])
            let head: ObjectID =
                if case .resolveConflict(_, let target, _) = turn.brief { world.commit(holds.union(world.holds(target))) } else {
                    world.commit(holds)
                }
            return .worker(.init(status: .done, summary: "did \(task)"), head: head)
        }
        return .manager(report)
    }

    private var report: any Encodable {
        switch turn.brief {
        case .planGoals: goals
        case .fixPlan where turn.team == nil: goals
        case .planTasks, .fixPlan: TaskPlanReport(summary: "the plan", verifyCommand: nil, tasks: drafts)
        case .review(let tasks): ReviewReport(decisions: tasks.map { .init(task: $0.name, verdict: .approve, instructions: nil) })
        case .assess: AssessmentReport(goalReached: true, summary: "reached", tasks: nil)
        case .decide:
            DirectorReport(
                deliveries: run.teams.values.filter { $0.stage == .offered }.map {
                    .init(team: $0.id.name, verdict: .accept, instructions: nil)
                },
                goals: nil, complete: true, summary: "fulfilled")
        case .work, .rework, .resolveConflict, .fixGate, .finish: WorkerReport(status: .done, summary: "")
        }
    }

    private var goals: GoalPlanReport {
        GoalPlanReport(
            summary: "the goals", verifyCommand: nil,
            goals: run.teams.keys.sorted().map {
                GoalDraft(team: $0.name, title: "Part of \($0)", description: "Build it.", acceptance: "it works")
            })
    }

    private var drafts: [TaskDraft] {
        guard let team = turn.team else { return [] }
        if let plan { return plan(team, run) }
        let round = run.tasks.values.count { $0.team == team }
        return (run.teams[team]?.members ?? []).map { .draft("\($0)-\(round)") }
    }
}

extension TurnOutcome {
    /// A worker's turn that ended with a report.
    static func worker(_ report: WorkerReport, head: ObjectID?, changed: Bool = true, objection: String? = nil) -> TurnOutcome {
        TurnOutcome(
            end: .reported(json(report)), account: TurnAccount(usage: TokenUsage(input: 10, cacheRead: 90, output: 5), modelTurns: 3),
            sessionExists: true, head: head, changed: changed, objection: objection, milliseconds: 1000)
    }

    /// A manager's turn that ended with a report.
    static func manager(_ report: some Encodable) -> TurnOutcome {
        TurnOutcome(
            end: .reported(json(report)), account: TurnAccount(usage: TokenUsage(input: 20, cacheRead: 200, output: 9), modelTurns: 2),
            sessionExists: true, milliseconds: 1000)
    }

    /// A turn that ended without a report.
    static func broken(_ end: TurnEnd, sessionExists: Bool = true, head: ObjectID? = nil) -> TurnOutcome {
        TurnOutcome(end: end, sessionExists: sessionExists, head: head, milliseconds: 1000)
    }

    private static func json(_ report: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(report), let text = String(bytes: data, encoding: .utf8) else {
            preconditionFailure("a sample report cannot be encoded")
        }
        return text
    }
}
