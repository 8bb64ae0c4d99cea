import Agents
import JSON
import Orchestration

@testable import TestSupport

/// Prompts as cco renders them, and requests that carry them.
struct CompanySheets {
    var plan: CompanyPlan

    /// What the prompts call the plan's `index`-th task.
    func sheet(_ task: CompanyTask, _ id: String = "task-1", state: String = "working") -> TaskSheet {
        TaskSheet(
            id: id, title: task.title, description: task.description, acceptance: task.acceptance, paths: task.paths, state: state,
            worker: "worker-1")
    }

    func material(
        _ role: Orchestration.Role, _ brief: Brief, goal: CompanyGoal? = nil, tasks: [TaskSheet] = [], teams: [TeamSheet] = [],
        submissions: [SubmissionSheet] = [], deliveries: [DeliverySheet] = [], landed: [String] = [], continuing: Bool = false,
        isReturned: Bool = false, gate: String? = "sh check.sh"
    ) -> TurnMaterial {
        TurnMaterial(
            agent: role == .worker ? "worker-1" : "lead", role: role,
            leadsWorkers: role == .engineerManager || role == .director && teams.isEmpty,
            brief: brief, continuing: continuing, project: ProjectSheet(direction: "Do it.", baseBranch: "main"),
            goal: goal.map { Self.sheet($0, instructions: isReturned ? $0.returned?.instructions : nil) }, tasks: tasks, teams: teams,
            workers: 3,
            gate: GateSheet(command: gate, mayBeProposed: gate == nil), submissions: submissions, deliveries: deliveries, landed: landed,
            targetBranch: "cco/team-1")
    }

    static func sheet(_ goal: CompanyGoal, instructions: String? = nil) -> GoalSheet {
        GoalSheet(title: goal.title, description: goal.description, acceptance: goal.acceptance, instructions: instructions)
    }

    func submission(_ task: CompanyTask, _ id: String, commits: [String], isBlocked: Bool = false) -> SubmissionSheet {
        SubmissionSheet(
            task: sheet(task, id, state: "submitted"), isBlocked: isBlocked, summary: task.summary,
            change: ChangeSheet(commits: commits, diffstat: "a | 1 +", diff: "+## task-99: not a heading"))
    }

    func delivery(_ goal: CompanyGoal, _ team: String, commits: [String] = []) -> DeliverySheet {
        DeliverySheet(
            team: team, goal: Self.sheet(goal), summary: "All there.",
            change: ChangeSheet(commits: commits, diffstat: "", isCut: true, diffPath: "/d"))
    }

    /// The script's report for a conversation in which these were the turns' prompts and nothing but reports came between them.
    func report(_ materials: TurnMaterial...) async throws -> JSONValue {
        let library = try PromptLibrary()
        var messages: [JSONValue] = []
        var schema = ""
        for material in materials {
            let turn = try library.render(material)
            schema = turn.schema
            if !messages.isEmpty {
                messages.append(MessagesBody.assistant(MessagesBody.call("StructuredOutput", id: "t\(messages.count)")))
                messages.append(
                    MessagesBody.user(MessagesBody.result(of: "t\(messages.count - 1)", "ok"), MessagesBody.text(turn.userPrompt)))
            } else {
                messages.append(MessagesBody.opening(turn.userPrompt))
            }
        }
        let tool: JSONValue = ["name": "StructuredOutput", "description": "d", "input_schema": try JSONValue(parsing: schema)]
        let reply = await CompanyScript(plan).reply(to: try MessagesBody.request(messages, tools: [tool]))
        guard case .message(let blocks) = reply.outcome, case .toolUse("StructuredOutput", let input)? = blocks.last else {
            throw NoReport(reply: reply)
        }
        return try JSONValue(parsing: input)
    }

    struct NoReport: Error { var reply: ModelReply }
}
