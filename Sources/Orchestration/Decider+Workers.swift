extension Decider {
    /// Gives ready tasks to free workers, most urgent first.
    mutating func assignTasks() {
        let limited = run.workersAtOnce < run.settings.workerCount ? run.busyMembers : nil
        var room = limited.map { run.workersAtOnce - $0.values.reduce(0, +) } ?? .max
        var merging: MergingOrder?
        for team in run.teamsInTurn(limited) where run.tasks.hasReady(team.id) {
            if case .stuck = team.stage { continue }
            guard team.members.contains(where: { run.canTakeTask($0, at: now) }) else { continue }
            let order = merging ?? MergingOrder(of: run)
            merging = order
            let touched = TouchedPaths(of: team, in: run, order)
            // Looked for once, where the first that is ready would wait: which those are depends on the workers' role alone.
            var withoutWait: [TeamTask]?
            // Those who have not failed at a task go first; what is left then goes to anybody.
            for takesAny in [false, true] {
                for member in team.members where room > 0 && run.canTakeTask(member, at: now) {
                    guard var task = run.readyTask(for: member, of: team.id, avoiding: touched, at: now) else { break }
                    if run.wouldAwaitModel(task, member, at: now) {
                        let others = withoutWait ?? run.readyWithoutWait(for: member, of: team.id, avoiding: touched, at: now)
                        let ready = others.filter { run.tasks[$0.id]?.state == .waiting }
                        withoutWait = ready
                        guard let other = ready.min(by: { $0.rank(for: member) < $1.rank(for: member) }) else { continue }
                        task = other
                    }
                    if !takesAny, task.formerWorkers.contains(member) { continue }
                    emit(.taskBriefed(task.id, worker: member, Pending(task.firstBrief ?? .work(task.id))))
                    room -= 1
                }
            }
            if !touched.isEmpty { noteHolds(of: team.id, touched) }
        }
    }

    /// - Parameter question: what the report asks; a worker that is blocked then waits for the answer.
    mutating func workReported(_ turn: Turn, _ outcome: TurnOutcome, _ report: WorkerReport, asking question: Question?) {
        guard let id = turn.task, let task = run.tasks[id], !task.state.isSettled else { return }
        if report.status == .blocked, let question {
            var pending = Pending(.proceed(id, reason: "\(question.id) is answered.", of: turn.brief.purpose.beyondWork))
            pending.question = question.id
            return emit(.taskBriefed(id, worker: turn.agent, pending))
        }
        if report.status == .blocked {
            return run.settings.review == .em ? emit(.taskSubmitted(id, report)) : settle(id, .failed("blocked: \(report.summary)"))
        }
        if let objection = outcome.objection { return disappoint(turn, objection, as: .rework) }
        if !outcome.changed {
            guard case .finish = turn.brief else {
                return disappoint(
                    turn, "you report the task done, but your branch has no commit; commit the work, or say why nothing has to change")
            }
            if run.settings.review == .none { return settle(id, .unneeded) }
        }
        emit(.taskSubmitted(id, report))
        // A conflict's resolution has been reviewed before it conflicted, and the gate still decides.
        let isResolution = if case .resolveConflict = turn.brief { true } else { false }
        handIn(id, skipsReview: run.settings.review == .none || isResolution)
    }

    /// Back to the worker that has the session; given up when it has come back too often.
    mutating func returnToWorker(_ id: TaskID, _ brief: Brief, reason: String) {
        guard let task = run.tasks[id], let worker = task.worker else { return }
        guard case .working = run.phase else {
            return settle(id, .failed("not integrated at the run's end: \(reason)"))
        }
        if let returns = task.returns, returns >= run.settings.mostReturns {
            // One who has had it so often sees nothing new in it. Begun anew by somebody else it gets as many tries again, and no more.
            let why = "it came back too often (\(returns) times), last: \(reason)"
            let all = task.reworks + task.conflicts + task.redGates
            return all >= 2 * run.settings.mostReturns ? settle(id, .failed(why)) : giveToAnother(task, why)
        }
        emit(.taskBriefed(id, worker: worker, Pending(brief)))
    }

    /// Settles a task; what depends on it can then never start, and is given up with it.
    mutating func settle(_ id: TaskID, _ state: TeamTask.State) {
        emit(.taskSettled(id, state))
        guard state.isFailure else { return }
        for dependent in run.tasks.dependents(of: id).map(\.id).sorted() where run.tasks[dependent]?.state.isSettled == false {
            settle(dependent, .dropped("depends on \(id), which did not land"))
        }
    }
}

extension Run {
    /// How many workers may begin something new, where not all may. What they have in hand already goes first.
    var workerRoom: Int {
        let most = workersAtOnce
        return most >= settings.workerCount ? .max : most - busyWorkers
    }

