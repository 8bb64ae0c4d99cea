extension RunStatus {
    /// One task and how far it is.
    package struct TaskStatus: Codable, Sendable, Equatable {
        package var id: String
        package var title: String
        package var team: String
        /// `waiting`, `in progress`, `in review`, `merging`, `landed`, `nothing to change`, `dropped` or `failed`.
        package var state: String
        package var worker: String?
        /// Why it does not move now, or why it was given up; missing while somebody works on it and once it has landed.
        package var why: String?
        package var dependsOn: [String]
        /// Made by cco to bring two branches together.
        package var isRepair: Bool
        /// The commit that landed it.
        package var commit: String?
        /// Times it was begun with a fresh session.
        package var attempts: Int
        /// Times its lead wanted changes.
        package var reworks: Int
        package var conflicts: Int
        package var redGates: Int
        package var costUsd: Double
        package var tokens: Tokens
        package var createdAt: Moment
        package var startedAt: Moment?
        package var settledAt: Moment?
        /// Tasks with the highest are begun first; missing where nobody has set one.
        package var priority: Int?
        /// The person who added it.
        package var addedBy: String?
        /// The file with what the gate, or the quick gate, printed when it was last red for it, while that is what the work is about.
        package var gateLog: String?

        /// - Parameter room: how many workers may begin something new.
        init(_ task: TeamTask, in run: Run, at now: Timestamp, room: Int) {
            id = task.id.name
            title = task.title
            team = task.team.name
            state = task.state.word
            worker = task.worker?.name
            why = run.whyWaits(task, at: now, room: room)
            dependsOn = task.dependsOn.map(\.name)
            isRepair = task.isRepair
            if case .landed(let commit) = task.state { self.commit = commit.hex }
            attempts = task.attempts
            reworks = task.reworks
            conflicts = task.conflicts
            redGates = task.redGates
            costUsd = task.costUsd
            tokens = Tokens(task.usage)
            createdAt = Moment(task.createdAt)
            startedAt = task.startedAt.map(Moment.init)
            settledAt = task.settledAt.map(Moment.init)
            priority = task.priority
            addedBy = task.addedBy
            gateLog = run.gateLog(of: task)
        }
    }
}

extension RunStatus {
    /// Whether the run has ended and a team's branch holds landed work that the target branch does not have.
    package var endsUndelivered: Bool { phase == "ended" && teams.contains(where: \.undelivered) }
}

extension RunStatus.TaskStatus {
    package var hasLanded: Bool { state == "landed" }
    /// Whether it is done without a commit.
    package var isUnneeded: Bool { state == TeamTask.State.unneeded.word }
}
