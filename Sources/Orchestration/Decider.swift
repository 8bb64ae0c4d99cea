/// One decision: takes the state and an input and says which events follow.
///
/// Pure: the same state, input and clock reading always give the same events. Each event is applied as it is emitted, so that later steps of
/// the same decision see it.
package struct Decider {
    package private(set) var run: Run
    package private(set) var events: [Event] = []
    let now: Timestamp
    /// The steps that are under way, without turns that simply run, of which there may be a thousand. In step with the state.
    private(set) var steps: [EffectID: PendingEffect]
    /// Whether the merge queues have been looked at as they are now, and nothing was to be done.
    var areQueuesSettled = false
    /// What turns under way hold of the budgets, once it was asked for. In step with the state.
    private var knownCommitments: Commitments?

    private init(_ run: Run, at now: Timestamp) {
        self.run = run
        self.now = now
        steps = run.steps
    }

    /// The events that follow from `input`, and the state after them.
    package static func decide(_ run: Run, _ input: Input, at now: Timestamp) -> (events: [Event], run: Run) {
        var decider = Decider(run, at: now)
        decider.take(input)
        decider.advance()
        return (decider.events, decider.run)
    }

    /// The first events of a new run.
    package static func begin(id: RunID, settings: RunSettings, seed: UInt64, at now: Timestamp) -> (events: [Event], run: Run) {
        var decider = Decider(Run(id: id, settings: settings, seed: seed, at: now), at: now)
        decider.emit(.runStarted(id, settings, seed: seed))
        return (decider.events, decider.run)
    }

    mutating func emit(_ event: Event) {
        if case .turnEnded(let id, _) = event, let turn = run.turns[id] { knownCommitments?.release(turn) }
        run.apply(event, at: now)
        events.append(event)
        switch event {
        case .effectIntended(let id, _), .effectDone(let id), .effectDropped(let id), .effectDelayed(let id, _, _), .effectRetried(let id):
            steps[id] = run.effects[id].flatMap { $0.isRunningTurn ? nil : $0 }
        case .engineStarted: steps = run.steps
        case .turnStarted(let turn): knownCommitments?.commit(turn)
        default: break
        }
        switch event {
        case .turnStarted, .effectIntended(_, .runTurn), .taskBriefed, .leadBriefed, .taskHeld, .sessionReplaced: break
        default: areQueuesSettled = false
        }
    }

    /// What a turn of this agent with this brief may take.
    mutating func funds(for brief: Brief, of agent: Agent) -> Funds {
        guard run.settings.limits.hasCeilings else { return .granted(Allowance()) }
        return run.funds(for: brief, of: agent, commitments())
    }

    /// What turns under way hold, summed up once for all that is decided.
    mutating func commitments() -> Commitments {
        let commitments = knownCommitments ?? Commitments(of: run)
        knownCommitments = commitments
        return commitments
    }

    /// Journals the intention to do `effect`; the engine carries it out once that is durable.
    mutating func intend(_ effect: Effect) {
        emit(.effectIntended(ID("effect", run.counters.effects + 1), effect))
    }

    private mutating func take(_ input: Input) {
        switch input {
        case .engineStarted(let settings):
            let (limits, keys) = (run.settings.limits, run.credentials)
            emit(.engineStarted(settings))
            if run.settings.limits != limits { limitsChanged(since: limits) }
            keysChanged(since: keys)
        case .suspend(let reason):
            guard run.suspension == nil, !run.isEnded else { return }
            emit(.suspended(reason))
            stopTurns(.suspended)
        case .baseObserved(let facts):
            observe(facts)
        case .branchesOffered(let branches):
            guard run.isIntegrating else { return }
            queueBranches(branches)
        case .directionShown(let blob):
            if run.shownDirection != blob { emit(.directionShown(blob)) }
        case .credentialSignal(let id, let signal):
            signalled(id, signal)
        case .turnStuck(let id, let cause):
            turnStuck(id, cause)
        case .turnTookAll(let id, let measure):
            guard let turn = run.turns[id], turn.stopCause == nil, run.suspension == nil else { return }
            emit(.turnStopRequested(id, measure == .usd ? .moneyUsed : .tokensUsed))
        case .turnTook(let id, let measure, let amount):
            turnTook(id, measure, amount)
        case .ordered(let order):
            ordered(order)
        case .messageReceived(let turn, let uuid, let receipt):
            received(turn, uuid, receipt)
        case .memorySeen(let available, let total):
            sawMemory(availableMiB: available, totalMiB: total)
        case .diskShort(let reason):
            guard !run.isEnded, run.suspension == nil, !run.isShortOfDisk else { return }
            emit(.diskShort(reason))
            intend(.awaitRoom)
            stopTurns(.diskShort)
        case .clock:
            break
        case .effectFinished(let id, let result):
            guard let pending = run.effects[id] else { return emit(.strayIgnored(id)) }
            finish(id, pending, result)
        }
    }

    /// Stands still because a person is needed. Active turns are stopped, as when a person asks for it, and go on in the same sessions when an
    /// engine starts again.
    mutating func callForPerson(_ reason: String) {
        emit(.faulted(reason))
        stopTurns(.suspended)
    }

    mutating func stopTurns(_ cause: StopCause) {
        for id in run.turns.keys.sorted() where run.turns[id]?.isBeingEnded == false { emit(.turnStopRequested(id, cause)) }
    }

    private mutating func observe(_ facts: BaseFacts) {
        guard facts != run.base else { return }
        let isFirst = run.base == nil
        emit(.baseMoved(facts))
        if isFirst { queueBranches(run.settings.branches ?? []) } else { queueSyncs() }
    }

    private mutating func finish(_ id: EffectID, _ pending: PendingEffect, _ result: EffectResult) {
        if case .failed(let reason, let isFinal) = result {
            return fail(id, pending, reason, isFinal: isFinal)
        }
        if case .publish(.refused(let reason)) = result, pending.failures + 1 < PushFallback.refusals {
            return fail(id, pending, "origin refuses: \(reason)", isFinal: false)
        }
        if case .publish(.contested(let reason)) = result, pending.failures + 1 < PushFallback.contests {
            return fail(id, pending, "somebody else holds the branch at origin: \(reason)", isFinal: false)
        }
        emit(.effectDone(id))
        switch (pending.effect, result) {
        case (.prepareBase, .base(let facts)):
            observe(facts)
        case (.runTurn(let turn), .turn(let outcome)):
            turnEnded(turn, outcome)
        case (.say(let message), .said(let failure)):
            said(message, reason: failure)
        case (.merge(let candidate), .merge(let result)):
            merged(candidate, result)
        case (.gate(let candidate, let commit, let tree, let command, _), .gate(let result)):
            gated(candidate, commit: commit, tree: tree, command: command, result)
        case (.quickGate(let task, let commit, _, let command, _), .gate(let result)):
            quickGated(task, commit: commit, command: command, result)
        case (.baseline(let commit, let tree, let command), .gate(let result)):
            baselineGated(commit: commit, tree: tree, command: command, result)
        case (.publish(let candidate, let commit, _), .publish(let result)):
            published(candidate, commit: commit, result)
        case (.awaitRoom, .room):
            break
        case (.forecast, .forecast(let report)):
            take(report)
        case (.conclude, .concluded):
            if case .finishing(let reason) = run.phase { emit(.ended(reason)) }
        default:
            emit(.strayIgnored(id))
        }
    }

    /// Failures are retried with growing pauses. What cannot be helped by trying again suspends the run, so that a person can.
    private mutating func fail(_ id: EffectID, _ pending: PendingEffect, _ reason: String, isFinal: Bool) {
        if case .say(let message) = pending.effect {
            emit(.effectDone(id))
            return said(message, reason: reason)
        }
        let failures = pending.failures + 1
        let isPatient = if case .publish = pending.effect { true } else { false }
        if case .prepareBase = pending.effect, isFinal || failures >= 3 {
            emit(.effectDone(id))
            return emit(.ended(.failed(reason)))
        }
        if case .forecast = pending.effect, isFinal || failures >= 3 { return giveUpForecast(id, reason) }
        if case .gate(let candidate, _, _, _, _) = pending.effect, failures >= 6, !isFinal, giveBack(candidate, reason) {
            return emit(.effectDone(id))
        }
        let seconds = min(300, Int64(1) << min(failures, 9))
        emit(.effectDelayed(id, until: now.advanced(byMilliseconds: seconds * 1000), reason: reason))
        if isFinal || (failures >= 6 && !isPatient), run.suspension == nil {
            callForPerson("\(reason) (tried \(failures) times; put it right and start again)")
        }
    }

    /// Carries the run on as far as it goes without news from outside.
    private mutating func advance() {
        guard run.suspension == nil else { return }
        for (id, pending) in steps.sorted(by: { $0.key < $1.key }) {
            guard let until = pending.delayedUntil, until <= now else { continue }
            if !isShortOfDisk || pending.isAwaitingRoom { emit(.effectRetried(id)) }
        }
        guard !isShortOfDisk else { return }
        if case .preparing = run.phase, run.effects.isEmpty { intend(.prepareBase) }
        if case .working = run.phase { checkLimits() }
        guard run.suspension == nil else { return }
        settleQuestions()
        if case .working = run.phase { askBaseline() }
        releaseQuickChecks()
        // Before turns are begun: what comes back from a queue is somebody's next work.
        if run.isIntegrating { advanceQueues() }
        if run.settings.branches == nil {
            companyWorks()
        } else if run.queue.isEmpty {
            end(.merged)
        }
        guard run.suspension == nil else { return }
        stopOverdueTurns()
        releaseQuickChecks()
        if run.isIntegrating { advanceQueues() }
        startQuickGates()
        foresee()
        closeMessagesOfSettledTasks()
        // What there was no money left for has been given up.
        closeUnawaitedQuestions()
        if case .finishing(let reason) = run.phase { finishUp(reason) }
    }

    private mutating func companyWorks() {
        repeat {
            if case .working = run.phase {
                briefLeads()
                briefDirector()
            }
            if case .working = run.phase {
                adaptWidth()
                assignTasks()
                startTurns()
                let started = events.count
                // What waited for more, when nobody is at work who could add to it.
                briefLeads(isAfterStart: true)
                briefDirector(isAfterStart: true)
                if events.count > started { startTurns() }
                checkCredentials()
            }
        } while closeSpent()
    }

    private mutating func stopOverdueTurns() {
        let overdue = run.turns.filter { $0.value.deadline <= now && !$0.value.isBeingEnded }
        for id in overdue.keys.sorted() { emit(.turnStopRequested(id, .timeLimit)) }
    }

    /// Whether the run waits for room on the disk.
    private var isShortOfDisk: Bool { steps.values.contains { $0.isAwaitingRoom } }
}

