import Orchestration

extension Invariants {
    /// What the decision did that no decision may do.
    package func checkEvents() throws {
        guard events.count <= Bounds.events else { throw Violation(.isBounded, "one decision made \(events.count) events") }
        var isSuspended = before.suspension != nil && !isStart
        try checkForward(from: before.base?.head, to: after.base?.head)
        // Of what lands together only the last one's tree has to have passed.
        var published: [MergeTarget: (id: CandidateID, tree: ObjectID)] = [:]
        for event in events {
            switch event {
            case .suspended, .faulted: isSuspended = true
            case .effectIntended(let id, _), .effectRetried(let id):
                if isSuspended { throw Violation(.suspendedIsStill, "\(id) is begun while the run is suspended") }
            case .turnStarted(let turn):
                try checkStart(turn)
            case .candidatePublished(let id, _, let tree):
                if let target = before.queue.first(where: { $0.id == id })?.target { published[target] = (id, tree) }
            case .finishing(.budgetOver): try checkBudgetIsOver()
            case .spendingWarned(let warning): try checkWarning(warning)
            case .finishing(.complete):
                if !after.directorSaysComplete { throw Violation(.endIsTrue, "nobody says that it is complete") }
            case .credentialBenched(let id, _, _, let family): try checkLeaving(id, family)
            case .credentialRejected(let id, _): try checkLeaving(id, nil)
            default: break
            }
        }
        for (id, tree) in published.values where verdictsAreKnown && after.verifyCommand != nil && after.verifiedTrees[tree.hex] == nil {
            throw Violation(.baseIsVerified, "\(id) is published with the tree \(tree.short), which never passed the gate")
        }
        try checkQuickVerdicts()
        try checkSettled()
        try checkQuestions()
        // People bring as many branches as they like.
        let own = after.queue.count { if case .branch = $0.kind { false } else { true } }
        guard own <= after.tasks.count + 2 * after.teams.count + 2 else {
            throw Violation(.isBounded, "\(own) candidates wait")
        }
    }

    /// What was cancelled, or is over in another way, never lands afterwards.
    private func checkSettled() throws {
        var settled = Set(before.tasks.values.filter(\.state.isSettled).map(\.id))
        for event in events {
            switch event {
            // It can be over again at once, where there is no money for it.
            case .taskReopened(let id): settled.remove(id)
            case .taskSettled(let id, let state):
                guard settled.insert(id).inserted else {
                    throw Violation(.settledOnce, "\(id) is \(state.word) and was over before")
                }
            case .candidateQueued(let candidate):
                if case .task(let id) = candidate.kind, settled.contains(id) || before.tasks[id]?.state.isSettled == true {
                    throw Violation(.settledOnce, "\(id) is over and goes to the queue")
                }
            default: break
            }
        }
    }

    /// Nobody goes on asking with a credential of which it has just become known that it is no longer of use.
    private func checkLeaving(_ credential: CredentialID, _ family: ModelFamily?) throws {
        for turn in after.turns.values where turn.credential == credential && turn.stopCause == nil {
            if let family, !family.has(after.model(of: turn)) { continue }
            throw Violation(.credentialUsable, "\(turn.id) goes on with \(credential), which has just been benched or rejected")
        }
    }

    /// The quick gate's word counts for reviews and for nothing else: a tree is verified by the gate's own verdict, which is told by an event.
    private func checkQuickVerdicts() throws {
        let verified = Set(events.compactMap { if case .treeVerified(let tree, _, _) = $0 { tree.hex } else { nil } })
        guard after.verifiedTrees.count <= before.verifiedTrees.count + verified.count else {
            throw Violation(.quickDecidesNothing, "\(after.verifiedTrees.count) trees count as verified, and no gate said so of some")
        }
        var judged: TaskID?
        var hasEffect = false
        for event in events {
            switch event {
            case .quickCheckKnown(let task, .green), .quickCheckKnown(let task, .red): judged = task
            case .treeVerified, .candidatePublished: hasEffect = true
            default: break
            }
        }
        if let judged, hasEffect {
            throw Violation(.quickDecidesNothing, "the quick gate's word on \(judged) verifies or publishes something")
        }
    }

