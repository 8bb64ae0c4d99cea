import Orchestration

/// What has to hold, seen from the decisions and from the world.
extension Simulator {
    func check(_ before: Run, _ after: Run, _ events: [Event], _ input: Input, at now: Timestamp) throws {
        let isStart = if case .engineStarted = input { true } else { false }
        var invariants = Invariants(before: before, after: after, events: events, now: now, isStart: isStart, git: git)
        // The world knows better than the state which trees passed which command.
        invariants.verdictsAreKnown = false
        try invariants.check()
        try seen.add(events)
        guard isThorough else { return }
        try checkFold()
        try SnapshotCheck.check(before, input, events, at: now)
    }

    func checkFold() throws {
        guard let run = engine?.run else { return }
        guard journal.fold() == run else { throw Violation(.foldIsState, "the fold of the journal differs from the engine's state") }
    }

    /// A result for something that is no longer awaited is recorded, and nothing else comes of it than the passing of time.
    func submitStray(_ id: EffectID, _ result: EffectResult) throws {
        guard let run = engine?.run, engine?.hasJournalFault == false, run.effects[id] == nil, !run.isEnded else { return }
        let expected = [Event.strayIgnored(id)] + Decider.decide(run, .clock, at: now).events
        statistics.strays += 1
        let events = Decider.decide(run, .effectFinished(id, result), at: now).events
        guard events == expected else { throw Violation(.staleIsIgnored, "\(id) came again and changed something: \(events.prefix(3))") }
        try submit(.effectFinished(id, result))
    }

    /// No process is started with a credential that is known to be unusable.
    func checkCredential(of turn: Turn) throws {
        guard let credential = engine?.run.credentials.first(where: { $0.id == turn.credential }) else { return }
        guard credential.isUsable(at: now) else {
            throw Violation(.credentialUsable, "\(turn.id) begins with \(turn.credential), which is \(credential.rejected ?? "benched")")
        }
        let model = model(of: turn)
        if credential.modelLimits.contains(where: { $0.until > now && model.contains($0.family.rawValue) }) {
            throw Violation(.credentialUsable, "\(turn.id) begins with \(turn.credential), which is benched for \(model)")
        }
    }

    /// Whether the exact tree that is about to be published has passed the gate that counted when the publication was decided.
    func checkVerified(_ commit: ObjectID, by effect: EffectID) throws {
        guard let command = commands[effect], let tree = git.commit(commit)?.tree, !greenTrees.contains("\(tree) \(command)") else {
            return
        }
        throw Violation(.baseIsVerified, "the tree \(tree.hex.suffix(6)) is published and never passed \"\(command)\"")
    }

    /// A task's ref only gains commits.
    func checkHarvest(_ head: Int, of task: TaskID) throws {
        guard let old = git.work[task], !git.isAncestor(old, of: head) else { return }
        throw Violation(.noCommitLost, "the commits of \(task) go from \(old) to \(head), which does not contain them")
    }

    /// An engine that leaves has let go of everything.
    func checkRest(_ engine: SimulatedEngine) throws {
        try checkFold()
        for process in processes.values.sorted(by: { $0.turn.id < $1.turn.id }) where !process.isOver {
            // When the journal fails, the engine does not wait for what it has told to end.
            if engine.hasJournalFault, process.isStopping { continue }
            throw Violation(.nothingRunsAtRest, "\(process.turn.id) of \(process.turn.agent) runs and the run stands still")
        }
        guard !engine.hasJournalFault else { return }
        try checkHeads(engine.run)
    }

