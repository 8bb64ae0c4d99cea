extension Run {
    /// Why an order cannot be carried out as things stand; `nil` when it can.
    package func objection(to order: Order) -> OrderObjection? {
        guard !order.id.isEmpty, order.id.count <= Order.longestName, order.by.count <= Order.longestName else {
            return OrderObjection(
                .invalid, "An order needs an id, and its id and its giver's name may have \(Order.longestName) characters.",
                "Choose shorter ones.")
        }
        guard settings.branches == nil else {
            return OrderObjection(.untimely, "This run only merges branches: it has no agents and no tasks.", "Wait for its end.")
        }
        if case .cancelTask(let id, _) = order.wish, isIntegrating { return objection(toCancelling: id) }
        switch phase {
        case .preparing: return OrderObjection(.untimely, "The run has not begun yet.", "Try again in a moment.")
        case .finishing(let reason), .ended(let reason):
            return OrderObjection(.untimely, "The run is over: \(reason.explanation).", "Start another: cco start --new.")
        case .working: return objection(to: order.wish)
        }
    }

    /// Whether an order has the name of an earlier one that said something else to somebody: its words would be lost without a word.
    package func objection(toRepeating order: Order, _ receipt: OrderReceipt) -> OrderObjection? {
        guard case .tell(let agent, let text, _) = order.wish else { return nil }
        guard let subject = receipt.subject, let told = mail[ID(subject)] else { return nil }
        // Of what has been read only the beginning is kept.
        guard told.agent != agent || told.text.prefix(100) != text.prefix(100) else { return nil }
        return OrderObjection(
            .invalid, "An order called \(order.id) was given before and said something else (\(subject)).",
            "Give this one a name of its own, or none.")
    }

    private func objection(to wish: Order.Wish) -> OrderObjection? {
        switch wish {
        case .tell(let agent, let text, _): objection(toTelling: agent, text)
        case .addTask(let draft, let team): objection(toAdding: draft, team)
        case .cancelTask(let id, _): objection(toCancelling: id)
        case .retryTask(let id): objection(toRetrying: id)
        case .prioritiseTask(let id): objection(toPrioritising: id)
        case .restartAgent(let agent): objection(toRestarting: agent)
        case .set(let change): objection(to: change)
        case .answer(let id, let text): objection(toAnswering: id, text)
        case .approve(let id): objection(toDeciding: id)
        case .reject(let id, let reason):
            objection(toDeciding: id) ?? Run.objection(to: reason, as: "reason", "say what has to be different")
        }
    }

    private func unknown(_ agent: AgentID) -> OrderObjection? {
        agents[agent] == nil ? OrderObjection(unknown: "agent", agent.name, among: agents.keys.sorted().map(\.name)) : nil
    }

    private func unknown(_ task: TaskID) -> OrderObjection {
        let open = tasks.values.filter { !$0.state.isSettled }.map(\.id).sorted().map(\.name)
        var objection = OrderObjection(unknown: "task", task.name, among: open)
        if open.isEmpty, !tasks.isEmpty { objection.remedy = "All \(tasks.count) tasks are settled: cco task list." }
        return objection
    }

    private func objection(toTelling agent: AgentID, _ text: String) -> OrderObjection? {
        if let unknown = unknown(agent) { return unknown }
        if text.isBlank { return OrderObjection(.invalid, "There is nothing to say.", "Give a text.") }
        if text.count > Order.longestText {
            return OrderObjection(
                .invalid, "The text has \(text.count) characters, and may have \(Order.longestText).",
                "Put what is long into a file of the repository and name it.")
        }
        let waiting = messages.values.count { $0.agent == agent && $0.isPersons }
        guard waiting >= Order.mostMessages else { return nil }
        return OrderObjection(
            .untimely, "\(waiting) messages wait for \(agent) already.", "See cco messages; say more when it has read them.")
    }

    // MARK: Tasks

    /// The team of a run that has only one.
    var onlyTeam: TeamID? { teams.count == 1 ? teams.keys.first : nil }

    func check(_ draft: TaskDraft, for team: TeamID) -> PlanCheck {
        PlanCheck(drafts: [draft], of: team, in: tasks, mayBeEmpty: false)
    }

    private func objection(toAdding draft: TaskDraft, _ team: TeamID?) -> OrderObjection? {
        guard let id = team ?? onlyTeam else {
            return OrderObjection(
                .invalid, "The run has \(teams.count) teams.", "Name one of \(Run.list(teams.keys.sorted().map(\.name))).")
        }
        guard teams[id] != nil else { return OrderObjection(unknown: "team", id.name, among: teams.keys.sorted().map(\.name)) }
        if let objection = objection(toWorkFor: id) { return objection }
        let texts = [draft.title, draft.description, draft.acceptance] + draft.paths
        if texts.contains(where: { $0.count > Order.longestText }) || draft.paths.count > 40 {
            return OrderObjection(
                .invalid, "A text of the task is too long, or it claims too many paths.",
                "A text may have \(Order.longestText) characters, and a task 40 paths.")
        }
        if let missing = draft.dependsOn?.first(where: { tasks[ID($0)] == nil }) { return unknown(TaskID(missing)) }
        var check = check(draft, for: id)
        check.orderCollidingTasks()
        guard let problem = check.problems.first else { return nil }
        return OrderObjection(.invalid, "The task does not hold: \(problem).", "")
    }

    /// Whether a team can be given more work now.
    private func objection(toWorkFor id: TeamID) -> OrderObjection? {
        switch teams[id]?.stage {
        case .planning, .working, .assessing: nil
        case .idle where isFlat || teams[id]?.goal != nil: nil
        case .idle, nil: OrderObjection(.untimely, "\(id) has no goal yet.", "Try again when the Director has given it one.")
        case .offered, .promoting:
            OrderObjection(.untimely, "What \(id) has done is on its way to \(settings.targetBranch).", "Try again when it has landed.")
        case .stuck(let why): OrderObjection(.untimely, "\(id) has given up: \(why)", "Add the task to another team, or start another run.")
        }
    }

    private func objection(toCancelling id: TaskID) -> OrderObjection? {
        guard let task = tasks[id] else { return unknown(id) }
        if task.state.isSettled {
            return OrderObjection(.untimely, "\(id) is over: \(task.state.word).", "Only what is open can be cancelled.")
        }
        guard let candidate = queue.first(where: { $0.kind == .task(id) }) else { return nil }
        let chain = MergeChain(of: candidate.target, in: self)
        let isLanding = queue.contains { $0.isPublishing && chain.prefix(through: $0.id).contains { $0.id == candidate.id } }
        guard isLanding else { return nil }
        return OrderObjection(
            .untimely, "\(id) is being published at this moment.", "Have its commit reverted by a new task: cco task add.")
    }

    private func objection(toRetrying id: TaskID) -> OrderObjection? {
        guard let task = tasks[id] else { return unknown(id) }
        if task.isRepair {
            return OrderObjection(.untimely, "\(id) brings two branches together.", "cco makes such a task anew itself when it is needed.")
        }
        switch task.state {
        case .waiting: return OrderObjection(.untimely, "\(id) waits and has not been begun.", "See why with cco task show \(id).")
        case .landed, .unneeded: return OrderObjection(.untimely, "\(id) is done.", "Have it changed by a new task: cco task add.")
        case .submitted, .approved:
            return OrderObjection(.untimely, "\(id) is done and \(task.state.word).", "Tell its lead, or cancel it and add another.")
        case .assigned, .dropped, .failed: break
        }
        if let turn = turns.values.first(where: { $0.task == id }), turn.isBeingEnded {
            return OrderObjection(.untimely, "The turn that worked on \(id) is being stopped.", "Try again in a moment.")
        }
        guard task.state.isFailure else { return nil }
        if let lost = task.dependsOn.first(where: { tasks[$0]?.state.isFailure == true }) {
            return OrderObjection(
                .untimely, "\(id) depends on \(lost), which did not land.", "Try that one again first: cco task retry \(lost).")
        }
        return objection(toWorkFor: task.team)
    }

    private func objection(toPrioritising id: TaskID) -> OrderObjection? {
        guard let task = tasks[id] else { return unknown(id) }
        // Who has it in hand may have no turn for it yet.
        let isBegun = task.session != nil || turns.values.contains { $0.task == id }
        guard task.state != .waiting, task.state != .assigned || isBegun else { return nil }
        return OrderObjection(
            .untimely, task.state.isSettled ? "\(id) is over: \(task.state.word)." : "\(id) has been begun: \(task.state.word).",
            "Only what has not been begun has a place in the order.")
    }

    /// The task and everything that has to land before it.
    func unsettledDependencies(of id: TaskID) -> [TaskID] {
        var found: Set<TaskID> = []
        var open = [id]
        while let next = open.popLast() {
            guard let task = tasks[next], !task.state.isSettled, found.insert(next).inserted else { continue }
            open += task.dependsOn
        }
        return found.sorted()
    }

    // MARK: Agents and settings

    private func objection(toRestarting id: AgentID) -> OrderObjection? {
        if let unknown = unknown(id) { return unknown }
        if let turn = agents[id]?.activeTurn.flatMap({ turns[$0] }) {
            guard turn.isBeingEnded else { return nil }
            return OrderObjection(.untimely, "\(id) is being stopped already.", "Try again in a moment.")
        }
        if pendingTask(of: id) != nil || agents[id]?.session != nil { return nil }
        return OrderObjection(.untimely, "\(id) has nothing to begin anew: it is idle.", "See what it waits for with cco agent show \(id).")
    }

    private func objection(to change: LiveSetting) -> OrderObjection? {
        switch change {
        case .budget(let dollars?):
            guard dollars.isFinite, dollars > 0 else {
                return OrderObjection(.invalid, "A budget is a number of US dollars above 0.", "cco set budget none lifts the limit.")
            }
            guard dollars <= ledger.total.costUsd else { return nil }
            return OrderObjection(
                .untimely, "More than that is spent already: \(LiveSetting.money(ledger.total.costUsd)).", "To stop the run: cco pause.")
        case .budget(nil): return nil
        case .workers(let count):
            guard !(1...settings.workerCount).contains(count) else { return nil }
            return OrderObjection(
                count < 1 ? .invalid : .untimely,
                "The run has \(settings.workerCount) workers; 1 to \(settings.workerCount) of them can work at once.",
                "More workers need a new run, with another workerCount.")
        case .duration(let minutes):
            guard (1...1_000_000).contains(minutes) else {
                return OrderObjection(.invalid, "A duration is a number of minutes from 1 to 1000000.", "")
            }
            let worked = worked(at: clock.lastEventAt) / 60_000
            guard Int64(minutes) <= worked else { return nil }
            return OrderObjection(.untimely, "The run has worked for \(worked) minutes already.", "To stop the run: cco pause.")
        }
    }
}