    /// A turn that starts leaves its credential within its limits, and begins no task where that is not wanted.
    private func checkLimits(of turn: Turn) throws {
        guard let credential = after.credentials.first(where: { $0.id == turn.credential }) else { return }
        let carried = after.turns.values.filter { $0.credential == credential.id }
        let width = credential.throttle?.width(at: now)
        guard carried.count <= min(credential.maxConcurrency ?? .max, width ?? .max) else {
            throw Violation(.credentialLimited, "\(turn.id) is one of \(carried.count) turns on \(credential.id)")
        }
        if width != nil {
            let starts = events.count { if case .turnStarted(let other) = $0 { other.credential == credential.id } else { false } }
            let last = before.credentials.first { $0.id == credential.id }?.lastStart
            guard starts == 1, last.map({ now.milliseconds(since: $0) >= Throttle.spacing || $0 > now }) ?? true else {
                throw Violation(.credentialLimited, "\(turn.id) starts right after another one on \(credential.id), which is slowed down")
            }
        }
        guard turn.task != nil, case .work = turn.brief else { return }
        let limit = min(credential.maxConcurrency ?? .max, width ?? .max)
        if limit > 1, limit < .max, carried.count(where: { if case .work = $0.brief { true } else { false } }) >= limit {
            throw Violation(.credentialLimited, "\(turn.id) takes the place on \(credential.id) that is kept for integration")
        }
        guard let kind = credential.restriction(of: after.model(of: turn), at: now)?.kind, kind >= .noNewWork else { return }
        guard turn.resumes, kind < .integrationOnly else {
            throw Violation(.credentialLimited, "\(turn.id) starts on \(credential.id), which is \(kind)")
        }
    }

    private func checkForward(from old: ObjectID?, to new: ObjectID?) throws {
        guard let from = git.number(old), let to = git.number(new) else { return }
        guard git.isAncestor(from, of: to) else {
            throw Violation(.baseMovesForward, "the base goes from \(from) to \(to), which does not build on it")
        }
    }

    private func checkStart(_ turn: Turn) throws {
        if after.credentials.contains(where: { $0.id == turn.credential }), !after.mayBegin(turn, at: now) {
            throw Violation(.credentialUsable, "\(turn.id) starts on \(turn.credential), which is benched or rejected")
        }
        try checkLimits(of: turn)
        switch before.phase {
        case .working, .preparing: break
        case .finishing, .ended: throw Violation(.endsInTime, "\(turn.id) starts in phase \(before.phase)")
        }
        try checkFunds(of: turn)
        guard let id = turn.task, let task = after.tasks[id] else { return }
        let missing = task.dependsOn.filter { after.tasks[$0]?.state.satisfiesDependents != true }
        if !missing.isEmpty { throw Violation(.planIsKept, "\(turn.id) starts \(id) before \(missing)") }
        // Work that was interrupted goes on.
        if after.isStuck(task.team), before.tasks[id]?.session == nil, case .work = turn.brief {
            throw Violation(.nobodyIdles, "\(turn.id) begins work for \(task.team), which has given up")
        }
    }

    /// Whether the run can go on by itself, and has let go of everything when it is over.
    func checkPhase() throws {
        if after.isEnded {
            guard after.effects.isEmpty, after.turns.isEmpty else {
                throw Violation(.endsInTime, "the run has ended with \(after.effects.count) pending effects")
            }
            return
        }
        try checkRest()
        guard after.suspension == nil else { return }
        let isBusy = after.effects.values.contains { $0.delayedUntil == nil }
        guard isBusy || after.nextDeadline(after: now) != nil else {
            throw Violation(.noDeadlock, "no effect is pending and no deadline is set")
        }
        // Waiting for nothing but the end of the run's time is a deadlock too.
        guard case .working = after.phase, after.effects.isEmpty, !after.credentials.isEmpty else { return }
        let waits =
            after.credentials.contains { credential in
                let isHeldBack = isLimited(credential) || credential.throttle?.width(at: now) != nil
                return credential.rejected == nil && !credential.isSpent && ((credential.benchedUntil ?? now) > now || isHeldBack)
            }
            || after.agents.values.contains { ($0.next?.notBefore ?? now) > now }
            || after.tasks.values.contains { ($0.next?.notBefore ?? now) > now }
            || after.questions.open.contains { $0.isApproval || $0.deadline != nil }
        if !waits { throw Violation(.noDeadlock, "the run only waits for its time to be over") }
    }