extension PendingEffect {
    fileprivate var isAwaitingRoom: Bool { if case .awaitRoom = effect { true } else { false } }

    /// Whether it is a turn that has not failed to begin.
    fileprivate var isRunningTurn: Bool { if case .runTurn = effect { delayedUntil == nil } else { false } }
}

extension Run {
    /// Whether the run waits for room on the disk.
    package var isShortOfDisk: Bool { effects.values.contains { $0.isAwaitingRoom } }

    /// The steps that are under way, without turns that simply run.
    fileprivate var steps: [EffectID: PendingEffect] { effects.filter { !$0.value.isRunningTurn } }

    /// Whether everything is over.
    package var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }

    /// Whether merge queues move.
    package var isIntegrating: Bool {
        switch phase {
        case .working, .finishing: true
        case .preparing, .ended: false
        }
    }

    /// When the decisions want to be asked again if nothing happens before.
    package func nextDeadline(after now: Timestamp) -> Timestamp? {
        guard suspension == nil else { return nil }
        // Nothing else is looked at until there is room.
        if isShortOfDisk { return effects.values.first { $0.isAwaitingRoom }?.delayedUntil }
        var deadlines: [Timestamp] = []
        if case .working = phase {
            let left = Int64(settings.maxRunMinutes) * 60_000 - worked(at: now)
            // A rest takes nothing of it.
            deadlines.append((restsUntil(at: now) ?? now).advanced(byMilliseconds: max(0, left)))
            deadlines += credentials.compactMap { $0.nextChange(after: now) }
            for agent in agents.values { if let pause = agent.next?.notBefore, pause > now { deadlines.append(pause) } }
            deadlines += questions.open.compactMap(\.deadline)
            deadlines += tasks.pauses.filter { $0 > now }
            deadlines += gatheringDeadlines.filter { $0 > now }
            deadlines += tasks.held.map { $0.advanced(byMilliseconds: Run.longestHold) }.filter { $0 > now }
        }
        for turn in turns.values where !turn.isBeingEnded { deadlines.append(turn.deadline) }
        for pending in effects.values { if let until = pending.delayedUntil { deadlines.append(until) } }
        return deadlines.min()
    }
}
