extension RunStatus {
    /// Projects a run's state as it is at `now`.
    ///
    /// The working time of a run that stands still (suspended or ended) is counted to its newest event; whoever reads the journal of an engine
    /// that died passes that event's time as `now`.
    ///
    /// - Parameter activities: what running turns show at this moment, where an engine follows them.
    package init(run: Run, at now: Timestamp, activities: [TurnID: TurnActivity] = [:]) {
        format = RunStatus.currentFormat
        at = Moment(now)
        self.run = run.id.name
        repository = run.settings.repository
        branch = run.settings.branch
        targetBranch = run.settings.targetBranch
        baseHead = run.base?.head.hex
        startedFrom = run.startedFrom?.hex
        phase = run.phase.word
        suspension = run.suspension
        needsPerson = run.needsPerson
        end = run.phase.endReason.map { End(reason: $0.word, explanation: $0.explanation) }
        time = WorkingTime(
            startedAt: Moment(run.clock.startedAt), lastChangeAt: Moment(run.clock.lastEventAt),
            workedMilliseconds: run.workedMilliseconds(at: now), limitMilliseconds: Int64(run.settings.maxRunMinutes) * 60_000,
            restsUntil: run.restsUntil(at: now).map(Moment.init))
        gate = Gate(run)
        director = AgentStatus(Run.director, in: run, at: now, activities: activities)
        teams = run.teams.values.sorted { $0.id < $1.id }.map { TeamStatus($0, in: run, at: now, activities: activities) }
        let room = run.workerRoom
        tasks = run.tasks.values.sorted { $0.id < $1.id }.map { TaskStatus($0, in: run, at: now, room: room) }
        queues = RunStatus.queues(of: run, at: now)
        merges = Merges(
            published: run.merges.published, conflicts: run.merges.conflicts, redGates: run.merges.redGates, flakes: run.merges.flakes,
            gateRuns: run.merges.gateRuns, gateMilliseconds: run.merges.gateMilliseconds,
            quickRuns: run.settings.quickVerifyCommand == nil ? nil : run.merges.quickRuns,
            quickReds: run.settings.quickVerifyCommand == nil ? nil : run.merges.quickReds)
        collisions = RunStatus.collisions(of: run)
        hotFiles = RunStatus.hotFiles(of: run)
        waiting = run.whatItWaitsFor(at: now)
        credentials = run.credentials.map { CredentialStatus($0, in: run, at: now) }
        spending = Spending(
            turns: run.ledger.total.turns, costUsd: run.ledger.total.costUsd, budgetUsd: run.settings.maxBudgetUsd,
            tokens: Tokens(run.ledger.total.usage), ceilings: run.ceilings.isEmpty ? nil : run.ceilings,
            sinceLandingUsd: run.runawayUsd.map { _ in run.landedCosts.since(run.ledger.total.costUsd) }, runawayUsd: run.runawayUsd)
        push = Push(enabled: run.settings.push, fallbackBranch: run.fallback?.branch, refusal: run.fallback?.reason)
        let told = run.mail.records.map { MessageStatus($0, isOver: run.isEnded) }
        messages = told.isEmpty ? nil : told
        let asked = run.questions.questions.map { QuestionStatus($0, isOver: run.isEnded) }
        questions = asked.isEmpty ? nil : asked
        workersAtOnce = run.live.workers
        width = Width(run, at: now)
        pace = Pace(run, at: now)
        delayed = run.effects.sorted { $0.key < $1.key }.compactMap { id, pending in
            guard pending.failures > 0 else { return nil }
            return DelayedEffect(
                id: id.name, what: pending.effect.words(in: run), failures: pending.failures, reason: pending.lastFailure ?? "",
                until: pending.delayedUntil.map(Moment.init))
        }
    }
}

extension RunStatus.Width {
    init?(_ run: Run, at now: Timestamp) {
        guard run.settings.branches == nil else { return nil }
        busy = run.busyWorkers
        atOnce = run.workersAtOnce
        workers = run.settings.workerCount
        reason = run.whyNotWider(at: now)
    }
}

extension RunStatus.Gate {
    package init(_ run: Run) {
        command = run.verifyCommand
        state = run.verifyCommand != nil ? "chosen" : run.verifySettled ? "ungated" : "undecided"
        proposedBy = run.verifyProposedBy?.name
        slots = run.settings.gateSlots
        slotsReason = run.settings.gateSlotsReason
        quickCommand = run.settings.quickVerifyCommand
        let known = run.flakes.flakes.map(RunStatus.FlakeStatus.init)
        flakes = known.isEmpty ? nil : known
        baselineRed = run.baselineRed.map {
            RunStatus.BaselineRed(ending: $0.ending, exitCode: $0.exitCode, logPath: $0.logPath)
        }
    }
}

extension Run {
    /// Milliseconds of work so far. A run that stands still has worked until its newest event.
    package func workedMilliseconds(at now: Timestamp) -> Int64 {
        worked(at: isEnded || suspension != nil ? clock.lastEventAt : now)
    }
}

extension Run.Phase {
    /// A stable word for views and scripts.
    package var word: String {
        switch self {
        case .preparing: "preparing"
        case .working: "working"
        case .finishing: "finishing"
        case .ended: "ended"
        }
    }

    /// Why the run is ending or has ended.
    package var endReason: EndReason? {
        switch self {
        case .preparing, .working: nil
        case .finishing(let reason), .ended(let reason): reason
        }
    }
}
