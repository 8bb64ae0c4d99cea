import Orchestration

extension RunReport {
    /// One team and what came of its tasks.
    package struct TeamReport: Codable, Sendable, Equatable {
        package var id: String
        /// The goal's title.
        package var goal: String?
        /// Where the team stood at the end; see `RunStatus.TeamStatus.stage`.
        package var stage: String
        /// Why it gave up its goal.
        package var stuck: String?
        /// Whether landed work is on the team's branch only.
        package var undelivered: Bool
        package var landed: [TaskReport]
        package var unlanded: [TaskReport]
        package var spent: Line

        init(_ team: Team, in run: Run, at now: Timestamp) {
            id = team.id.name
            goal = team.goal?.title
            stage = team.stage.word
            if case .stuck(let reason) = team.stage { stuck = reason }
            undelivered = !run.isFlat && team.undelivered
            let tasks = run.tasks.values.filter { $0.team == team.id }.sorted { $0.id < $1.id }
            landed = tasks.filter(\.state.satisfiesDependents).map { TaskReport($0, in: run, at: now) }
            unlanded = tasks.filter { !$0.state.satisfiesDependents }.map { TaskReport($0, in: run, at: now) }
            spent = Line(team.id.name, run.ledger.byTeam[team.id] ?? Ledger.Line())
        }
    }

    /// Tasks of which nothing had to change.
    var unneeded: Int { teams.reduce(0) { $0 + $1.landed.count { $0.state == TeamTask.State.unneeded.word } } }

    /// One task and what came of it.
    package struct TaskReport: Codable, Sendable, Equatable {
        package var id: String
        package var title: String
        /// See `RunStatus.TaskStatus.state`.
        package var state: String
        package var worker: String?
        /// The commit that landed it.
        package var commit: String?
        /// Why it did not land.
        package var why: String?
        /// The newest commit of a task that did not land.
        package var head: String?
        package var attempts: Int
        package var reworks: Int
        package var conflicts: Int
        package var redGates: Int
        package var costUsd: Double
        package var tokens: Int

        init(_ task: TeamTask, in run: Run, at now: Timestamp) {
            id = task.id.name
            title = task.title
            state = task.state.word
            worker = task.worker?.name
            attempts = task.attempts
            reworks = task.reworks
            conflicts = task.conflicts
            redGates = task.redGates
            costUsd = task.costUsd
            tokens = task.usage.total
            switch task.state {
            case .landed(let commit):
                self.commit = commit.hex
            case .unneeded:
                break
            case .waiting, .assigned, .submitted, .approved, .dropped, .failed:
                why = run.whyNotLanded(task, at: now)
                head = task.head.flatMap { $0 == task.base ? nil : $0.hex }
            }
        }
    }
}

extension Run {
    /// Why a task has not landed, in words; for a run that has ended, what it came to last.
    fileprivate func whyNotLanded(_ task: TeamTask, at now: Timestamp) -> String {
        guard isEnded else { return whyWaits(task, at: now) ?? "is being worked on" }
        switch task.state {
        case .waiting: return "it was not started before the run ended"
        case .assigned: return "it was not finished before the run ended"
        case .submitted: return "it was not reviewed before the run ended"
        case .approved: return "it was not merged before the run ended"
        case .landed, .unneeded, .dropped, .failed: return whyWaits(task, at: now) ?? task.state.word
        }
    }
}
