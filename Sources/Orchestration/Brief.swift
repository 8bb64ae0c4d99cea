/// What a turn is asked to do. The words around it are rendered when the turn starts; the brief is what the journal keeps.
package enum Brief: Codable, Sendable, Equatable {
    /// Director of several teams: one goal for each team.
    case planGoals
    /// Lead of a team: the tasks that reach the team's goal (for a flat run: the project's direction).
    case planTasks
    /// The last plan was not acceptable; these are the reasons, found mechanically.
    case fixPlan(problems: [String])
    /// Worker: do the task from its beginning.
    case work(TaskID)
    /// Worker: the lead wants changes.
    case rework(TaskID, instructions: String)
    /// Worker: the branch does not merge into `target`; bring `target` in and keep both sides.
    case resolveConflict(TaskID, target: ObjectID, files: [ConflictExcerpt])
    /// Worker: the branch merges into `target`, and the gate fails on the merged tree.
    indirect case fixGate(TaskID, target: ObjectID, log: GateExcerpt)
    /// Worker: the quick gate fails on what was handed in.
    indirect case fixQuickGate(TaskID, log: GateExcerpt)
    /// Worker: the work cannot be taken as it is, for a mechanical reason that is stated (no commit, a forbidden path, no report).
    ///
    /// - Parameter of: what the turn was for that did not bring it; absent is work.
    case finish(TaskID, reason: String, of: Purpose? = nil)
    /// Worker: the task was blocked until a person answered, or until its time was over; the text says which.
    ///
    /// - Parameter of: what the turn was for that asked; absent is work.
    case proceed(TaskID, reason: String, of: Purpose? = nil)
    /// Lead: judge these submitted tasks.
    case review([TaskID])
    /// Lead: every task of the plan is settled; is the goal reached, or what is still to be done?
    case assess
    /// Director: decide about deliveries and about teams without a goal.
    case decide

    /// The task that the turn works on, for workers' briefs.
    package var task: TaskID? {
        switch self {
        case .work(let task), .rework(let task, _), .resolveConflict(let task, _, _), .fixGate(let task, _, _), .fixQuickGate(let task, _),
            .finish(let task, _, _), .proceed(let task, _, _):
            task
        case .planGoals, .planTasks, .fixPlan, .review, .assess, .decide: nil
        }
    }

    /// Whether it gives work back to the worker that handed it in.
    var isReturn: Bool {
        switch self {
        case .rework, .finish, .resolveConflict, .fixGate, .fixQuickGate: true
        case .work, .proceed, .planGoals, .planTasks, .fixPlan, .review, .assess, .decide: false
        }
    }

    /// What the turn's tokens are spent on, for the ledger.
    package var purpose: Purpose {
        switch self {
        case .planGoals, .planTasks, .fixPlan: .plan
        case .work: .work
        case .finish(_, _, let purpose), .proceed(_, _, let purpose): purpose ?? .work
        case .rework: .rework
        case .fixGate, .fixQuickGate: .gateFix
        case .resolveConflict: .conflict
        case .review: .review
        case .assess, .decide: .coordinate
        }
    }
}

/// What tokens are spent on.
package enum Purpose: String, Codable, Sendable, CaseIterable {
    case plan, work, review, rework
    case gateFix = "gate-fix"
    case conflict, coordinate

    /// Absent for work, as briefs keep it.
    var beyondWork: Purpose? { self == .work ? nil : self }
}

/// One file that two sides changed in ways git cannot join.
package struct ConflictExcerpt: Codable, Sendable, Equatable {
    /// Path within the repository.
    package var path: String
    /// How git names the conflict, such as `content` or `modify/delete`.
    package var kind: String
    /// The conflicting regions with git's markers, cut to a bounded size; empty for binary files.
    package var hunks: String

    package init(path: String, kind: String, hunks: String) {
        self.path = path
        self.kind = kind
        self.hunks = hunks
    }
}

/// What a failed gate run said, cut to what a person or an agent needs, with the whole log on disk.
package struct GateExcerpt: Codable, Sendable, Equatable {
    /// The command that ran.
    package var command: String
    /// Its exit code; `nil` when a signal or the time limit ended it.
    package var exitCode: Int32?
    /// Why it ended, in words, when there is no exit code.
    package var ending: String
    /// The last part of its output.
    package var tail: String
    /// Where the whole output is.
    package var logPath: String
    /// The first line that looks like a failure, where there is one.
    package var failure: String?

    package init(command: String, exitCode: Int32?, ending: String, tail: String, logPath: String, failure: String? = nil) {
        self.command = command
        self.exitCode = exitCode
        self.ending = ending
        self.tail = tail
        self.logPath = logPath
        self.failure = failure
    }
}
