import Orchestration

/// Reports as agents write them: JSON text. The simulation writes its own, because what agents return is text and not a value of ours.
package enum ReportText {
    /// A worker's report.
    package static func work(_ status: WorkerReport.Status, _ summary: String) -> String {
        object([("status", quoted(status.rawValue)), ("summary", quoted(summary))])
    }

    /// A lead's plan.
    package static func plan(_ drafts: [TaskDraft], verifyCommand: String? = nil) -> String {
        object([("summary", quoted("the plan")), ("verifyCommand", optional(verifyCommand)), ("tasks", list(drafts.map(draft)))])
    }

    /// A Director's goals, by team.
    package static func goals(_ teams: [TeamID], verifyCommand: String? = nil) -> String {
        object([
            ("summary", quoted("the goals")), ("verifyCommand", optional(verifyCommand)), ("goals", list(teams.map { goal($0.name) })),
        ])
    }

    /// What a manager says about one task or one team's delivery.
    package struct Verdict: Sendable {
        var subject: String
        var word: String
        var instructions: String?

        package init(task: TaskID, _ verdict: ReviewReport.Verdict, instructions: String? = nil) {
            subject = task.name
            word = verdict.rawValue
            self.instructions = instructions
        }

        package init(team: TeamID, _ verdict: DirectorReport.Verdict, instructions: String? = nil) {
            subject = team.name
            word = verdict.rawValue
            self.instructions = instructions
        }

        func text(_ key: String) -> String {
            object([(key, quoted(subject)), ("verdict", quoted(word)), ("instructions", optional(instructions))])
        }
    }

    /// A lead's verdicts.
    package static func review(_ verdicts: [Verdict]) -> String { object([("decisions", list(verdicts.map { $0.text("task") }))]) }

    /// A lead's judgement of its goal.
    package static func assessment(reached: Bool, _ drafts: [TaskDraft]?) -> String {
        object([
            ("goalReached", reached ? "true" : "false"), ("summary", quoted("assessed")),
            ("tasks", drafts.map { list($0.map(draft)) } ?? "null"),
        ])
    }

    /// The Director's decision.
    package static func decision(_ deliveries: [Verdict], goals: [TeamID] = [], complete: Bool) -> String {
        object([
            ("deliveries", list(deliveries.map { $0.text("team") })), ("goals", goals.isEmpty ? "null" : list(goals.map { goal($0.name) })),
            ("complete", complete ? "true" : "false"), ("summary", quoted("decided")),
        ])
    }

    private static func goal(_ team: String) -> String {
        object([
            ("team", quoted(team)), ("title", quoted("Part of \(team)")), ("description", quoted("Build it.")),
            ("acceptance", quoted("it works")),
        ])
    }

    private static func draft(_ draft: TaskDraft) -> String {
        object([
            ("key", quoted(draft.key)), ("title", quoted(draft.title)), ("description", quoted(draft.description)),
            ("acceptance", quoted(draft.acceptance)), ("paths", list(draft.paths.map(quoted))),
            ("dependsOn", draft.dependsOn.map { list($0.map(quoted)) } ?? "null"), ("size", optional(draft.size?.rawValue)),
        ])
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private static func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

    private static func optional(_ text: String?) -> String { text.map(quoted) ?? "null" }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20: out += " "
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
