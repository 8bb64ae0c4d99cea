import Orchestration

/// The engine: decide, make durable, carry out, acknowledge. Where the real engine could die, this one does.
extension Simulator {
    /// A new process takes the run up from the journal.
    func startEngine() throws {
        guard engine == nil, !isOver else { return }
        if let random = strikes(.clockJumps) { jump(random) }
        generations += 1
        statistics.engines += 1
        let run = journal.fold()
        if generations > 1, var random = strikes(.settingsChange) { changeSettings(&random) }
        engine = SimulatedEngine(generation: generations, run: run)
        note("engine", "engine \(generations) takes the run up")
        try submit(.engineStarted(settings))
        if strikes(.personPausesAtStart) != nil { try submit(.suspend("SIGTERM")) }
        guard let run = engine?.run, engine?.hasJournalFault == false else { return try engineReady() }
        for (id, pending) in run.effects.sorted(by: { $0.key < $1.key }) where pending.delayedUntil == nil { try begin(id, pending.effect) }
        try engineReady()
    }

    private func engineReady() throws {
        engine?.isStarting = false
        try leaveIfStanding()
    }

    private func jump(_ random: SeededRandom) {
        var random = random
        let hours = [0.02, 1, 30, 24 * 400][random.pick(0...3)] * random.unit()
        offset += Int64(hours * 3_600_000) * (random.happens(0.5) ? 1 : -1)
        note("clock", "the clock is set \(offset / 1000) s off")
    }

    /// Decides about `input`, makes the decision durable and has its effects carried out.
    @discardableResult
    func submit(_ input: Input) throws -> [Event] {
        guard let before = engine?.run, engine?.hasJournalFault == false else { return [] }
        let now = now
        let (events, after) = Decider.decide(before, input, at: now)
        statistics.steps += 1
        if !events.isEmpty {
            noteInput(input)
            if strikes(.crashBeforeCommit) != nil { try crash("before the commit") }
            if strikes(.journalFull) != nil {
                try journalFails()
                return []
            }
            journal.append(events, at: now)
            engine?.run = after
            for event in events {
                note("event", EventText(event).line)
                if case .effectIntended(let id, .publish) = event { commands[id] = after.verifyCommand }
            }
            try check(before, after, events, input, at: now)
            if strikes(.crashAfterCommit) != nil { try crash("after the commit, before its effects") }
            if let random = strikes(.crashAnytime) { dieLater(random) }
            try carryOut(events)
            try disturb()
        } else if case .clock = input, let next = after.nextDeadline(after: now), next <= now {
            throw Violation(.noDeadlock, "the deadline \(next.milliseconds) comes again and again")
        }
        setAlarm()
        try leaveIfStanding()
        return events
    }

    private func noteInput(_ input: Input) {
        guard trace != nil else { return }
        let text = String("\(input)".prefix(200))
        note("input", text)
    }

    private func carryOut(_ events: [Event]) throws {
        for event in events {
            switch event {
            case .effectIntended(let id, let effect): try begin(id, effect)
            case .effectRetried(let id): if let pending = engine?.run.effects[id] { try begin(id, pending.effect) }
            case .turnStopRequested(let turn, let cause): stop(turn, cause)
            case .effectDropped(let id): cancel(id)
            case .suspended, .faulted: cancelAllButTurns()
            default: break
            }
        }
    }

    private func cancelAllButTurns() {
        guard let engine else { return }
        for (id, carriage) in engine.inFlight.sorted(by: { $0.key < $1.key }) {
            if case .runTurn = engine.run.effects[id]?.effect { continue }
            var random = random(40, id)
            // A cancellation that comes too late changes nothing.
            guard carriage.stage != .done || random.happens(0.5) else { continue }
            self.engine?.inFlight[id]?.isCancelled = true
            proceed(id, after: random.milliseconds(1...2000))
        }
    }

    /// Nobody needs the effect any more. It takes a moment to end, and its result may be on its way.
    private func cancel(_ id: EffectID) {
        guard let carriage = engine?.inFlight[id] else { return }
        var random = random(45, id)
        guard carriage.stage != .done || random.happens(0.5) else { return }
        engine?.inFlight[id]?.isCancelled = true
        proceed(id, after: random.milliseconds(1...2000))
    }

    private func begin(_ id: EffectID, _ effect: Effect) throws {
        guard let engine, engine.inFlight[id] == nil else { return }
        let isTurn = if case .runTurn = effect { true } else { false }
        guard engine.run.suspension == nil || isTurn else { return }
        guard journal.intended.contains(id) else { throw Violation(.intendedFirst, "\(id) is begun and the journal does not know it") }
        self.engine?.inFlight[id] = SimulatedEngine.Carriage(effect: effect)
        proceed(id, after: 0)
    }

