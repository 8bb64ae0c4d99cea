/// All that a scripted company will do: what its Director and managers order, and how its workers carry it out.
///
/// Plain values. ``CompanyScript`` plays them. Titles tell tasks and goals apart, so each is there once.
package struct CompanyPlan: Sendable, Equatable {
    /// In the order in which the Director hands them out. A run with one team gets the tasks of all goals as one plan.
    package var goals: [CompanyGoal]
    /// Proposed where cco asks for a verification command.
    package var verifyCommand: String?
    /// Whether the Director first names a team that does not exist.
    package var misnamesTeam: Bool
    /// The files of the repository's first commit, by path.
    package var seedFiles: [WorkFile]
    /// Whether managers look into the repository before they report.
    package var looksAround = false

    package init(goals: [CompanyGoal], verifyCommand: String? = nil, misnamesTeam: Bool = false, seedFiles: [WorkFile] = []) {
        self.goals = goals
        self.verifyCommand = verifyCommand
        self.misnamesTeam = misnamesTeam
        self.seedFiles = seedFiles
    }

    /// Every task that can come up, also those that are only planned later.
    package var tasks: [CompanyTask] { goals.flatMap(\.everyTask) }

    /// The tasks of all goals as one plan, for a run with one team: goals that wait for others become dependencies of their tasks.
    var asOneGoal: CompanyGoal {
        var tasks: [CompanyTask] = []
        for goal in goals {
            let before = goals.filter { goal.after.contains($0.key) }.flatMap { $0.tasks.map(\.key) }
            for var task in goal.tasks {
                if task.dependsOn.isEmpty { task.dependsOn = before }
                tasks.append(task)
            }
        }
        return CompanyGoal(
            key: "all", team: 1, title: "The project's direction", description: "", acceptance: "", tasks: tasks,
            later: goals.flatMap(\.later), mistake: goals.lazy.compactMap(\.mistake).first)
    }
}

/// A goal for one team.
package struct CompanyGoal: Sendable, Equatable {
    /// Names the goal within the plan.
    package var key: String
    /// The number of the team that gets it if the run has so many and it is free; else any free team gets it.
    package var team: Int
    package var title: String
    package var description: String
    package var acceptance: String
    /// Keys of the goals whose work has to be on the base branch before this one is handed out.
    package var after: [String]
    package var tasks: [CompanyTask]
    /// What the manager only finds missing when it assesses the result.
    package var later: [CompanyTask]
    /// What the Director finds missing in the first delivery.
    package var returned: ReturnedDelivery?
    package var mistake: PlanMistake?

    package init(
        key: String, team: Int, title: String, description: String, acceptance: String, after: [String] = [], tasks: [CompanyTask],
        later: [CompanyTask] = [], returned: ReturnedDelivery? = nil, mistake: PlanMistake? = nil
    ) {
        self.key = key
        self.team = team
        self.title = title
        self.description = description
        self.acceptance = acceptance
        self.after = after
        self.tasks = tasks
        self.later = later
        self.returned = returned
        self.mistake = mistake
    }

    var everyTask: [CompanyTask] { tasks + later + (returned?.tasks ?? []) }
}

/// Why the Director returns a delivery once, and the tasks by which its team answers that.
package struct ReturnedDelivery: Sendable, Equatable {
    package var instructions: String
    /// At least one: by their titles in the delivered commits the Director sees that they are done.
    package var tasks: [CompanyTask]

    package init(instructions: String, tasks: [CompanyTask]) {
        self.instructions = instructions
        self.tasks = tasks
    }
}

/// A task, with the way in which its worker does it.
package struct CompanyTask: Sendable, Equatable {
    package var key: String
    package var title: String
    package var description: String
    package var acceptance: String
    package var paths: [String]
    package var dependsOn: [String]
    /// What the worker does. A step that commits belongs at the end.
    package var steps: [WorkStep]
    /// What the worker says of it in its report.
    package var summary: String
    package var notes: String?
    package var mistakes: [WorkMistake]
    /// How much work it is, where the lead says so.
    package var size: String?

    package init(
        key: String, title: String, description: String, acceptance: String, paths: [String], dependsOn: [String] = [], steps: [WorkStep],
        summary: String, notes: String? = nil, mistakes: [WorkMistake] = []
    ) {
        self.key = key
        self.title = title
        self.description = description
        self.acceptance = acceptance
        self.paths = paths
        self.dependsOn = dependsOn
        self.steps = steps
        self.summary = summary
        self.notes = notes
        self.mistakes = mistakes
    }
}
