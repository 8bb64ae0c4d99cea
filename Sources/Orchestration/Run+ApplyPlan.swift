extension Run {
    mutating func applyPlan(_ event: Event, at time: Timestamp) {
        switch event {
        case .goalSet(let team, let goal):
            teams[team]?.goal = goal
            teams[team]?.accepted = false
            teams[team]?.returns = 0
            teams[team]?.returned = nil
            teams[team]?.stage = .planning
            teams[team]?.idleAssessments = 0
        case .planRejected(let team, _):
            if let team { teams[team]?.planRejections += 1 } else { goalPlanRejections += 1 }
        case .planAccepted(let team, let summary):
            if isFlat { questions.planTookEffect() }
            teams[team]?.planRejections = 0
            teams[team]?.summary = summary
            teams[team]?.stage = .working
        case .goalsAccepted(let summary):
            goalsPlanned = true
            questions.planTookEffect()
            goalPlanRejections = 0
            directorSummary = summary
        case .teamEntered(let team, let stage, let summary):
            teams[team]?.stage = stage
            teams[team]?.offeredSince = stage == .offered ? time : nil
            teams[team]?.passedOver = nil
            if stage == .promoting { teams[team]?.accepted = true }
            // A team that gave up was not part of what the Director called complete; it is asked again.
            if case .stuck = stage { directorSaysComplete = false }
            if !summary.isEmpty { teams[team]?.summary = summary }
        case .deliveryReturned(let team, let instructions):
            teams[team]?.returned = instructions
            teams[team]?.returns += 1
            teams[team]?.accepted = false
            teams[team]?.stage = .planning
        case .assessed(let team):
            teams[team]?.idleAssessments += 1
        case .directorWants(let complete, let summary, let passedOver):
            for team in passedOver ?? [] {
                let times = teams[team]?.passedOver ?? 0
                teams[team]?.passedOver = times + 1
            }
            directorSaysComplete = complete
            directorSummary = summary
            idleDecisions += 1
        default:
            break
        }
    }

    mutating func applyTask(_ event: Event, at time: Timestamp) {
        switch event {
        case .taskAdded(let task):
            counters.tasks += 1
            tasks[task.id] = task
            if task.isRepair { teams[task.team]?.repairs += 1 }
            if case .resolveConflict(_, _, let files)? = task.firstBrief { heat.noteConflict(files) }
            idleDecisions = 0
        case .taskBriefed(let id, let worker, let pending):
            brief(id, worker, pending)
        case .taskSubmitted(let id, let report):
            var team: TeamID?
            tasks.change(id) {
                team = $0.team
                $0.state = .submitted
                $0.report = report
                $0.quick = nil
                $0.next = nil
            }
            if let team, teams[team]?.submittedSince == nil { teams[team]?.submittedSince = time }
        case .quickCheckAwaited(let id, let check):
            tasks[id]?.quick = check
        case .quickCheckKnown(let id, let verdict):
            know(verdict, of: id)
        case .taskUndecided(let id):
            tasks[id]?.undecidedReviews += 1
        case .taskApproved(let id):
            tasks.change(id) {
                $0.state = .approved
                $0.next = nil
                $0.undecidedReviews = 0
            }
            if let team = tasks[id]?.team, !tasks.hasSubmitted(team) { teams[team]?.submittedSince = nil }
        case .taskReleased(let id, let reason):
            tasks.change(id) {
                $0.state = .waiting
                if let worker = $0.worker { $0.formerWorkers.append(worker) }
                $0.worker = nil
                $0.session = nil
                $0.next = nil
                $0.history.append(reason)
                $0.returns = nil
            }
        case .taskHeld(let id, let holder, let path):
            tasks.change(id) { $0.held = Hold(by: holder, path: path, since: $0.held?.since ?? time) }
        case .taskSettled(let id, let state):
            var (team, changes): (TeamID?, ChangedFiles?)
            tasks.change(id) {
                (team, changes) = ($0.team, $0.changes)
                $0.changes = nil
                $0.held = nil
                $0.state = state
                $0.next = nil
                $0.settledAt = time
            }
            forecast.forget(id)
            guard case .landed = state else { return }
            if let changes { heat.noteLanding(changes) }
            landedCosts.landed(at: ledger.total.costUsd)
            if let team { teams[team]?.idleAssessments = 0 }
        case .taskReopened(let id):
            reopen(id)
        case .taskPrioritised(let id, let priority):
            tasks[id]?.priority = priority
        default:
            break
        }
    }

    /// The task is with a worker, who is to do what the brief says.
    private mutating func brief(_ id: TaskID, _ worker: AgentID, _ pending: Pending) {
        var conflicting: [ConflictExcerpt]?
        tasks.change(id) {
            if $0.worker != worker { $0.attempts += 1 }
            // A brief that is put back after an interruption is no second return.
            let isReturn = $0.state != .assigned
            $0.worker = worker
            $0.next = pending
            $0.state = .assigned
            $0.held = nil
            guard isReturn else { return }
            let isFirst = $0.firstBrief == pending.brief
            switch pending.brief {
            case .rework, .finish: $0.reworks += 1
            case .resolveConflict(_, _, let files):
                $0.conflicts += 1
                if !isFirst { conflicting = files }
            case .fixGate, .fixQuickGate: $0.redGates += 1
            default: break
            }
            if pending.brief.isReturn, !isFirst { $0.returns = ($0.returns ?? 0) + 1 }
        }
        if let conflicting { heat.noteConflict(conflicting) }
    }

    /// The task stands as if it had not been begun, but for its commits; it may fail as often as a new one.
    private mutating func reopen(_ id: TaskID) {
        guard var task = tasks[id] else { return }
        if case .dropped(let why) = task.state { task.history.append(why) }
        if case .failed(let why) = task.state { task.history.append(why) }
        task.state = .waiting
        task.settledAt = nil
        (task.worker, task.session, task.next) = (nil, nil, nil)
        (task.quick, task.report) = (nil, nil)
        task.formerWorkers = []
        (task.attempts, task.reworks, task.conflicts, task.redGates, task.undecidedReviews) = (0, 0, 0, 0, 0)
        task.returns = nil
        tasks[id] = task
        idleDecisions = 0
        teams[task.team]?.idleAssessments = 0
    }

    /// A verdict that was known already is no further run.
    private mutating func know(_ verdict: QuickVerdict, of id: TaskID) {
        guard let tree = tasks[id]?.quick?.tree else { return }
        tasks[id]?.quick?.verdict = verdict
        guard let remembered = verdict.remembered, quickVerdicts[tree.hex] == nil else { return }
        quickVerdicts[tree.hex] = remembered
        merges.quickRuns += 1
        if case .red = verdict { merges.quickReds += 1 }
    }

    mutating func applyMerge(_ event: Event, at time: Timestamp) {
        switch event {
        case .baseMoved(let facts):
            if startedFrom == nil { startedFrom = facts.head }
            if phase == .preparing { phase = .working }
            base = facts
            if isFlat, let team = teams.keys.first { teams[team]?.head = facts.head }
            for team in teams.keys where teams[team]?.head == nil { teams[team]?.head = facts.head }
        case .verifyChosen(let command, let agent):
            verifyCommand = command
            verifySettled = true
            verifyProposedBy = agent
        case .baselineKnown(let excerpt):
            baselineRed = excerpt
            baselineDoubted = nil
            if excerpt != nil, let baselineOf { redBases.insert(baselineOf) }
            // A green run is counted with the tree that it verifies.
            if excerpt != nil { merges.gateRuns += 1 }
        case .candidateQueued(let candidate):
            counters.candidates += 1
            if case .branch(let name) = candidate.kind {
                branches.append(BranchRecord(candidate: candidate.id, name: name, head: candidate.head, since: candidate.readyAt))
            }
            if case .finishing = phase, case .delivery(let team) = candidate.kind { finalDeliveries.insert(team) }
            // What lands on the team's branch from here on is not part of this delivery.
            // With an approval that was so from when it was asked for.
            if case .delivery(let team) = candidate.kind, candidate.approval == nil { teams[team]?.undelivered = false }
            // A team's branch takes main back before anything else, so that its tasks are verified against what they will meet.
            if case .sync = candidate.kind, let first = queue.firstIndex(where: { $0.target == candidate.target && $0.state == .waiting }) {
                queue.insert(candidate, at: first)
            } else {
                queue.append(candidate)
            }
        case .candidateEntered(let id, let state):
            guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
            queue[index].state = state
            if state == .waiting || state == .merging {
                queue[index].redExcerpt = nil
                queue[index].isConfirmedRed = false
                queue[index].isHeldBack = false
            }
        case .candidateHeldBack(let id):
            guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
            queue[index].state = .waiting
            queue[index].isHeldBack = true
        case .gateRed(let id, let excerpt):
            merges.gateRuns += 1
            guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
            queue[index].isConfirmedRed = queue[index].redExcerpt != nil
            queue[index].redExcerpt = excerpt
            if case .branch = queue[index].kind, let onto = queue[index].onto, onto == head(of: queue[index].target) {
                queue[index].redAloneOn = onto
            }
        case .treeVerified(let tree, _, let milliseconds):
            verifiedTrees[tree.hex] = milliseconds
            merges.gateRuns += 1
            merges.greenGates += 1
            merges.gateMilliseconds += milliseconds
            for index in queue.indices {
                guard case .gating(_, tree, _, _) = queue[index].state else { continue }
                queue[index].gateMilliseconds = milliseconds
                queue[index].redAloneOn = nil
            }
        case .flakeSeen(let tree, let excerpt):
            merges.flakes += 1
            flakes.note(excerpt, tree: tree, at: time)
        case .candidatePublished(let id, let commit, let tree):
            guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
            let candidate = queue.remove(at: index)
            letGo(of: candidate.target)
            settle(id, .landed(commit))
            merges.published += 1
            merges.failureRate.note(isEjected: false)
            if candidate.target == .base {
                if fallback?.isTriedAgain == true { fallback = nil } else { fallback?.holdsWork = true }
            }
            move(candidate.target, from: candidate.onto, to: commit, tree: tree)
            switch candidate.kind {
            case .task(let task):
                conflictRate.note(isStruck: false)
                if case .team(let team) = candidate.target { teams[team]?.undelivered = true }
                if case .base = candidate.target, let team = tasks[task]?.team { teams[team]?.undelivered = false }
            case .delivery(let team):
                teams[team]?.accepted = false
                teams[team]?.repairs = 0
                teams[team]?.returns = 0
                idleDecisions = 0
            case .sync(let team):
                teams[team]?.repairs = 0
            case .upkeep:
                upkeepTried = true
            case .branch:
                break
            }
        case .candidateReturned(let id, let reason):
            guard let index = queue.firstIndex(where: { $0.id == id }) else { return }
            if reason == .red { noteRed(queue[index]) }
            let candidate = queue.remove(at: index)
            letGo(of: candidate.target)
            settle(id, reason == .empty ? .empty : .returned(reason, ""))
            switch reason {
            case .conflict:
                merges.conflicts += 1
                if case .task = candidate.kind { conflictRate.note(isStruck: true) }
            case .red:
                merges.redGates += 1
                if isRed(candidate.target), !isBeingMended(candidate.target) { menders[candidate.target] = candidate.kind }
                if hasMetOthers(candidate) { conflictRate.note(isStruck: true) }
                merges.failureRate.note(isEjected: true)
            case .objection, .empty, .cancelled, .unapproved: break
            }
            if case .delivery(let team) = candidate.kind {
                directorSaysComplete = false
                if reason == .empty { teams[team]?.accepted = false } else { teams[team]?.undelivered = true }
            }
            if candidate.kind == .upkeep { upkeepTried = true }
        case .branchReturned(let id, let reason, let pointer):
            settle(id, .returned(reason, pointer))
        case .pushRefused(let reason, let branch):
            let holdsWork: Bool? = fallback?.branch == branch ? fallback?.holdsWork : false
            fallback = PushFallback(branch: branch, reason: reason)
            fallback?.holdsWork = holdsWork
        default:
            break
        }
    }

    /// Whether a task's work was merged onto more than it began from.
    private func hasMetOthers(_ candidate: Candidate) -> Bool {
        guard case .task(let task) = candidate.kind, case .merged(_, _, let onto) = candidate.state else { return false }
        return tasks[task]?.base != onto
    }

    /// What was held back may fit now.
    private mutating func letGo(of target: MergeTarget) {
        for index in queue.indices where queue[index].target == target { queue[index].isHeldBack = false }
    }

    private mutating func move(_ target: MergeTarget, from old: ObjectID?, to commit: ObjectID, tree: ObjectID) {
        // Somebody may have looked at origin since, and seen what others have put on top of it.
        let isNews = old == nil || head(of: target) == old
        menders[target] = nil
        switch target {
        case .base:
            baselineRed = nil
            guard isNews else { return }
            base?.head = commit
            base?.tree = tree
            if isFlat, let team = teams.keys.first { teams[team]?.head = commit }
        case .team(let team):
            teams[team]?.head = commit
        }
    }
}
