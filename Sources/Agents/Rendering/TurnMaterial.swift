import Orchestration

/// Everything that a prompt can speak about, as plain values: the engine takes them from the run's state and from git.
///
/// Texts are taken over as they are, cut to bounded lengths. What others wrote (diffs, reports, logs) is set apart as data.
package struct TurnMaterial: Sendable {
    /// The agent's id, such as `worker-3`.
    package var agent: String
    package var role: Role
    /// Whether the agent leads workers itself. A manager does, and so does the Director of a flat run.
    package var leadsWorkers: Bool
    package var brief: Brief
    /// Whether the session goes on: then only what is new is said.
    package var continuing: Bool
    package var project: ProjectSheet
    /// The team's goal; `nil` in a flat run, whose goal is the direction.
    package var goal: GoalSheet?
    /// For workers: their task. For leads: the plan's tasks.
    package var tasks: [TaskSheet]
    /// For the Director of several teams.
    package var teams: [TeamSheet]
    /// How many workers the team has, for leads.
    package var workers: Int
    package var gate: GateSheet
    /// For `Brief.review`.
    package var submissions: [SubmissionSheet]
    /// For `Brief.decide`.
    package var deliveries: [DeliverySheet]
    /// What landed since the agent's last turn, a line each.
    package var landed: [String]
    /// The branch that the agent's work goes to: the team's branch, or the base branch in a flat run.
    package var targetBranch: String
    /// The ref under which a worker finds the target's head in its own repository.
    package var targetRef: String
    /// Instructions that a person gave for this agent or its task.
    package var messages: [String]
    /// For workers: work of others that theirs is going to meet.
    package var collisions: [CollisionWarning]
    /// For managers: files at which the run's work meets, the worst first.
    package var hotFiles: [HotFile]

    /// Hot files that a prompt names.
    package static let mostHotFiles = 12
    /// For `Brief.fixGate`: what the work was verified together with, when that is more than it began from.
    package var meeting: MeetingSheet?
    /// Failures of the gate that were none and that the agent does not know of yet, for the Director.
    package var flakes: [FlakeSheet] = []

    package init(
        agent: String, role: Role, leadsWorkers: Bool, brief: Brief, continuing: Bool = false, project: ProjectSheet,
        goal: GoalSheet? = nil,
        tasks: [TaskSheet] = [], teams: [TeamSheet] = [], workers: Int = 0, gate: GateSheet = GateSheet(),
        submissions: [SubmissionSheet] = [], deliveries: [DeliverySheet] = [], landed: [String] = [], targetBranch: String,
        targetRef: String = "refs/cco/target", messages: [String] = [],
        collisions: [CollisionWarning] = [], hotFiles: [HotFile] = []
    ) {
        self.agent = agent
        self.role = role
        self.leadsWorkers = leadsWorkers
        self.brief = brief
        self.continuing = continuing
        self.project = project
        self.goal = goal
        self.tasks = tasks
        self.teams = teams
        self.workers = workers
        self.gate = gate
        self.submissions = submissions
        self.deliveries = deliveries
        self.landed = landed
        self.targetBranch = targetBranch
        self.targetRef = targetRef
        self.messages = messages
        self.collisions = collisions
        self.hotFiles = hotFiles
    }
}

/// Two changes that the gate saw together for the first time.
package struct MeetingSheet: Sendable {
    /// The agent's own change, from where the two parted.
    package var own: ChangeSheet
    /// What it was merged onto, from where the two parted.
    package var others: ChangeSheet
    /// Whether the gate is known to pass without the agent's change.
    package var passesWithout: Bool

    package init(own: ChangeSheet, others: ChangeSheet, passesWithout: Bool) {
        self.own = own
        self.others = others
        self.passesWithout = passesWithout
    }
}

/// A failure of the gate that was none: red and then green on the same tree.
package struct FlakeSheet: Sendable {
    package var failure: String
    package var excerpt: String
    package var times: Int
    package var logPath: String

    package init(failure: String, excerpt: String, times: Int, logPath: String) {
        self.failure = failure
        self.excerpt = excerpt
        self.times = times
        self.logPath = logPath
    }
}

/// What the run is for.
package struct ProjectSheet: Sendable {
    /// The text of `PROJECT_DIRECTION.md`.
    package var direction: String
    /// Whether the direction changed since the agent last saw it.
    package var directionChanged: Bool
    package var baseBranch: String
    /// Whether the repository holds nothing to build on yet.
    package var isEmpty: Bool

    package init(direction: String, directionChanged: Bool = false, baseBranch: String, isEmpty: Bool = false) {
        self.direction = direction
        self.directionChanged = directionChanged
        self.baseBranch = baseBranch
        self.isEmpty = isEmpty
    }
}

/// A team's goal.
package struct GoalSheet: Sendable {
    package var title: String
    package var description: String
    package var acceptance: String
    /// What the Director said when it sent the team's delivery back.
    package var instructions: String?

    package init(title: String, description: String, acceptance: String, instructions: String? = nil) {
        self.title = title
        self.description = description
        self.acceptance = acceptance
        self.instructions = instructions
    }
}

/// The verification command and how it stands.
package struct GateSheet: Sendable {
    /// `nil` when the run is ungated.
    package var command: String?
    /// Whether the base branch fails it now.
    package var isRedOnBase: Bool
    /// Whether a lead's plan may propose a command, because none is configured.
    package var mayBeProposed: Bool

    package init(command: String? = nil, isRedOnBase: Bool = false, mayBeProposed: Bool = false) {
        self.command = command
        self.isRedOnBase = isRedOnBase
        self.mayBeProposed = mayBeProposed
    }
}
