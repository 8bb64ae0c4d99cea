import Orchestration

/// A run's journal as spans: the run, its tasks, turns, merges, gates and publications. Folds one event after the other; a span is given out
/// once it is over, and of what is over only the tasks' titles and numbers are kept.
package struct RunTrace: Sendable {
    /// A step of cco's own that is under way, or over and its verdict is not known yet.
    struct Step: Sendable {
        var effect: Effect
        var name: String
        var start: Int64
        var end: Int64 = 0
        var outcome: String?
        var links: [UInt64] = []
    }

    struct Work: Sendable {
        var title: String
        var team: TeamID
        var dependsOn: [TaskID]
        var start: Int64
        var round = 1
        var isOpen = true
    }

    package private(set) var identity: TraceIdentity?
    /// The run whose events these are.
    package private(set) var run: RunID?
    var runStart: Int64 = 0
    var settings: RunSettings?
    var steps: [EffectID: Step] = [:]
    /// Steps that ended with the newest events; what these say about them comes right behind.
    var settling: [Step] = []
    var turns: [TurnID: Turn] = [:]
    var tasks: [TaskID: Work] = [:]
    var candidates: [CandidateID: Candidate.Kind] = [:]
    /// Whether there is nothing more to come.
    package private(set) var hasEnded = false
    private var newest: Int64 = 0

    package init() {}

    /// The spans that are over with this event.
    package mutating func take(_ event: Event, at time: Timestamp) -> [Span] {
        let now = time.milliseconds
        // Events of one decision have one time.
        var spans = now == newest ? [] : settled()
        newest = now
        switch event {
        case .runStarted(let id, let settings, let seed):
            self = RunTrace()
            (run, identity, runStart, self.settings, newest) = (id, TraceIdentity(run: id, seed: seed), now, settings, now)
        case .ended(let reason):
            hasEnded = true
            spans += settled()
            if let span = runSpan(ended: reason, at: now) { spans.append(span) }
        case .taskAdded(let task):
            tasks[task.id] = Work(title: task.title, team: task.team, dependsOn: task.dependsOn, start: now)
        case .taskReopened(let id):
            tasks[id]?.round += 1
            tasks[id]?.start = now
            tasks[id]?.isOpen = true
        case .taskSettled(let id, let state):
            if let span = taskSpan(id, state, at: now) { spans.append(span) }
            tasks[id]?.isOpen = false
        case .turnStarted(let turn): turns[turn.id] = turn
        case .turnEnded(let id, let outcome):
            if let turn = turns.removeValue(forKey: id), let span = turnSpan(turn, outcome, at: now) { spans.append(span) }
        case .candidateQueued(let candidate): candidates[candidate.id] = candidate.kind
        case .effectIntended(let id, let effect): begin(id, effect, at: now)
        case .effectDone(let id): end(id, at: now)
        case .effectRetried(let id): steps[id]?.start = now
        case .engineStarted:
            // Begun anew, or ended by itself while there was no engine: the time without one is no part of it.
            for id in steps.keys { steps[id]?.start = now }
        case .effectDropped(let id):
            steps[id]?.outcome = "dropped"
            end(id, at: now)
        default: judge(event)
        }
        return spans
    }

    /// What is over and has no more to come.
    package mutating func settled() -> [Span] {
        defer { settling = [] }
        return settling.compactMap(stepSpan)
    }

    private mutating func begin(_ id: EffectID, _ effect: Effect, at now: Int64) {
        switch effect {
        case .merge, .gate, .quickGate, .baseline, .publish: steps[id] = Step(effect: effect, name: id.name, start: now)
        case .prepareBase, .runTurn, .say, .conclude, .awaitRoom, .forecast: break
        }
    }

    private mutating func end(_ id: EffectID, at now: Int64) {
        guard var step = steps.removeValue(forKey: id) else { return }
        step.end = now
        settling.append(step)
    }

    /// What an event says about steps that have just ended.
    private mutating func judge(_ event: Event) {
        switch event {
        case .treeVerified(let tree, _, let milliseconds): settle("green", lasting: milliseconds) { $0.gatedTree == tree }
        case .gateRed(let id, _): settle("red") { $0.candidate == id && $0.gatedTree != nil }
        case .baselineKnown(let excerpt): settle(excerpt == nil ? "green" : "red") { if case .baseline = $0 { true } else { false } }
        case .quickCheckKnown(let id, let verdict):
            settle(verdict.word) { if case .quickGate(id, _, _, _, _) = $0 { true } else { false } }
        case .candidateEntered(let id, .merged), .candidateEntered(let id, .publishing): settle("clean") { $0 == .merge(id) }
        case .candidateHeldBack(let id): settle("held back") { $0 == .merge(id) }
        case .candidateReturned(let id, let reason):
            settle(reason.rawValue) { $0 == .merge(id) }
        case .candidatePublished(let id, _, _):
            let link = task(of: id).flatMap(span)
            settle("published", link: link) { if case .publish = $0 { true } else { false } }
        case .pushRefused: settle("refused") { if case .publish = $0 { true } else { false } }
        default: break
        }
    }

    /// - Parameter duration: milliseconds that it took at least. A gate outlives its engine, and may have begun before the next one.
    private mutating func settle(_ outcome: String, lasting duration: Int64 = 0, link: UInt64? = nil, _ isMeant: (Effect) -> Bool) {
        for index in settling.indices where isMeant(settling[index].effect) {
            settling[index].outcome = settling[index].outcome ?? outcome
            settling[index].start = min(settling[index].start, settling[index].end - duration)
            if let link { settling[index].links.append(link) }
        }
    }

    func task(of candidate: CandidateID) -> TaskID? {
        if case .task(let task) = candidates[candidate] { task } else { nil }
    }

    func span(_ task: TaskID) -> UInt64? {
        guard let identity, let work = tasks[task] else { return nil }
        return identity.span(work.round == 1 ? task.name : "\(task)/\(work.round)")
    }
}

extension Effect {
    /// The tree that the gate looks at.
    var gatedTree: ObjectID? {
        switch self {
        case .gate(_, _, let tree, _, _), .quickGate(_, _, let tree, _, _), .baseline(_, let tree, _): tree
        default: nil
        }
    }
}

extension QuickVerdict {
    /// A stable word.
    var word: String {
        switch self {
        case .green: "green"
        case .red: "red"
        case .skipped: "skipped"
        }
    }
}