    /// A run that rests does nothing, and could do nothing.
    private func checkRest() throws {
        guard let until = after.restsUntil(at: now) else { return }
        guard after.turns.isEmpty, after.effects.isEmpty, after.queue.isEmpty, after.suspension == nil else {
            throw Violation(.restsAreTrue, "the run rests, and something is under way")
        }
        guard (after.clock.unanswered ?? 0) <= Rest.longestUnanswered, until > now else {
            throw Violation(.restsAreTrue, "the run has rested for \(after.clock.unanswered ?? 0) ms without an answer")
        }
        let isWaiting = after.credentials.contains { credential in
            (credential.benchedUntil ?? now) > now || isLimited(credential) || credential.throttle?.width(at: now) != nil
        }
        let pauses = after.agents.values.map(\.next?.notBefore) + after.tasks.values.map(\.next?.notBefore)
        guard isWaiting || pauses.contains(where: { ($0 ?? now) > now }) else {
            throw Violation(.restsAreTrue, "the run rests, and no provider is waited for")
        }
    }

    /// Whether a window restricts some turns on it, or one of a model is used up.
    private func isLimited(_ credential: Credential) -> Bool {
        credential.restriction(at: now) != nil || credential.modelLimits.contains { $0.until > now }
    }

    /// Models of which a window is used up or runs short somewhere.
    private var scarceFamilies: [ModelFamily] {
        after.credentials.flatMap { credential in
            credential.modelLimits.filter { $0.until > now }.map(\.family)
                + credential.windows.filter { $0.until > now }.compactMap(\.family)
        }
    }

    /// Whether there is a credential that takes any turn, but for limits of single models: nobody limits it, or it carries nothing and only its number of turns is limited.
    private var hasIdleCredential: Bool {
        let usable = after.credentials.filter { $0.isUsable(at: now) }
        guard let tier = usable.map(\.tier).min() else { return false }
        return usable.contains { credential in
            let isSlowed = credential.throttle?.width(at: now) != nil
            let isLimited = isSlowed || credential.maxConcurrency != nil
            guard credential.restriction(at: now, where: { $0.family == nil }) == nil, credential.tier == tier else { return false }
            guard isLimited else { return true }
            let isPausing = isSlowed && credential.lastStart.map { now.milliseconds(since: $0) < Throttle.spacing } ?? false
            return !isPausing && !after.turns.values.contains { $0.credential == credential.id }
        }
    }

    /// Whether anybody is idle who could work.
    func checkIdleness() throws {
        guard case .working = after.phase, after.suspension == nil, !after.isShortOfDisk,
            hasIdleCredential
        else { return }
        let idle = after.agents.values.filter { $0.activeTurn == nil }
        guard !idle.isEmpty else { return }
        var open: [AgentID: Int] = [:]
        var holding: Set<AgentID> = []
        var ready: [TeamID: TaskID] = [:]
        var held: [TeamID: [TeamTask]] = [:]
        // Where a person has set how many work at once, those who have something in hand are enough.
        let busy = Set(after.tasks.values.filter { $0.state == .assigned && !$0.awaitsAnswer }.compactMap(\.worker))
            .union(after.turns.values.filter { $0.role.writesCode }.map(\.agent))
        let most = after.workersAtOnce
        let isFull = most < after.settings.workerCount && busy.count >= most
        let scarce = scarceFamilies
        func mayLackModel(_ pending: Pending?, _ agent: Agent, _ task: TeamTask? = nil) -> Bool {
            guard !scarce.isEmpty, let pending else { return false }
            let model = after.need(for: pending, of: agent, task).model
            return scarce.contains { $0.has(model) }
        }
        for task in after.tasks.values where !task.state.isSettled && !task.awaitsAnswer {
            if let worker = task.worker {
                open[worker, default: 0] += 1
                guard task.state == .assigned else { continue }
                holding.insert(worker)
                if task.next?.notBefore.map({ $0 <= now }) ?? true, let agent = after.agents[worker], agent.activeTurn == nil,
                    !lacksFunds(task.next?.brief ?? .work(task.id), agent), !mayLackModel(task.next, agent, task),
                    task.session != nil || !after.isStuck(task.team),
                    after.live.workers.map({ most in after.turns.values.count { $0.role.writesCode } < most }) ?? true
                {
                    throw Violation(.nobodyIdles, "\(worker) has \(task.id) and does not begin")
                }
            } else if task.state == .waiting, ready[task.team] == nil,
                task.dependsOn.allSatisfy({ after.tasks[$0]?.state.satisfiesDependents ?? true })
            {
                if task.held == nil { ready[task.team] = task.id } else { held[task.team, default: []].append(task) }
            }
        }
        for agent in idle {
            if !agent.role.writesCode {
                if let next = agent.next, next.notBefore.map({ $0 <= now }) ?? true, !lacksFunds(next.brief, agent),
                    !mayLackModel(next, agent)
                {
                    throw Violation(.nobodyIdles, "\(agent.id) has something to do and does not begin")
                }
            } else if isFull {
                continue
            } else if let team = agent.team, let task = ready[team], !after.isStuck(team), !holding.contains(agent.id),
                open[agent.id] ?? 0 <= Run.mostOpenTasks
            {
                throw Violation(.nobodyIdles, "\(agent.id) is free and \(task) waits")
            } else if let team = agent.team, !after.isStuck(team), !holding.contains(agent.id), open[agent.id] ?? 0 <= Run.mostOpenTasks {
                for task in held[team] ?? [] { try checkHold(task, of: agent.id) }
            }
        }
    }

