import Orchestration

extension History {
    /// Measures a real run.
    ///
    /// Times in which the run was suspended or had no engine do not count. Credentials that hit their limits, outages, pauses and crashes are
    /// not part of it: a forecast is about a run that is left to work.
    ///
    /// - Returns: `nil` for a journal in which nothing was planned.
    package init?(events: [(event: Event, time: Timestamp)]) {
        var measuring = Measuring()
        for record in events { measuring.take(record.event, at: record.time) }
        guard let run = measuring.run, !measuring.planned.isEmpty else { return nil }
        settings = run.settings
        rounds = measuring.rounds
        habits = measuring.habits
        rates = measuring.rates
        let end = if case .ended(let reason) = run.phase { reason.word } else { "not ended" }
        actual = Actual(
            workers: run.settings.workerCount, makespanMilliseconds: run.clock.worked(at: run.clock.lastEventAt),
            merges: run.merges.published, conflicts: run.merges.conflicts, costUsd: run.ledger.total.costUsd, end: end)
    }
}

/// Goes through a journal and counts.
private struct Measuring {
    var run: Run?
    var planned: [(task: TeamTask, round: Int)] = []
    private var roundsOfTeam: [TeamID: Int] = [:]
    private var began: [EffectID: (effect: Effect, time: Timestamp)] = [:]
    private var turnBegan: [TurnID: (turn: Turn, time: Timestamp)] = [:]
    /// The last time that a suspension, a fault or a start interrupted everything.
    private var interrupted = Timestamp(milliseconds: .min)
    private var work: [TaskID: Double] = [:]
    private var durations: [Purpose: [Double]] = [:]
    private var costs: [Purpose: [Double]] = [:]
    private var gates: [Double] = []
    private var merges: [Double] = []
    private var publications: [Double] = []
    private var harvests: [Double] = []
    private var beginnings: [Double] = []
    private var conclusions: [Double] = []
    /// Tasks landed on each target, and how many there were when a task last took the target in.
    private var landed: [MergeTarget: Int] = [:]
    private var landedAtBase: [TaskID: Int] = [:]
    private var counts: [FaultKind: Double] = [:]
    private var turns = 0.0
    private var workTurns = 0.0
    private var decisions = 0.0
    private var rivals = 0.0
    private var deliveries = 0.0

    mutating func take(_ event: Event, at time: Timestamp) {
        if case .runStarted(let id, let settings, let seed) = event { run = Run(id: id, settings: settings, seed: seed, at: time) }
        guard let before = run else { return }
        note(event, before, at: time)
        run?.apply(event, at: time)
        if case .turnEnded(let id, let outcome) = event, let after = run, let turn = turnBegan.removeValue(forKey: id) {
            costs[turn.turn.brief.purpose, default: []].append(after.ledger.total.costUsd - before.ledger.total.costUsd)
            measure(turn.turn, outcome, from: turn.time, to: time)
        }
    }

    private mutating func note(_ event: Event, _ before: Run, at time: Timestamp) {
        switch event {
        case .engineStarted, .suspended, .faulted: interrupted = time
        case .effectIntended(let id, let effect): began[id] = (effect, time)
        case .effectDelayed(let id, _, _), .effectDropped(let id): began[id] = nil
        case .effectDone(let id): if let start = began.removeValue(forKey: id) { measure(start.effect, from: start.time, to: time) }
        case .turnStarted(let turn):
            turnBegan[turn.id] = (turn, time)
            if let task = turn.task, landedAtBase[task] == nil { takeTarget(task, before) }
            if case .resolveConflict(let task, _, _) = turn.brief { takeTarget(task, before) }
        // Once for each turn, however often it is said.
        case .turnStuck(let id, _): if before.turns[id]?.stuck == nil { counts[.agentHangs, default: 0] += 1 }
        case .planAccepted(let team, _): roundsOfTeam[team, default: 0] += 1
        case .taskAdded(let task): if !task.isRepair { planned.append((task, max(0, (roundsOfTeam[task.team] ?? 1) - 1))) }
        case .taskBriefed(let id, _, let pending): noteBrief(id, pending, before)
        case .taskApproved: decisions += 1
        case .taskSettled(let id, .dropped): if before.tasks[id]?.state == .submitted { noteDecision(.reviewDrop) }
        case .teamEntered(_, .offered, _): deliveries += 1
        case .deliveryReturned: counts[.deliveryReturned, default: 0] += 1
        case .flakeSeen: counts[.gateFlakes, default: 0] += 1
        case .candidateEntered(let id, .merged): if before.state(of: id) == .merging { noteMerge(id, before, isConflict: false) }
        case .candidateReturned(let id, .conflict): noteMerge(id, before, isConflict: true)
        case .candidateReturned(let id, .red): noteRed(id, before)
        case .candidatePublished(let id, _, _):
            if let candidate = before.queue.first(where: { $0.id == id }), case .task = candidate.kind {
                landed[candidate.target, default: 0] += 1
            }
        default: break
        }
    }

