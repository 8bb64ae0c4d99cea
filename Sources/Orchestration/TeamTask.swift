/// One piece of work for one worker: from a plan, or from cco itself when a branch has to be repaired.
package struct TeamTask: Codable, Sendable, Equatable {
    package enum State: Codable, Sendable, Equatable {
        /// Waits for its dependencies or for a free worker.
        case waiting
        /// A worker has it: in a turn, or about to be.
        case assigned
        /// The worker says done (or blocked); the lead is to judge it.
        case submitted
        /// Approved; in the merge queue.
        case approved
        /// Merged into the team's branch as this commit.
        case landed(ObjectID)
        /// Accepted without any change to merge.
        case unneeded
        /// Given up by the lead; the text says why.
        case dropped(String)
        /// Given up by cco after too many attempts; the text says why.
        case failed(String)

        /// Whether nothing more will happen to the task.
        package var isSettled: Bool {
            switch self {
            case .landed, .unneeded, .dropped, .failed: true
            case .waiting, .assigned, .submitted, .approved: false
            }
        }

        /// Whether tasks that depend on it may start.
        package var satisfiesDependents: Bool {
            switch self {
            case .landed, .unneeded: true
            case .waiting, .assigned, .submitted, .approved, .dropped, .failed: false
            }
        }

        /// A stable word for views and scripts.
        package var word: String {
            switch self {
            case .waiting: "waiting"
            case .assigned: "in progress"
            case .submitted: "in review"
            case .approved: "merging"
            case .landed: "landed"
            case .unneeded: "nothing to change"
            case .dropped: "dropped"
            case .failed: "failed"
            }
        }
    }

    package var id: TaskID
    package var team: TeamID
    package var title: String
    package var description: String
    package var acceptance: String
    package var paths: [String]
    package var dependsOn: [TaskID]
    /// How much work it is, when its author said so.
    package var size: TaskSize?
    /// Made by cco to repair the meeting of the team's branch with main; its landing offers the delivery again.
    package var isRepair: Bool
    /// Repairs: what the first turn is asked, in place of `Brief.work`.
    package var firstBrief: Brief?
    package var state: State
    package var worker: AgentID?
    /// Workers that had it before and gave it back.
    package var formerWorkers: [AgentID]
    package var session: Session?
    package var next: Pending?
    /// The team's head from which the work started.
    package var base: ObjectID?
    /// The newest commit of the task's branch.
    package var head: ObjectID?
    /// What its branch changes, while it is under way.
    package var changes: ChangedFiles?
    /// What it waits for although it could start, and since when.
    package var held: Hold?
    /// The tree of `head`, where a quick gate asks for it.
    package var tree: ObjectID?
    /// How far the quick gate is with what was handed in last.
    package var quick: QuickCheck?
    /// The worker's last report.
    package var report: WorkerReport?
    /// Why the work was begun anew, for the next worker.
    package var history: [String]
    /// Times the task was begun with a fresh session.
    package var attempts: Int
    package var reworks: Int
    package var conflicts: Int
    package var redGates: Int
    /// Times it came back since it was last begun with a fresh session; missing in journals of earlier versions.
    package var returns: Int?
    /// Reviews that ended without a decision about it.
    package var undecidedReviews: Int
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var settledAt: Timestamp?
    /// Tasks with the highest are begun first; `nil` is lower than any.
    package var priority: Int?
    /// The person who added it.
    package var addedBy: String?
    package var usage: TokenUsage
    package var costUsd: Double

    package init(
        id: TaskID, team: TeamID, title: String, description: String, acceptance: String, paths: [String], dependsOn: [TaskID],
        isRepair: Bool = false, createdAt: Timestamp
    ) {
        self.id = id
        self.team = team
        self.title = title
        self.description = description
        self.acceptance = acceptance
        self.paths = paths
        self.dependsOn = dependsOn
        self.isRepair = isRepair
        state = .waiting
        history = []
        formerWorkers = []
        attempts = 0
        reworks = 0
        conflicts = 0
        redGates = 0
        undecidedReviews = 0
        self.createdAt = createdAt
        usage = TokenUsage()
        costUsd = 0
    }

    /// The name of the task's branch in its worker's private repository and, under `refs/cco/work/`, in the hub.
    package var branch: String { "cco/\(id)" }
}
