/// What a worker returns at the end of a turn.
package struct WorkerReport: Codable, Sendable, Equatable {
    package enum Status: String, Codable, Sendable {
        /// The task's acceptance condition holds and everything is committed.
        case done
        /// The task cannot be done as it stands; `summary` says what is in the way.
        case blocked
    }

    package var status: Status
    /// What was done, or what is in the way, in a few sentences for the lead.
    package var summary: String
    /// Anything the lead should know beyond the task: surprises, follow-ups. Optional.
    package var notes: String?

    package init(status: Status, summary: String, notes: String? = nil) {
        self.status = status
        self.summary = summary
        self.notes = notes
    }
}

/// How much work a task is.
package enum TaskSize: String, Codable, Sendable, CaseIterable {
    case small, medium, large
}

/// A task as its author plans it. Keys are the author's own short names; cco gives the real ids.
package struct TaskDraft: Codable, Sendable, Equatable {
    /// A short name, unique within the plan, that other drafts can depend on.
    package var key: String
    package var title: String
    /// What to do, with what a worker who knows nothing of the plan needs to know.
    package var description: String
    /// How anyone can tell that it is done.
    package var acceptance: String
    /// Files and folders (with a closing slash) that the task will change. Tasks that may run side by side claim different ones.
    package var paths: [String]
    /// Keys of this plan, or ids of existing tasks, that have to land first.
    package var dependsOn: [String]?
    /// How much work it is, when its author says so.
    package var size: TaskSize?

    package init(key: String, title: String, description: String, acceptance: String, paths: [String], dependsOn: [String]? = nil) {
        self.key = key
        self.title = title
        self.description = description
        self.acceptance = acceptance
        self.paths = paths
        self.dependsOn = dependsOn
    }
}

/// What a lead returns for `Brief.planTasks` and its repair.
package struct TaskPlanReport: Codable, Sendable, Equatable {
    package var summary: String
    /// Proposed by the lead of a flat run when the configuration has no `verifyCommand`.
    package var verifyCommand: String?
    package var tasks: [TaskDraft]
}

/// A goal for one team, as the Director plans it.
package struct GoalDraft: Codable, Sendable, Equatable {
    /// The team's id, such as `team-2`.
    package var team: String
    package var title: String
    package var description: String
    /// How anyone can tell that it is reached.
    package var acceptance: String
}

/// What a Director of several teams returns for `Brief.planGoals` and its repair.
package struct GoalPlanReport: Codable, Sendable, Equatable {
    package var summary: String
    /// Proposed when the configuration has no `verifyCommand`.
    package var verifyCommand: String?
    package var goals: [GoalDraft]
}

/// What a lead returns for `Brief.review`.
package struct ReviewReport: Codable, Sendable, Equatable {
    package enum Verdict: String, Codable, Sendable {
        case approve
        /// Back to its worker with `instructions`.
        case rework
        /// The task is given up; its commits are kept aside.
        case drop
    }

    package struct Decision: Codable, Sendable, Equatable {
        package var task: String
        package var verdict: Verdict
        /// What to change, for `rework`; why, for `drop`.
        package var instructions: String?
    }

    package var decisions: [Decision]
}

/// What a lead returns for `Brief.assess`.
package struct AssessmentReport: Codable, Sendable, Equatable {
    /// Whether the goal (for a flat run: the direction) is reached by what has landed.
    package var goalReached: Bool
    package var summary: String
    /// What is still to be done; empty when the goal is reached.
    package var tasks: [TaskDraft]?
}

/// What the Director of several teams returns for `Brief.decide`.
package struct DirectorReport: Codable, Sendable, Equatable {
    package enum Verdict: String, Codable, Sendable {
        /// The team's branch goes to main's merge queue.
        case accept
        /// Back to the team with `instructions`.
        case `return`
    }

    package struct Decision: Codable, Sendable, Equatable {
        package var team: String
        package var verdict: Verdict
        package var instructions: String?
    }

    package var deliveries: [Decision]
    /// Next goals for teams that have none.
    package var goals: [GoalDraft]?
    /// Whether the direction is fulfilled once everything accepted has landed.
    package var complete: Bool
    package var summary: String
}
