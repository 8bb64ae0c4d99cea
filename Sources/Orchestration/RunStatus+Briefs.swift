extension Brief {
    /// What a turn with this brief does, for a line of a view: `reviewing task-1, task-2`.
    package func words(in run: Run) -> String {
        switch self {
        case .planGoals: "planning goals"
        case .planTasks: "planning"
        case .fixPlan(let problems): "mending its plan (\(problems.count == 1 ? "1 problem" : "\(problems.count) problems"))"
        case .work(let task): "working on \(run.label(of: task))"
        case .rework(let task, _): "reworking \(run.label(of: task))"
        case .resolveConflict(let task, _, _): "resolving conflicts of \(run.label(of: task))"
        case .fixGate(let task, _, _): "mending the red gate of \(run.label(of: task))"
        case .fixQuickGate(let task, _): "mending the red quick gate of \(run.label(of: task))"
        case .finish(let task, _, _): "finishing \(run.label(of: task))"
        case .proceed(let task, _, _): "going on with \(run.label(of: task))"
        case .review(let tasks): "reviewing \(tasks.map(\.name).joined(separator: ", "))"
        case .assess: "judging what has landed"
        case .decide: "deciding about deliveries and goals"
        }
    }
}

extension Run {
    /// A task's id with its title, for a line of a view.
    package func label(of task: TaskID) -> String {
        guard let title = tasks[task]?.title else { return task.name }
        return "\(task): \(title)"
    }

    /// A merge target's name for people: the branch's name, or `team-2's branch`.
    package func label(of target: MergeTarget) -> String {
        switch target {
        case .base: settings.targetBranch
        case .team(let team): "\(team)'s branch"
        }
    }

    /// What a candidate is, for people.
    package func label(of kind: Candidate.Kind) -> String {
        switch kind {
        case .task(let task): label(of: task)
        case .delivery(let team): "\(team)'s delivery"
        case .sync(let team): "\(settings.targetBranch) for \(team)"
        case .upkeep: TeamStructure.fileName
        case .branch(let name): name
        }
    }
}

extension Effect {
    /// What is to be done, in words for people.
    package func words(in run: Run) -> String {
        switch self {
        case .prepareBase: "look at origin and find the target branch"
        case .runTurn(let turn): run.turns[turn].map { "\($0.agent): \($0.brief.words(in: run))" } ?? "run \(turn)"
        case .say(let message):
            "say something to \(run.messages[message].flatMap { $0.turn.flatMap { run.turns[$0]?.agent.name } } ?? "an agent")"
        case .merge(let candidate): "merge \(run.label(of: candidate))"
        case .gate(let candidate, _, _, _, _): "run the gate on \(run.label(of: candidate))"
        case .quickGate(let task, _, _, _, _): "run the quick gate on \(run.label(of: task))"
        case .baseline: "run the gate on \(run.settings.targetBranch) as it was found"
        case .publish(let candidate, _, _): "publish \(run.label(of: candidate))"
        case .conclude: "write the report"
        case .awaitRoom: "wait for room on the disk"
        case .forecast: "try which branches will conflict"
        }
    }
}

extension Run {
    fileprivate func label(of candidate: CandidateID) -> String {
        queue.first { $0.id == candidate }.map { label(of: $0.kind) } ?? candidate.name
    }
}
