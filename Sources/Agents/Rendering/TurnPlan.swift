import Orchestration

/// Which files make up a turn: the role's standing prompt, the brief's template, and the schema of the report.
struct TurnPlan: Sendable, Equatable {
    var systemPrompt: String
    /// Without `.md`.
    var template: String
    var schema: String

    init(role: Role, leadsWorkers: Bool, brief: Brief) {
        systemPrompt =
            switch role {
            case .worker: "worker.md"
            case .engineerManager: "engineer-manager.md"
            case .director: leadsWorkers ? "engineer-manager.md" : "director.md"
            }
        (template, schema) =
            switch brief {
            case .planGoals: ("plan-goals", "goal-plan.json")
            case .planTasks: ("plan-tasks", "task-plan.json")
            case .fixPlan: ("fix-plan", leadsWorkers ? "task-plan.json" : "goal-plan.json")
            case .work: ("work", "worker-report.json")
            case .rework: ("rework", "worker-report.json")
            case .resolveConflict: ("conflict", "worker-report.json")
            case .fixGate: ("gate", "worker-report.json")
            case .fixQuickGate: ("quick-gate", "worker-report.json")
            case .finish: ("finish", "worker-report.json")
            case .proceed: ("proceed", "worker-report.json")
            case .review: ("review", "review.json")
            case .assess: ("assess", "assessment.json")
            case .decide: ("decide", "director-decision.json")
            }
    }

    /// Every template that a brief can name.
    static let templates = [
        "plan-goals", "plan-tasks", "fix-plan", "work", "rework", "conflict", "gate", "quick-gate", "finish", "proceed", "review", "assess",
        "decide",
    ]
}
