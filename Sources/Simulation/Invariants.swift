import Orchestration

/// What has to hold after every decision, whatever the world does. Looks at the state before and after, and at the events between.
///
/// It reads the state as it is and repeats none of the decisions' own reasoning where that can be helped, so that a mistake there is not made
/// here as well.
package struct Invariants {
    package let before: Run
    package let after: Run
    package let events: [Event]
    package let now: Timestamp
    /// Whether an engine has just started.
    package let isStart: Bool
    package let git: SimulatedGit
    /// Whether a gate's verdict must be known to the state for a tree that is published. Not where the gate's command may have changed since.
    package var verdictsAreKnown = true

    package init(before: Run, after: Run, events: [Event], now: Timestamp, isStart: Bool, git: SimulatedGit) {
        self.before = before
        self.after = after
        self.events = events
        self.now = now
        self.isStart = isStart
        self.git = git
    }

    /// - Throws: the first `Violation`.
    package func check() throws {
        try checkTurns()
        try checkTasks()
        try checkQueue()
        try checkMenders()
        try checkEvents()
        try checkPhase()
        try checkIdleness()
        try checkForecast()
        if after.isEnded, !before.isEnded { try checkEnd() }
    }

    private func checkTurns() throws {
        var agents: Set<AgentID> = []
        var sessions: Set<String> = []
        let mustStop = after.suspension != nil || after.isShortOfDisk || after.isFinishing
        for turn in after.turns.values {
            if mustStop, !turn.isBeingEnded {
                throw Violation(
                    .suspendedIsStill, "\(turn.id) is not stopped, in phase \(after.phase), \(after.suspension ?? "not suspended")")
            }
            guard agents.insert(turn.agent).inserted else { throw Violation(.oneProcess, "\(turn.agent) has two active turns") }
            guard sessions.insert(turn.session).inserted else { throw Violation(.oneProcess, "\(turn.session) has two active turns") }
            guard after.agents[turn.agent]?.activeTurn == turn.id else {
                throw Violation(.turnsMatch, "\(turn.id) runs and its agent \(turn.agent) does not know")
            }
            guard turn.role.writesCode == (turn.task != nil) else {
                throw Violation(.turnsMatch, "\(turn.id) of a \(turn.role) is about \(turn.task?.name ?? "no task")")
            }
            // A turn whose task a person has cancelled is on its way to its end.
            if let id = turn.task, after.tasks[id]?.state != .assigned, turn.stopCause == nil || after.tasks[id]?.state.isSettled != true {
                throw Violation(.tasksHold, "\(id) has a turn and is \(after.tasks[id]?.state.word ?? "unknown")")
            }
        }
        for agent in after.agents.values {
            if let active = agent.activeTurn, after.turns[active]?.agent != agent.id {
                throw Violation(.turnsMatch, "\(agent.id) points at \(active), which it does not have")
            }
        }
        var told: [TurnID: Int] = [:]
        var hinted: [TurnID: Int] = [:]
        var words: [AgentID: Int] = [:]
        for message in after.messages.values {
            if message.turn == nil, let task = message.task, after.suspension == nil, !after.isShortOfDisk,
                after.tasks[task]?.state.isSettled != false
            {
                throw Violation(.messagesArrive, "\(message.id) is about \(task), which is over")
            }
            if let agent = message.agent, message.isPersons { words[agent, default: 0] += 1 }
            guard let turn = message.turn else {
                guard message.isPersons, message.agent != nil, !after.isFinishing else {
                    throw Violation(.messagesArrive, "\(message.id) is for no turn, and none will come")
                }
                continue
            }
            guard after.turns[turn] != nil else {
                throw Violation(.turnsMatch, "\(message.id) is for \(turn), which is over")
            }
            if message.hint != nil { hinted[turn, default: 0] += 1 } else if !message.isPersons { told[turn, default: 0] += 1 }
        }
        if let most = words.values.max(), most > Order.mostMessages + QuestionBook.mostOpen {
            throw Violation(.isBounded, "\(most) messages wait for one agent")
        }
        try checkWorkers()
        try checkWidth()
        // One to tell it, one to interrupt it; then it is stopped.
        if let most = told.values.max(), most > 2 { throw Violation(.isBounded, "\(most) messages wait for one turn") }
        if let most = hinted.values.max(), most > 1 { throw Violation(.isBounded, "\(most) hints wait for one turn") }
        var carried: Set<TurnID> = []
        for pending in after.effects.values {
            if case .runTurn(let id) = pending.effect, !carried.insert(id).inserted {
                throw Violation(.turnsMatch, "\(id) has two effects")
            }
        }
        guard carried.count == after.turns.count, after.turns.keys.allSatisfy({ carried.contains($0) }) else {
            throw Violation(.turnsMatch, "turns \(after.turns.keys.sorted()) but effects for \(carried.sorted())")
        }
    }

    /// Nobody begins a task where enough have something in hand, and one always may.
    private func checkWidth() throws {
        let most = after.workersAtOnce
        guard most >= 1 else { throw Violation(.workersAreFew, "nobody may work") }
        // Where money is scarce, who may go on changes within a decision.
        let limits = after.settings.limits
        let isUnlimited = [limits.run, limits.team, limits.task, limits.turn].allSatisfy { $0 == SpendingLimits.Ceiling() }
        guard most < after.settings.workerCount, isUnlimited else { return }
        let begun = events.contains { event in
            guard case .taskBriefed(let id, _, _) = event else { return false }
            return before.tasks[id]?.state == .waiting
        }
        let busy = after.busyWorkers
        let isWider = before.workersAtOnce > most
        guard !begun || isWider || busy <= most else {
            throw Violation(.workersAreFew, "a task is begun, \(busy) workers have something in hand, and \(most) may")
        }
    }

    /// Turns of workers that began before the number was set go on.
    private func checkWorkers() throws {
        guard let most = after.live.workers else { return }
        let now = after.turns.values.count { $0.role.writesCode }
        guard now <= max(most, before.turns.values.count { $0.role.writesCode }) else {
            throw Violation(.workersAreFew, "\(now) workers have a turn, and \(most) may")
        }
    }

    private func checkTasks() throws {
        var queued: Set<TaskID> = []
        for candidate in after.queue {
            guard case .task(let id) = candidate.kind else { continue }
            guard queued.insert(id).inserted else { throw Violation(.queueHolds, "\(id) is in the queue twice") }
            if after.tasks[id]?.state != .approved {
                throw Violation(.queueHolds, "\(id) is \(after.tasks[id]?.state.word ?? "unknown") and in the queue")
            }
        }
        var assigned: [AgentID: (all: Int, fresh: Int, answered: Int)] = [:]
        for task in after.tasks.values {
            let isSound =
                switch task.state {
                case .waiting: task.worker == nil && task.next == nil
                case .assigned: task.worker != nil && task.next != nil
                case .submitted: task.report != nil
                case .approved: queued.contains(task.id) || after.questions.open.contains { $0.isApproval && $0.task == task.id }
                case .landed, .unneeded, .dropped, .failed: task.next == nil && task.settledAt != nil
                }
            guard isSound else {
                throw Violation(.tasksHold, "\(task.id) is \(task.state.word) with worker \(task.worker?.name ?? "none")")
            }
            if task.state == .assigned, !task.awaitsAnswer, let worker = task.worker {
                let so = assigned[worker] ?? (0, 0, 0)
                // What waited for a person comes back beside what was taken meanwhile.
                let isAnswered = after.questions.questions.contains { $0.holdsTask && $0.task == task.id }
                assigned[worker] = (so.all + 1, so.fresh + (task.session == nil ? 1 : 0), so.answered + (isAnswered ? 1 : 0))
            }
        }
        for (worker, count) in assigned {
            // Tasks that came back wait for the one in hand; no more than may be out of a worker's hands.
            if count.all - count.answered > Run.mostOpenTasks + 1 {
                throw Violation(.isBounded, "\(worker) has \(count.all) tasks at once")
            }
            // While all that it has in hand waits for its model it is given another one, and may have begun neither when the limit is over.
            let isGiven = events.contains { if case .taskBriefed(_, worker, _) = $0 { true } else { false } }
            let isLimited = after.credentials.contains { $0.modelLimits.contains { $0.until > now } }
            if count.fresh > 1, isGiven, !isLimited {
                throw Violation(.tasksHold, "\(worker) was given a second task before it began the first")
            }
        }
    }

    private func checkQueue() throws {
        let isMoving = after.suspension == nil && !after.isShortOfDisk
        var expected = 0
        var moving: Set<MergeTarget> = []
        for candidate in after.queue {
            switch candidate.state {
            case .waiting, .merged: break
            case .merging, .gating, .publishing:
                expected += 1
                moving.insert(candidate.target)
                guard after.effects.values.contains(where: { $0.effect.isStep(of: candidate) }) else {
                    throw Violation(.queueHolds, "\(candidate.id) is \(candidate.state) and no effect is pending")
                }
            }
        }
        if isMoving, after.isIntegrating {
            for target in Set(after.queue.map(\.target)) {
                try checkChain(of: target)
                // A gate that belongs to another queue may have the only slot.
                guard moving.contains(target) || gates >= after.settings.gateSlots || awaitsBase(target) || awaitsMender(target) else {
                    throw Violation(.queueMoves, "the queue for \(target) stands still")
                }
            }
        }
        let pending = after.effects.values.count { $0.effect.candidate != nil }
        guard pending == expected else { throw Violation(.queueHolds, "\(pending) steps are pending, \(expected) candidates expect one") }
        // Slots may become fewer between two engines; gates that run then are not stopped.
        if gates > max(after.settings.gateSlots, before.settings.gateSlots), !isStart {
            guard before.gates >= gates else { throw Violation(.isBounded, "more gates run than there are slots") }
        }
    }

    /// What stands behind a prefix that passes is to blame, whatever its target does.
    package func checkMenders() throws {
        for event in events {
            guard case .candidateReturned(let id, .red) = event else { continue }
            guard let candidate = before.queue.first(where: { $0.id == id }) else { continue }
            let target = candidate.target
            guard before.isBeingMended(target), after.isBeingMended(target), let mender = after.menders[target] else { continue }
            guard mender == before.menders[target], mender != candidate.kind else { continue }
            if MergeChain(of: target, in: before).links.first?.id == id {
                throw Violation(.oneMends, "\(id) goes back because \(target) fails the gate, which \(mender) is mending")
            }
        }
    }

    /// Whether a queue waits for the one who mends its target, with nothing in it that may do so.
    private func awaitsMender(_ target: MergeTarget) -> Bool {
        let mayBeMended = after.queue.contains { candidate in
            guard candidate.target == target else { return false }
            if case .sync = candidate.kind { return true }
            return candidate.kind == after.menders[target]
        }
        return after.isBeingMended(target) && !mayBeMended
    }

    /// Whether a queue waits for the gate's verdict on the base, which alone says whether what is red in it is to blame.
    private func awaitsBase(_ target: MergeTarget) -> Bool {
        guard after.effects.values.contains(where: { if case .baseline = $0.effect { true } else { false } }) else { return false }
        if target == .base { return true }
        return after.queue.contains { candidate in
            guard candidate.target == target, candidate.isConfirmedRed else { return false }
            if case .sync = candidate.kind { return true }
            return after.head(of: target) == after.base?.head
        }
    }

    /// What is verified together stands on the target, link on link.
    private func checkChain(of target: MergeTarget) throws {
        let chain = MergeChain(of: target, in: after)
        let active = after.queue.filter { $0.target == target }
        for (kind, count) in [
            ("merged", active.count { $0.state == .merging }),
            ("published", active.count { if case .publishing = $0.state { true } else { false } }),
        ] where count > 1 {
            throw Violation(.queueHolds, "\(count) candidates are being \(kind) for \(target) at once")
        }
        let isPublishing = active.contains { if case .publishing = $0.state { true } else { false } }
        guard !isPublishing else { return }
        guard chain.orphans.isEmpty, chain.links.first.map({ $0.onto == after.head(of: target) }) ?? true else {
            throw Violation(.queueHolds, "what is verified for \(target) does not stand on it")
        }
    }

    private var gates: Int { after.gates }
}

extension Run {
    /// Tasks that a worker may have out of its hands while it takes another.
    static let mostOpenTasks = 2

    /// Gates that run now.
    var gates: Int {
        effects.values.count {
            switch $0.effect {
            case .gate, .quickGate, .baseline: true
            case .prepareBase, .runTurn, .say, .merge, .publish, .conclude, .awaitRoom, .forecast: false
            }
        }
    }

    /// Whether no new work begins any more.
    var isFinishing: Bool { if case .finishing = phase { true } else { false } }

    /// Whether the team has given up its goal.
    package func isStuck(_ team: TeamID) -> Bool { if case .stuck = teams[team]?.stage { true } else { false } }
}

extension Effect {
    /// Whether this is the step that the candidate's state waits for.
    fileprivate func isStep(of candidate: Candidate) -> Bool {
        switch (self, candidate.state) {
        case (.merge(let id), .merging): id == candidate.id
        case (.gate(let id, let commit, _, _, _), .gating(let expected, _, _, _)): id == candidate.id && commit == expected
        case (.publish(let id, let commit, _), .publishing(let expected, _, _)): id == candidate.id && commit == expected
        default: false
        }
    }
}