    private mutating func takeTarget(_ task: TaskID, _ run: Run) {
        guard let team = run.tasks[task]?.team else { return }
        landedAtBase[task] = landed[run.target(of: team)] ?? 0
    }

    private mutating func noteDecision(_ kind: FaultKind) {
        decisions += 1
        counts[kind, default: 0] += 1
    }

    private mutating func noteBrief(_ id: TaskID, _ pending: Pending, _ before: Run) {
        guard case .rework = pending.brief, before.tasks[id]?.state == .submitted else { return }
        noteDecision(.reviewRework)
    }

    /// Other tasks that landed since the candidate's task began: each is a chance of a conflict.
    private func rivals(of id: CandidateID, _ run: Run) -> Double? {
        guard let candidate = run.queue.first(where: { $0.id == id }), case .task(let task) = candidate.kind else { return nil }
        return Double((landed[candidate.target] ?? 0) - (landedAtBase[task] ?? 0))
    }

    private mutating func noteMerge(_ id: CandidateID, _ run: Run, isConflict: Bool) {
        guard let rivals = rivals(of: id, run) else { return }
        self.rivals += max(0, rivals)
        if isConflict { counts[.conflict, default: 0] += 1 }
    }

    private mutating func noteRed(_ id: CandidateID, _ run: Run) {
        guard let rivals = rivals(of: id, run) else { return }
        counts[rivals > 0 ? .clash : .agentBreaksGate, default: 0] += 1
    }

    private mutating func measure(_ effect: Effect, from start: Timestamp, to end: Timestamp) {
        guard start > interrupted else { return }
        let duration = Double(end.milliseconds(since: start))
        switch effect {
        case .gate, .baseline: gates.append(duration)
        case .merge: merges.append(duration)
        case .publish: publications.append(duration)
        case .prepareBase: beginnings.append(duration)
        case .conclude: conclusions.append(duration)
        default: break
        }
    }

    private mutating func measure(_ turn: Turn, _ outcome: TurnOutcome, from start: Timestamp, to end: Timestamp) {
        turns += 1
        if turn.task != nil { workTurns += 1 }
        switch outcome.end {
        case .silent: counts[.agentSilent, default: 0] += 1
        case .unfit: counts[.agentUnfit, default: 0] += 1
        case .failed: counts[.agentCrashes, default: 0] += 1
        case .stopped(.timeLimit): counts[.agentHangs, default: 0] += 1
        default: break
        }
        guard start > interrupted, case .reported = outcome.end else { return }
        let whole = Double(end.milliseconds(since: start))
        let process = outcome.milliseconds > 0 ? min(whole, Double(outcome.milliseconds)) : whole
        durations[turn.brief.purpose, default: []].append(process)
        harvests.append(whole - process)
        if case .work(let task) = turn.brief { work[task, default: 0] += process }
    }

    var rounds: [[PlannedTask]] {
        let last = planned.map(\.round).max() ?? 0
        return (0...last).map { round in
            planned.filter { $0.round == round }.map { task, _ in
                PlannedTask(
                    key: "was-\(task.id)", dependsOn: task.dependsOn.map { "was-\($0)" },
                    milliseconds: work[task.id].map { Int64($0) })
            }
        }.filter { !$0.isEmpty }
    }

    var habits: Habits {
        let all = durations.values.flatMap { $0 }
        let work = durations[.work] ?? all
        // What the run had none of takes as long as what is most like it.
        func instead(of purpose: Purpose) -> [Double] {
            switch purpose {
            case .plan, .review, .work: all
            case .coordinate: durations[.review] ?? all
            case .rework: work
            case .gateFix, .conflict: durations[.rework] ?? work
            }
        }
        return Habits(
            turns: Dictionary(
                uniqueKeysWithValues: Purpose.allCases.map { ($0, Spread(durations[$0] ?? instead(of: $0), fallback: 300_000)) }),
            costs: Dictionary(
                uniqueKeysWithValues: Purpose.allCases.map { ($0, Spread(costs[$0] ?? costs[.work] ?? [], fallback: 0)) }),
            gate: Spread(gates, fallback: 1000), merge: Spread(merges, fallback: 500), publish: Spread(publications, fallback: 1000),
            preparation: .always(1), harvest: Spread(harvests, fallback: 500), beginning: Spread(beginnings, fallback: 2000),
            conclusion: Spread(conclusions, fallback: 1000), plan: .random(most: 1))
    }

    var rates: [FaultKind: Double] {
        let chances: [FaultKind: Double] = [
            .agentSilent: turns, .agentUnfit: turns, .agentCrashes: turns, .agentHangs: turns, .reviewRework: decisions,
            .reviewDrop: decisions, .conflict: rivals, .clash: rivals, .agentBreaksGate: workTurns, .gateFlakes: Double(gates.count),
            .deliveryReturned: deliveries,
        ]
        return chances.reduce(into: [:]) { rates, entry in
            guard let count = counts[entry.key], entry.value > 0 else { return }
            rates[entry.key] = min(0.9, count / entry.value)
        }
    }
}

extension Run {
    fileprivate func state(of candidate: CandidateID) -> Candidate.State? { queue.first { $0.id == candidate }?.state }
}
