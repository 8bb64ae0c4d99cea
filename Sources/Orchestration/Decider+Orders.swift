/// What people want of a run that goes on.
extension Decider {
    mutating func ordered(_ order: Order) {
        guard run.orders[order.id] == nil, run.objection(to: order) == nil else { return }
        switch order.wish {
        case .tell(let agent, let text, let interrupts):
            take(order, run.listeningTurn(of: agent).map { "goes into \($0)" } ?? "waits for \(agent)'s next turn", nextMessage)
            tell(agent, text, from: order.by, interrupts: interrupts)
            if interrupts, let turn = run.agents[agent]?.activeTurn, run.turns[turn]?.stopCause?.letsStepFinish == true {
                emit(.turnStopRequested(turn, .interrupted))
            }
        case .addTask(let draft, let team):
            add(draft, to: team, order)
        case .cancelTask(let id, let reason):
            take(order, "\(id) is cancelled", id.name)
            cancel(id, "cancelled by \(order.by)" + (reason.map { ": \($0)" } ?? ""))
        case .retryTask(let id):
            take(order, "\(id) is begun anew, from what is committed", id.name)
            retry(id, "\(order.by) wanted it begun anew")
        case .prioritiseTask(let id):
            take(order, "\(id) is begun before all other tasks of its team", id.name)
            let priority = run.orders.count
            for id in run.unsettledDependencies(of: id) { emit(.taskPrioritised(id, priority)) }
        case .restartAgent(let agent):
            take(order, "\(agent) begins anew, in a fresh session", agent.name)
            restart(agent, "\(order.by) wanted \(agent) to begin anew")
        case .answer(let id, let text):
            guard let question = run.questions[id] else { return }
            take(order, "\(id) is answered; \(nextMessage) brings it to \(run.recipient(of: question).agent)", nextMessage)
            answer(question, text, by: order.by)
        case .approve(let id):
            guard let question = run.questions[id] else { return }
            take(order, "\(id) is approved", id.name)
            approve(question, by: order.by)
        case .reject(let id, let reason):
            guard let question = run.questions[id] else { return }
            take(order, "\(id) is rejected; \(run.author(of: question)) gets the reason", id.name)
            reject(question, reason, by: order.by)
        case .set(let change):
            take(order, change.words, nil)
            let before = run.settings.limits
            emit(.settingChanged(change))
            if run.settings.limits.run.usd != before.run.usd { budgetChanged(since: before) }
        }
    }

    private var nextMessage: String { "message-\(run.counters.messages + 1)" }

    private mutating func take(_ order: Order, _ words: String, _ subject: String?) {
        emit(.orderTaken(order, OrderReceipt(id: order.id, by: order.by, subject: subject, words: words)))
    }

    // MARK: Tasks

    private mutating func add(_ draft: TaskDraft, to team: TeamID?, _ order: Order) {
        guard let id = team ?? run.onlyTeam else { return }
        var check = run.check(draft, for: id)
        // What would meet others' work on the same files waits for it.
        check.orderCollidingTasks()
        guard var task = check.tasks(team: id, firstNumber: run.counters.tasks + 1, at: now).first else { return }
        task.addedBy = order.by
        let after = task.dependsOn.isEmpty ? "" : ", after \(Run.list(task.dependsOn.map(\.name)))"
        take(order, "\(task.id) is added to \(id)\(after)", task.id.name)
        emit(.taskAdded(task))
        wake(id)
    }

    /// A team that had come to rest works again.
    private mutating func wake(_ team: TeamID) {
        if run.teams[team]?.stage == .idle { emit(.teamEntered(team, .working, summary: "")) }
    }

    /// Gives a task up, wherever it stands. A turn that works on it is stopped, and what it has committed is kept.
    private mutating func cancel(_ id: TaskID, _ reason: String) {
        guard let task = run.tasks[id] else { return }
        if let candidate = run.queue.first(where: { $0.kind == .task(id) }) { withdraw(candidate, .cancelled) }
        settle(id, .dropped(reason))
        if let turn = run.turns.values.first(where: { $0.task == id }), !turn.isBeingEnded {
            emit(.turnStopRequested(turn.id, .cancelled))
        }
        // A review that has not begun leaves it out.
        guard let lead = run.teams[task.team]?.lead, let pending = run.agents[lead]?.next, run.agents[lead]?.activeTurn == nil,
            case .review(let asked) = pending.brief, asked.contains(id)
        else { return }
        let rest = asked.filter { $0 != id }
        emit(rest.isEmpty ? .briefDone(lead) : .leadBriefed(lead, Pending(.review(rest))))
    }

    /// Takes a candidate out of its queue. What was merged onto it is merged anew.
    mutating func withdraw(_ candidate: Candidate, _ reason: ReturnReason) {
        let chain = MergeChain(of: candidate.target, in: run)
        if let place = chain.links.firstIndex(where: { $0.id == candidate.id }) {
            dissolve(chain.links[place...])
        } else {
            dissolve(chain.orphans.filter { $0.id == candidate.id })
        }
        for (id, pending) in steps.sorted(by: { $0.key < $1.key }) where pending.effect.candidate == candidate.id {
            emit(.effectDropped(id))
        }
        emit(.candidateReturned(candidate.id, reason))
    }

    private mutating func retry(_ id: TaskID, _ reason: String) {
        guard let task = run.tasks[id] else { return }
        if task.state.isFailure {
            emit(.taskReopened(id))
            wake(task.team)
        } else if let turn = run.turns.values.first(where: { $0.task == id }) {
            emit(.turnStopRequested(turn.id, .cancelled))
        } else {
            emit(.taskReleased(id, reason: reason))
        }
    }

    // MARK: Agents

    private mutating func restart(_ id: AgentID, _ reason: String) {
        if let turn = run.agents[id]?.activeTurn {
            emit(.turnStopRequested(turn, .cancelled))
        } else if let task = run.pendingTask(of: id) {
            emit(.taskReleased(task.id, reason: reason))
        } else {
            emit(.sessionReplaced(id, reason: reason))
        }
    }

    /// A person had the turn stopped. A task goes to another worker, where there is one; a manager is asked the same in a fresh session.
    mutating func beginAnew(_ turn: Turn) {
        let reason = "a person wanted it begun anew"
        if let id = turn.task {
            if run.tasks[id]?.state == .assigned { emit(.taskReleased(id, reason: reason)) }
        } else {
            emit(.sessionReplaced(turn.agent, reason: reason))
            emit(.leadBriefed(turn.agent, Pending(turn.brief)))
        }
    }
}
