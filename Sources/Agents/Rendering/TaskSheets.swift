/// A task, as its worker and its lead see it.
package struct TaskSheet: Sendable {
    package var id: String
    package var title: String
    package var description: String
    package var acceptance: String
    package var paths: [String]
    /// Ids of tasks that land first.
    package var dependsOn: [String]
    /// Where the task stands, in a word: `waiting`, `working`, `landed` …
    package var state: String
    package var worker: String?
    /// How many turns it took so far, this one included.
    package var attempt: Int
    /// Whether it was dropped or has failed: what it was to bring is missing.
    package var isLost: Bool

    package init(
        id: String, title: String, description: String, acceptance: String, paths: [String], dependsOn: [String] = [], state: String,
        worker: String? = nil, attempt: Int = 1, isLost: Bool = false
    ) {
        self.id = id
        self.title = title
        self.description = description
        self.acceptance = acceptance
        self.paths = paths
        self.dependsOn = dependsOn
        self.state = state
        self.worker = worker
        self.attempt = attempt
        self.isLost = isLost
    }
}

/// Commits to be judged.
package struct ChangeSheet: Sendable {
    /// One line for each commit: its short id and subject.
    package var commits: [String]
    /// `git diff --stat`, or what comes near it.
    package var diffstat: String
    /// The diff, cut to a bounded length.
    package var diff: String
    /// Whether `diff` was cut.
    package var isCut: Bool
    /// Where the whole diff is, readable for the agent.
    package var diffPath: String?

    package init(commits: [String], diffstat: String, diff: String = "", isCut: Bool = false, diffPath: String? = nil) {
        self.commits = commits
        self.diffstat = diffstat
        self.diff = diff
        self.isCut = isCut
        self.diffPath = diffPath
    }
}

/// A task that its worker handed in.
package struct SubmissionSheet: Sendable {
    package var task: TaskSheet
    /// Whether the worker says that the task cannot be done as it stands.
    package var isBlocked: Bool
    package var summary: String
    package var notes: String?
    package var change: ChangeSheet
    /// What the quick gate says of it, in a sentence.
    package var quick: String?

    package init(
        task: TaskSheet, isBlocked: Bool, summary: String, notes: String? = nil, change: ChangeSheet, quick: String? = nil
    ) {
        self.quick = quick
        self.task = task
        self.isBlocked = isBlocked
        self.summary = summary
        self.notes = notes
        self.change = change
    }
}

/// A team, as the Director sees it.
package struct TeamSheet: Sendable {
    package var id: String
    package var workers: Int
    package var goal: GoalSheet?
    /// Where the team stands, in a word: `idle`, `working`, `delivered` …
    package var state: String

    package init(id: String, workers: Int, goal: GoalSheet? = nil, state: String) {
        self.id = id
        self.workers = workers
        self.goal = goal
        self.state = state
    }
}

/// A team's finished goal.
package struct DeliverySheet: Sendable {
    package var team: String
    package var goal: GoalSheet
    /// The manager's summary.
    package var summary: String
    package var change: ChangeSheet

    package init(team: String, goal: GoalSheet, summary: String, change: ChangeSheet) {
        self.team = team
        self.goal = goal
        self.summary = summary
        self.change = change
    }
}