    /// Whether somebody may be idle because of this hold. Repeats none of the decision: it asks the files themselves.
    private func checkHold(_ task: TeamTask, of agent: AgentID) throws {
        guard let held = task.held, now < held.since.advanced(byMilliseconds: Run.longestHold) else {
            throw Violation(.holdsEnd, "\(agent) is free and \(task.id) is held back for too long")
        }
        let holders = after.tasks.values.filter { holder in
            switch holder.state {
            case .submitted, .approved: holder.team == task.team && holder.id != task.id
            case .waiting, .assigned, .landed, .unneeded, .dropped, .failed: false
            }
        }
        let files = holders.flatMap { $0.changes?.paths ?? [] } + after.forecast.collisions.flatMap(\.files.paths)
        let isInTheWay = files.contains { file in task.paths.contains { $0 == "." || file.hasPrefix($0) || $0.hasPrefix(file) } }
        guard !task.isRepair, isInTheWay else {
            throw Violation(.holdsEnd, "\(agent) is free and \(task.id) is held back by \(held.by), which is not in its way")
        }
    }

    /// What is foreseen is about branches that may still land, and each collision warns exactly one of two.
    func checkForecast() throws {
        let rounds = after.effects.values.count { $0.effect == .forecast }
        let isWorking = if case .working = after.phase { true } else { false }
        guard rounds <= (isWorking ? 1 : 0) else {
            throw Violation(.forecastHolds, "\(rounds) rounds are under way in phase \(after.phase)")
        }
        let open = after.tasks.values.count { !$0.state.isSettled }
        guard after.forecast.looks.count <= open, after.forecast.collisions.count <= open * (TrialOrder.mostRivals + open + 1) else {
            throw Violation(.forecastHolds, "\(after.forecast.collisions.count) collisions of \(open) open tasks")
        }
        for collision in after.forecast.collisions {
            for id in [collision.task] + (collision.other.map { [$0] } ?? []) where after.tasks[id]?.state.isSettled != false {
                throw Violation(.forecastHolds, "\(id) is foreseen to collide and is \(after.tasks[id]?.state.word ?? "unknown")")
            }
            guard let other = collision.other else { continue }
            let warned = [(collision.task, other), (other, collision.task)].count { after.isBehind($0.0, $0.1) }
            guard warned == 1 else { throw Violation(.forecastHolds, "\(warned) of \(collision.task) and \(other) are behind") }
        }
    }

    /// What must be true when a run is over: nothing that was approved is left behind, and its reason is true.
    func checkEnd() throws {
        guard case .ended(let reason) = after.phase else { return }
        if reason.explanation.isEmpty { throw Violation(.endsInTime, "the run ends without a reason") }
        switch reason {
        case .abandoned, .failed: return
        case .complete, .merged, .timeOver, .budgetOver, .noProgress: break
        }
        if !after.queue.isEmpty { throw Violation(.nothingLeftBehind, "\(after.queue.count) candidates are in the queue at the end") }
        let published = git.holds(after.base?.head)
        for task in after.tasks.values {
            guard case .landed = task.state, !after.isStuck(task.team) else { continue }
            if !published.contains(task.id.name) {
                throw Violation(.nothingLeftBehind, "\(task.id) has landed and is not on the base branch")
            }
        }
        for (id, team) in after.teams where !after.isFlat && team.undelivered && !after.isStuck(id) {
            throw Violation(.nothingLeftBehind, "\(id) has work that was never delivered")
        }
    }
}

/// Limits that keep memory and prompts bounded. They are generous: what reaches them grows without end.
enum Bounds {
    /// Events of one decision.
    static let events = 500
    /// Bytes of one event as JSON.
    static let eventBytes = 128 << 10
    /// Decisions in one run.
    static let steps = 25_000
}
