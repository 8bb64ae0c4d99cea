import JSON

extension CompanyScript {
    /// A team's tasks.
    func tasks(_ lines: PromptLines, _ request: ModelRequest, mend: Bool) throws -> JSONValue {
        let goal = try goal(of: request)
        var drafts = goal.tasks
        var summary = drafts.count == 1 ? "One task." : "\(drafts.count) tasks, as many side by side as their files allow."
        if let returned = goal.returned, request.prompts.contains(where: { $0.contains("The Director sent your team's delivery back") }) {
            drafts = returned.tasks
            summary = "What the Director found missing: \(drafts.map(\.title).joined(separator: "; "))."
        } else if !mend {
            drafts = goal.mistake?.spoil(drafts) ?? drafts
        }
        var report: [String: JSONValue] = ["summary": .string(summary), "tasks": Self.drafts(drafts, known: known(lines))]
        report["verifyCommand"] = proposal(lines)
        return .object(report)
    }

    /// Whether the goal is reached, or the tasks that nobody has been given yet.
    func assessment(_ lines: PromptLines, _ request: ModelRequest) throws -> JSONValue {
        let goal = try goal(of: request)
        let known = known(lines)
        let missing = (goal.tasks + goal.later).filter { known[$0.key] == nil }
        let failed = lines.tasksSoFar.filter { $0.state.hasPrefix("failed") }.map(\.id)
        var report: [String: JSONValue] = ["goalReached": .bool(missing.isEmpty && failed.isEmpty)]
        if !missing.isEmpty {
            report["summary"] = .string("Still missing: \(missing.map(\.title).joined(separator: "; ")).")
            report["tasks"] = Self.drafts(missing, known: known)
        } else if !failed.isEmpty {
            report["summary"] = .string("The goal is not reached: \(failed.joined(separator: ", ")) did not come to a good end.")
        } else {
            report["summary"] = .string("Everything that the goal asks for is there. \(goal.acceptance)")
        }
        return .object(report)
    }

    /// A decision for every submitted task.
    func review(_ lines: PromptLines) -> JSONValue {
        let sections = lines.sections
        let decisions = lines.names(after: "Return one decision for each of: ").map { id -> JSONValue in
            guard let section = sections.first(where: { $0.name == id }), let task = plan.tasks.first(where: { $0.title == section.title })
            else {
                return ["task": .string(id), "verdict": "approve"]
            }
            return Self.verdict(on: task, id: id, submission: section.text)
        }
        return ["decisions": .array(decisions)]
    }

    private static func verdict(on task: CompanyTask, id: String, submission: String) -> JSONValue {
        var answer: String?
        for mistake in task.mistakes {
            switch mistake {
            case .blocked(_, let given): answer = given
            // The commit that follows the orders shows that they were given and followed.
            case .rework(let instructions, let steps) where !steps.contains { $0.isIn(submission) }:
                if !submission.contains("it is BLOCKED") {
                    return ["task": .string(id), "verdict": "rework", "instructions": .string(instructions)]
                }
            default: break
            }
        }
        guard submission.contains("it is BLOCKED") else { return ["task": .string(id), "verdict": "approve"] }
        if let answer { return ["task": .string(id), "verdict": "rework", "instructions": .string(answer)] }
        return ["task": .string(id), "verdict": "drop", "instructions": "What blocks the task lies outside the project."]
    }

    /// The goal that a lead's conversation is about.
    private func goal(of request: ModelRequest) throws -> CompanyGoal {
        for prompt in request.prompts.reversed() {
            let lines = PromptLines(prompt)
            if let title = lines.last(after: "Your team's goal: ") {
                guard let goal = plan.goals.first(where: { $0.title == title }) else {
                    throw Assignment.Unknown(reason: "the plan has no goal \"\(title)\"")
                }
                return goal
            }
            if lines.lines.contains(where: { $0.hasPrefix("You lead the workers of this run directly.") }) { return plan.asOneGoal }
        }
        throw Assignment.Unknown(reason: "a lead's conversation names no goal")
    }

    /// The ids of the plan's tasks that exist, by their keys.
    private func known(_ lines: PromptLines) -> [String: String] {
        var ids: [String: String] = [:]
        for (id, _, rest) in lines.tasksSoFar {
            let task = plan.tasks.first { rest == $0.title || rest.hasPrefix("\($0.title) [") || rest.hasPrefix("\($0.title), after ") }
            if let task { ids[task.key] = id }
        }
        return ids
    }

    /// - Parameter known: the ids of tasks that exist; a new task depends on them by these.
    private static func drafts(_ tasks: [CompanyTask], known: [String: String]) -> JSONValue {
        let own = Set(tasks.map(\.key))
        return .array(
            tasks.map { task in
                var draft: [String: JSONValue] = [
                    "key": .string(task.key), "title": .string(task.title), "description": .string(task.description),
                    "acceptance": .string(task.acceptance), "paths": .array(task.paths.map(JSONValue.string)),
                    "dependsOn": .array(task.dependsOn.map { .string(own.contains($0) ? $0 : known[$0] ?? $0) }),
                ]
                draft["size"] = task.size.map(JSONValue.string)
                return .object(draft)
            })
    }
}

extension PlanMistake {
    /// The plan with the mistake in it.
    fileprivate func spoil(_ tasks: [CompanyTask]) -> [CompanyTask] {
        var tasks = tasks
        guard let first = tasks.first, var last = tasks.popLast() else { return tasks }
        switch self {
        case .badDependency:
            last.dependsOn.append("shared-library")
        case .collidingPlan:
            last.dependsOn = []
            // The path of a task that does not come before all others, where there is one.
            last.paths += (tasks.first { !$0.dependsOn.isEmpty } ?? first).paths.prefix(1)
        }
        return tasks + [last]
    }
}

extension WorkStep {
    /// Whether a list of commits shows it.
    fileprivate func isIn(_ commits: String) -> Bool {
        if case .commit(let message) = self { commits.contains(message) } else { false }
    }
}
