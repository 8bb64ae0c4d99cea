extension Run {
    /// Folds one event into the state. Total and deterministic: an event about something unknown changes nothing.
    package mutating func apply(_ event: Event, at time: Timestamp) {
        if case .engineStarted = event {
        } else if time > clock.lastEventAt {
            clock.advance(to: time, rest: rest(at: clock.lastEventAt), isTrying: isOnlyTrying)
        }
        switch event {
        case .runStarted(let id, let settings, let seed):
            self = Run(id: id, settings: settings, seed: seed, at: time)
        case .engineStarted(let settings):
            questions.postpone(by: time.milliseconds(since: clock.lastEventAt))
            clock.resume(at: time)
            if needsPerson { landedCosts.begin(at: ledger.total.costUsd) }
            suspension = nil
            needsPerson = false
            // What failed before is tried at once, and as often as if it were new: a person may have put it right.
            for id in effects.keys {
                effects[id]?.failures = 0
                effects[id]?.delayedUntil = nil
            }
            fallback?.isTriedAgain = true
            adopt(settings, at: time)
        case .suspended(let reason):
            suspension = reason
        case .faulted(let reason):
            suspension = reason
            needsPerson = true
        case .diskShort:
            break  // The effect that waits for room is what holds the run back.
        case .finishing(let reason):
            phase = .finishing(reason)
        case .ended(let reason):
            phase = .ended(reason)
        case .effectIntended, .effectDone, .effectDropped, .effectDelayed, .effectRetried, .strayIgnored:
            applyEffect(event)
        case .messageAddressed, .messageInterrupted, .messageDelivered, .messageUndelivered, .messageKept, .messageAcknowledged:
            applyMessage(event, at: time)
        case .orderTaken(_, let receipt):
            orders.add(receipt)
        case .settingChanged(let change):
            live.take(change, into: &settings)
        case .questionAsked, .questionAnswered, .approvalGiven, .approvalRefused, .questionLapsed:
            applyQuestion(event)
        case .leadBriefed, .turnStarted, .turnStuck, .turnNudged, .turnStopRequested, .turnEnded, .briefDone, .sessionReplaced,
            .directionShown:
            applyTurn(event, at: time)
        case .goalSet, .planRejected, .planAccepted, .goalsAccepted, .teamEntered, .deliveryReturned, .assessed, .directorWants:
            applyPlan(event, at: time)
        case .taskAdded, .taskBriefed, .taskSubmitted, .quickCheckAwaited, .quickCheckKnown, .taskUndecided, .taskApproved, .taskReleased,
            .taskHeld, .taskSettled, .taskReopened, .taskPrioritised:
            applyTask(event, at: time)
        case .baseMoved, .verifyChosen, .baselineKnown, .candidateQueued, .candidateEntered, .gateRed, .treeVerified, .flakeSeen,
            .candidateHeldBack, .candidatePublished, .candidateReturned, .branchReturned, .pushRefused:
            applyMerge(event, at: time)
        case .collisionsForeseen(let report):
            forecast.take(report) { tasks[$0]?.state.isSettled == false }
        case .credentialBenched, .credentialRejected, .credentialSlowed, .credentialUsed:
            applyCredential(event, at: time)
        case .widthChanged(let new):
            if new.conflictLimit != width.conflictLimit { conflictRate = ConflictRate() }
            width = new
        case .spendingWarned(let warning):
            // Elsewhere what is spent says it.
            if case .turn(let id) = warning.scope {
                var told = turns[id]?.toldPercents ?? [:]
                told[warning.measure.rawValue] = warning.percent
                turns[id]?.toldPercents = told
            }
        case .runawayNoticed:
            landedCosts.warned()
        }
    }

    /// Takes over what may change between two engines; the company's shape stays as it was formed.
    private mutating func adopt(_ new: RunSettings, at time: Timestamp) {
        var adopted = new
        adopted.workerCount = settings.workerCount
        adopted.engineerManagerGroupSize = settings.engineerManagerGroupSize
        adopted.branch = settings.branch
        adopted.targetBranch = settings.targetBranch
        adopted.repository = settings.repository
        if settings.quickVerifyCommand != new.quickVerifyCommand { quickVerdicts = TreeRegister() }
        live.hold(against: &adopted)
        if !new.isWidthAdaptive { width = AdaptiveWidth() }
        settings = adopted
        credentials = new.credentials.map { slot in
            credentials.first { $0.id == slot.id }?.takenUp(as: slot, at: time) ?? Credential(slot: slot)
        }
        // A clock that was set back makes no pause longer than the longest that there is.
        let latest = time.advanced(byMilliseconds: Run.longestPause)
        for id in agents.keys where (agents[id]?.next?.notBefore ?? latest) > latest { agents[id]?.next?.notBefore = latest }
        for id in tasks.pausing(beyond: latest) { tasks[id]?.next?.notBefore = latest }
        if let command = new.verifyCommand, !command.isEmpty, verifyCommand != command {
            verifyCommand = command
            verifySettled = true
            verifyProposedBy = nil
            verifiedTrees = VerdictRegister()
            // What the old command has said of the base and of candidates says nothing either.
            (baselineRed, baselineDoubted, baselineOf) = (nil, nil, nil)
            (redBases, menders) = ([], [:])
            for index in queue.indices {
                queue[index].redExcerpt = nil
                queue[index].isConfirmedRed = false
                queue[index].redAloneOn = nil
            }
        }
    }

    private mutating func withCredential(_ id: CredentialID, _ change: (inout Credential) -> Void) {
        guard let index = credentials.firstIndex(where: { $0.id == id }) else { return }
        change(&credentials[index])
    }

    private mutating func applyCredential(_ event: Event, at time: Timestamp) {
        switch event {
        case .credentialBenched(let id, let until, let reason, let family?):
            withCredential(id) {
                let faults = $0.bench(of: family)?.faults ?? 0
                $0.modelLimits.removeAll { $0.family == family }
                if $0.modelLimits.count >= UsageWindow.mostWindows { $0.modelLimits.removeFirst() }
                $0.modelLimits.append(ModelLimit(family: family, until: until, since: time, reason: reason, faults: faults + 1))
            }
        case .credentialBenched(let id, let until, let reason, nil):
            withCredential(id) {
                $0.benchedUntil = until
                $0.benchedAt = time
                $0.benchReason = reason
                $0.faults += 1
            }
        case .credentialRejected(let id, let reason):
            withCredential(id) { $0.rejected = reason }
        case .credentialSlowed(let id, let throttle):
            withCredential(id) { $0.throttle = throttle }
        case .credentialUsed(let id, let windows):
            withCredential(id) { $0.windows = windows }
        default:
            break
        }
    }

    private mutating func applyEffect(_ event: Event) {
        switch event {
        case .effectIntended(let id, let effect):
            counters.effects += 1
            if case .baseline(let commit, _, _) = effect {
                // Asked again about what has just failed, it is in doubt until that is over.
                baselineDoubted = redBases.remove(commit) == nil ? nil : baselineRed
                baselineRed = nil
                baselineOf = commit
            }
            effects[id] = PendingEffect(effect: effect)
        case .effectDone(let id), .effectDropped(let id):
            effects[id] = nil
        case .effectDelayed(let id, let until, let reason):
            effects[id]?.delayedUntil = until
            effects[id]?.failures += 1
            effects[id]?.lastFailure = reason
        case .effectRetried(let id):
            effects[id]?.delayedUntil = nil
        default:
            break
        }
    }

    private mutating func applyMessage(_ event: Event, at time: Timestamp) {
        switch event {
        case .messageAddressed(let message):
            counters.messages += 1
            messages[message.id] = message
            mail.add(message, at: time)
        case .messageInterrupted(let id):
            messages[id]?.hasInterrupted = true
        case .messageDelivered(let id):
            let task = messages[id]?.turn.flatMap { turns[$0]?.task }
            messages[id] = nil
            mail.change(id) {
                $0.task = task
                $0.state = .delivered
                $0.deliveredAt = time
            }
        case .messageUndelivered(let id, let reason):
            messages[id] = nil
            mail.change(id) { $0.state = .undelivered(reason) }
        case .messageKept(let id, _):
            messages[id]?.turn = nil
            messages[id]?.isInPrompt = nil
            mail.change(id) { $0.turn = nil }
        case .messageAcknowledged(let id):
            mail.change(id) {
                $0.state = .acknowledged
                $0.acknowledgedAt = time
            }
        default:
            break
        }
    }

    /// The turn's prompt brings what was kept for its agent.
    private mutating func bring(_ kept: [MessageID], with turn: Turn) {
        for id in kept {
            messages[id]?.turn = turn.id
            messages[id]?.isInPrompt = true
            if let uuid = turn.promptUUID { messages[id]?.uuid = uuid }
            messages[id]?.agent = turn.agent
            mail.change(id) {
                $0.turn = turn.id
                $0.agent = turn.agent
            }
        }
    }

    private mutating func applyTurn(_ event: Event, at time: Timestamp) {
        switch event {
        case .leadBriefed(let agent, let pending):
            agents[agent]?.next = pending
            if case .review = pending.brief, let team = agents[agent]?.team { teams[team]?.submittedSince = nil }
        case .turnStarted(let turn):
            counters.turns += 1
            turns[turn.id] = turn
            withCredential(turn.credential) { $0.lastStart = time }
            agents[turn.agent]?.activeTurn = turn.id
            bring(turn.messages ?? [], with: turn)
            if let task = turn.task {
                var isNewSession = false
                tasks.change(task) {
                    if $0.session?.id != turn.session {
                        isNewSession = true
                        $0.session = Session(id: turn.session)
                    }
                    if !turn.resumes { $0.session?.isScarce = turn.isScarce }
                    $0.session?.credential = turn.credential
                    if $0.startedAt == nil { $0.startedAt = time }
                    if $0.base == nil { $0.base = turn.startPoint }
                }
                if isNewSession { counters.sessions += 1 }
            } else {
                if agents[turn.agent]?.session?.id != turn.session {
                    counters.sessions += 1
                    agents[turn.agent]?.session = Session(id: turn.session)
                }
                if !turn.resumes { agents[turn.agent]?.session?.isScarce = turn.isScarce }
                agents[turn.agent]?.session?.credential = turn.credential
                agents[turn.agent]?.session?.purpose = turn.brief.purpose
            }
        case .turnStuck(let id, let cause):
            turns[id]?.stuck = cause
        case .turnNudged(let id, let nudge):
            turns[id]?.nudge = nudge
        case .turnStopRequested(let id, let cause):
            turns[id]?.stopCause = cause
        case .turnEnded(let id, let outcome):
            guard let turn = turns.removeValue(forKey: id) else { return }
            agents[turn.agent]?.activeTurn = nil
            if outcome.isVain {
                clock.triedInVain(beside: turns.values.map(\.startedAt).min())
            } else {
                clock.tried(isAnswered: outcome.isAnswered)
            }
            account(for: turn, outcome)
        case .briefDone(let agent):
            agents[agent]?.next = nil
        case .sessionReplaced(let agent, _):
            agents[agent]?.session = nil
            if var pending = agents[agent]?.next {
                pending.carryOn = false
                agents[agent]?.next = pending
            }
        case .directionShown(let blob):
            shownDirection = blob
        default:
            break
        }
    }

    /// Adds a turn's tokens and its share of the session's cost to the books, and remembers how far the session has come.
    private mutating func account(for turn: Turn, _ outcome: TurnOutcome) {
        var session = (turn.task.map { tasks[$0]?.session } ?? agents[turn.agent]?.session) ?? Session(id: turn.session)
        let cost = outcome.account.turnCostUsd ?? max(0, (outcome.account.sessionCostUsd ?? session.costUsd) - session.costUsd)
        session.exists = session.exists || outcome.sessionExists
        session.costUsd = max(session.costUsd, outcome.account.sessionCostUsd ?? 0)
        session.turns += 1
        session.contextTokens = outcome.account.usage.input + outcome.account.usage.cacheRead + outcome.account.usage.cacheWrite
        session.requestTokens = outcome.account.modelTurns > 0 ? session.contextTokens / outcome.account.modelTurns : nil
        if outcome.leavesNoSession || outcome.isOfUselessSession && (turn.resumes || outcome.account.modelTurns > 0) {
            // Under an id of its own: the agent's program may still refuse to begin one under that of a conversation that it does not find.
            var fresh = Session(id: nextSessionID)
            (fresh.credential, fresh.purpose, fresh.isScarce) = (session.credential, session.purpose, session.isScarce)
            counters.sessions += 1
            session = fresh
        }
        ledger.add(turn: turn, account: outcome.account, costUsd: cost)
        let chosen = settings.models.flatMap { $0[turn].model == nil ? outcome.account.model : nil }
        withCredential(turn.credential) {
            $0.turns += 1
            $0.costUsd += cost
            if let chosen { $0.usualModel = String(chosen.prefix(80)) }
            if case .reported = outcome.end {
                $0.faults = 0
                if let model = outcome.account.model {
                    for index in $0.modelLimits.indices where $0.modelLimits[index].family.has(model) { $0.modelLimits[index].faults = 0 }
                }
                // One that began before the slowdown says nothing about what the provider bears since.
                if let since = $0.throttle?.since, turn.startedAt >= since { $0.throttle?.successes += 1 }
            }
        }
        if let task = turn.task {
            if case .reported = outcome.end { workPace.note(outcome.milliseconds) }
            tasks.change(task) {
                $0.session = session
                $0.usage = $0.usage + outcome.account.usage
                $0.costUsd += cost
                if let head = outcome.head {
                    $0.head = head
                    $0.tree = outcome.tree
                }
                if let changes = outcome.changes, !$0.state.isSettled { $0.changes = changes }
            }
        } else {
            agents[turn.agent]?.session = session
        }
        if case .reported = outcome.end, turn.tellsFlakes { flakes.toldUntil = turn.startedAt }
    }
}