    /// Plans the next stage of an effect.
    func proceed(_ id: EffectID, to stage: SimulatedEngine.Stage? = nil, after milliseconds: Int64) {
        guard engine?.inFlight[id] != nil else { return }
        plans += 1
        engine?.inFlight[id]?.plan = plans
        if let stage { engine?.inFlight[id]?.stage = stage }
        plan(.effect(id, plan: plans), after: milliseconds)
    }

    /// Hands an effect's result to the decisions; `nil` when it was interrupted and stays intended.
    func release(_ id: EffectID, _ result: EffectResult?) throws {
        engine?.inFlight[id] = nil
        guard let result else { return try leaveIfStanding() }
        if var random = strikes(.duplicateResult) {
            plan(.stray(id, result), after: random.milliseconds(0...300_000))
        }
        try submit(.effectFinished(id, result))
    }

    private func setAlarm() {
        guard let run = engine?.run else { return }
        let deadline = run.nextDeadline(after: now)
        guard deadline != engine?.alarm else { return }
        engine?.alarm = deadline
        engine?.alarmNumber += 1
        guard let deadline, let number = engine?.alarmNumber else { return }
        var late: Int64 = 0
        if var random = strikes(.lateAlarm) { late = random.milliseconds(1000...1_800_000) }
        plan(.alarm(number), after: deadline.milliseconds(since: now) + late)
    }

    func alarmRings() throws {
        engine?.alarm = nil
        try submit(.clock)
    }

    private func dieLater(_ random: SeededRandom) {
        var random = random
        plan(.engineDies(generation: generations), after: random.milliseconds(0...600_000))
    }

    // MARK: Ends of an engine

    /// The engine's process is killed. What is durable stays, agents work on.
    func crash(_ place: String) throws -> Never {
        note("crash", "engine \(generations) dies \(place)")
        statistics.crashes += 1
        try checkFold()
        var down = random(41, generations)
        if let engine { for (id, carriage) in engine.inFlight.sorted(by: { $0.key < $1.key }) { leaveStale(id, carriage) } }
        engine = nil
        if strikes(.reboot) != nil { reboot() }
        plan(.engineStarts, after: down.milliseconds(1000...(down.happens(0.2) ? 7_200_000 : 60_000)))
        throw EngineDied()
    }

    /// A result of the dead engine's work that turns up when its successor has long had one.
    private func leaveStale(_ id: EffectID, _ carriage: SimulatedEngine.Carriage) {
        guard var random = strikes(.staleResult) else { return }
        let result: EffectResult =
            switch carriage.effect {
            case .runTurn: .turn(TurnOutcome(end: .reported(ReportText.work(.done, "stale")), sessionExists: true))
            case .merge: .merge(.nothingToMerge)
            case .gate, .quickGate, .baseline: .gate(.green(milliseconds: 1))
            case .publish: .publish(.published)
            case .prepareBase: .base(git.facts)
            case .conclude: .concluded
            case .awaitRoom: .room
            case .forecast: .forecast(TrialReport(subjects: [], collisions: []))
            case .say: .said(failure: nil)
            }
        plan(.stray(id, result), after: random.milliseconds(60_000...7_200_000))
    }

    /// Without a journal nothing may be decided: the engine stops what it can and ends.
    private func journalFails() throws {
        note("engine", "the journal cannot be written")
        engine?.hasJournalFault = true
        var random = random(44, generations)
        diskFullUntil = max(diskFullUntil, real + random.milliseconds(60_000...28_800_000))
        guard let engine else { return }
        for turn in engine.run.turns.keys.sorted() { stop(turn) }
        for id in engine.inFlight.keys.sorted() {
            self.engine?.inFlight[id]?.isCancelled = true
            proceed(id, after: 1)
        }
        try leaveIfStanding()
    }

    func leaveIfStanding() throws {
        guard let engine, engine.isStanding else { return }
        try checkRest(engine)
        note("engine", "engine \(generations) leaves: \(engine.run.phase), suspension \(engine.run.suspension ?? "none")")
        if engine.run.isEnded, !engine.hasJournalFault {
            isOver = true
            return
        }
        self.engine = nil
        var random = random(42, generations)
        plan(.personComes, after: random.milliseconds(60_000...(random.happens(0.1) ? 28_800_000 : 900_000)))
    }
}