    /// At rest nothing is on the way, so that the state's heads are the repository's. A publication that was interrupted is finished later.
    private func checkHeads(_ run: Run) throws {
        let isMoving = run.effects.values.contains { if case .publish = $0.effect { true } else { false } }
        guard !isMoving, let base = run.base?.head else { return }
        // The hub may have followed origin in a look that an engine did not live to tell of; the next look tells.
        if let number = git.number(base), !git.isAncestor(number, of: git.hub) {
            throw Violation(.headsAgree, "the base is \(number) and the hub's is \(git.hub), which does not build on it")
        }
        for (id, team) in run.teams where !run.isFlat && git.teams[id] != nil && git.number(team.head) != git.teams[id] {
            throw Violation(.headsAgree, "\(id) is at \(team.head?.short ?? "nothing") and the hub's at \(git.teams[id] ?? 0)")
        }
    }

    /// What has to hold when all is over.
    func checkEnd() throws {
        let run = journal.fold()
        try checkFold()
        guard case .ended(let reason) = run.phase else { throw Violation(.endsInTime, "the run is over in phase \(run.phase)") }
        if reason == .abandoned { return }
        if case .failed = reason {} else { try checkMessages(run) }
        try checkKept(run)
        try checkBooks(run)
        try checkSessions(run, reason)
        try checkCeilings(run)
        if case .failed = reason { return }
        try checkWorkingTime(run)
        if reason == .complete { try checkComplete(run) }
    }

    private func checkKept(_ run: Run) throws {
        var reachable = git.commits[git.hub].history
        for head in git.kept { reachable = reachable.union(git.commits[head].history) }
        let lost = git.harvested.subtracting(reachable)
        guard let first = lost.numbers.first else { return }
        throw Violation(.noCommitLost, "the commit \(first) is in no branch and is not kept")
    }

    /// The ledger has every acknowledged turn's cost once.
    private func checkBooks(_ run: Run) throws {
        var spent = 0.0
        var turns = 0
        for record in journal.records {
            guard case .turnEnded(let id, _) = record.event else { continue }
            turns += 1
            guard let process = processes[id] else { continue }
            if case .failed(.credential) = process.ending { continue }
            spent += process.costUsd
        }
        guard turns == run.counters.turns, run.ledger.total.turns == turns else {
            throw Violation(.booksBalance, "\(run.counters.turns) turns began, \(turns) ended, \(run.ledger.total.turns) are in the books")
        }
        guard abs(run.ledger.total.costUsd - spent) < 0.000_001 * Double(turns + 1) else {
            throw Violation(.booksBalance, "the books say \(run.ledger.total.costUsd) USD, and \(spent) were spent")
        }
    }

    /// What comes after the time is over is bounded: work that is approved is integrated, and no more begins.
    private func checkWorkingTime(_ run: Run) throws {
        let limit = Int64(run.settings.maxRunMinutes + 48 * 60) * 60_000
        let worked = run.clock.worked(at: run.clock.lastEventAt)
        try checkRests(run)
        if worked > limit { throw Violation(.endsInTime, "worked \(worked / 60_000) of \(run.settings.maxRunMinutes) minutes") }
    }

    /// Teams that gave up their goal at some time.
    var givesUp: Set<TeamID> {
        journal.records.reduce(into: []) { if case .teamEntered(let team, .stuck, _) = $1.event { $0.insert(team) } }
    }

    /// A team that gave up its goal when the Director had declared the direction fulfilled, and was not asked again.
    private var givenUpLast: TeamID? {
        var given: TeamID?
        for record in journal.records {
            switch record.event {
            case .directorWants: given = nil
            case .teamEntered(let team, .stuck, _): given = team
            case .finishing: return given
            default: continue
            }
        }
        return nil
    }

    /// The direction is fulfilled: nothing is under way, and the last gate was green.
    private func checkComplete(_ run: Run) throws {
        if let task = run.tasks.values.first(where: { !$0.state.isSettled && !$0.isRepair && !givesUp.contains($0.team) }) {
            throw Violation(.endIsTrue, "the run is complete and \(task.id) is \(task.state.word)")
        }
        if let team = givenUpLast { throw Violation(.endIsTrue, "the run is complete, and \(team) gave up after the Director had said so") }
    }
}