    /// The teams in the order in which they get tasks: where not all workers may work, those of which the fewest do go first.
    ///
    /// - Parameter loads: how many work of each team, where not all may; `nil` where all may.
    fileprivate func teamsInTurn(_ loads: [TeamID: Int]?) -> [Team] {
        let ordered = teams.keys.sorted()
        guard let loads else { return ordered.compactMap { teams[$0] } }
        return ordered.map { (loads[$0] ?? 0, $0) }.sorted { $0 < $1 }.compactMap { teams[$0.1] }
    }

    /// How many workers of each team have something in hand.
    fileprivate var busyMembers: [TeamID: Int] {
        let commitments = ceilingCommitments
        return teams.mapValues { team in team.members.count { agents[$0].map { isBusy($0, commitments) } ?? false } }
    }

    /// How many more worker turns may begin.
    var workerTurnRoom: Int {
        guard let most = live.workers else { return .max }
        return most - turns.values.count { $0.role.writesCode }
    }

    /// Tasks that a worker may have out of its hands (in review or in the queue) while it takes another.
    static let openTasksPerWorker = 2

    /// What a worker has in its hands and may go on with: what has come back before what is new.
    func nextTasks(for worker: AgentID, at now: Timestamp) -> [TeamTask] {
        guard tasks.hasAssigned(worker) else { return [] }
        return tasks.open(of: worker)
            .filter { $0.state == .assigned && !$0.awaitsAnswer && ($0.next?.notBefore.map { $0 <= now } ?? ($0.next != nil)) }
            .sorted { ($0.demand, $0.id) < ($1.demand, $1.id) }
    }

    func canTakeTask(_ worker: AgentID, at now: Timestamp) -> Bool {
        guard let agent = agents[worker], agent.activeTurn == nil else { return false }
        return tasks.isFree(worker, having: Run.openTasksPerWorker) || awaitsModels(agent, at: now)
    }

    /// Whether a worker has room for another task because all that it has in hand waits for its model.
    private func awaitsModels(_ worker: Agent, at now: Timestamp) -> Bool {
        guard credentials.contains(where: { $0.hasModelLimit(at: now) }) else { return false }
        let open = tasks.open(of: worker.id).filter { !$0.awaitsAnswer }
        return open.count <= Run.openTasksPerWorker
            && open.allSatisfy { task in
                guard task.state == .assigned else { return true }
                return task.next.map { awaitsModel($0, of: worker, task, at: now) } ?? false
            }
    }

    /// Whether a task that is ready would only wait beside what its worker has in hand.
    fileprivate func wouldAwaitModel(_ task: TeamTask, _ worker: AgentID, at now: Timestamp) -> Bool {
        guard tasks.hasAssigned(worker), let agent = agents[worker] else { return false }
        return awaitsModel(Pending(task.firstBrief ?? .work(task.id)), of: agent, task, at: now)
    }

    /// The first task of the team that may start, as ``TeamTask/rank(for:)`` says.
    ///
    /// What would collide with work under way comes after all that does not, and is not started at all while that work is about to land.
    func readyTask(for worker: AgentID, of team: TeamID, avoiding touched: TouchedPaths, at now: Timestamp) -> TeamTask? {
        guard !touched.isEmpty else { return tasks.ready(for: worker, of: team) }
        var free: TaskRegister.Entry?
        var second: TaskRegister.Entry?
        for entry in tasks.readyEntries(of: team) {
            func isFirst(before other: TaskRegister.Entry?) -> Bool {
                other.map { entry.task.rank(for: worker) < $0.task.rank(for: worker) } ?? true
            }
            let touch = entry.task.isRepair || hasWaitedOut(entry.task.held, at: now) ? nil : touched.touch(of: entry.task.paths)
            if touch == nil {
                if isFirst(before: free) { free = entry }
            } else if touch?.landsSoon == false, isFirst(before: second) {
                second = entry
            }
        }
        return (free ?? second)?.task
    }

    /// The tasks of the team that may start, collide with nothing and need not wait for their models.
    fileprivate func readyWithoutWait(
        for worker: AgentID, of team: TeamID, avoiding touched: TouchedPaths, at now: Timestamp
    ) -> [TeamTask] {
        readyTasks(of: team).filter { touched.touch(of: $0.paths) == nil && !wouldAwaitModel($0, worker, at: now) }
    }

    /// The team's tasks for which nothing has to land first.
    func readyTasks(of team: TeamID) -> [TeamTask] {
        tasks.ready(of: team)
    }
}

extension TeamTask {
    /// What its next turn asks of a credential.
    var demand: Demand { next.map { demand(for: $0) } ?? .newWork }

    func demand(for pending: Pending) -> Demand { Demand(pending.brief, isBegun: session?.exists ?? false) }
}
