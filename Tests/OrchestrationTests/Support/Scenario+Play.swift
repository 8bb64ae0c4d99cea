import Simulation

@testable import Orchestration

extension Scenario {
    /// Lets the next thing happen: an effect ends or a deadline comes. False when nothing is left to wait for.
    @discardableResult
    func step() throws -> Bool {
        let job = jobs.min { ($0.due, $0.number) < ($1.due, $1.number) }
        let deadline = run.isEnded ? nil : run.nextDeadline(after: now)
        if let job, deadline.map({ job.due <= $0 }) ?? true {
            jobs.removeAll { $0.number == job.number }
            now = max(now, job.due)
            try finish(job)
        } else if let deadline {
            now = max(now, deadline)
            let isIdle = try feed(.clock).isEmpty
            if isIdle, let next = run.nextDeadline(after: now), next <= now {
                throw failure("the deadline \(next) comes again and again", [])
            }
        } else {
            return false
        }
        return true
    }

    /// Plays on until `condition` holds. Throws when that does not come about.
    func play(within limit: Int = 3000, until condition: (Run) -> Bool) throws {
        for _ in 0..<limit {
            if condition(run) { return }
            guard try step() else { break }
        }
        guard condition(run) else { throw failure("what the test waits for never came about", []) }
    }

    /// Plays to the end, or to a suspension with nothing left in the world.
    func playOut(within limit: Int = 3000) throws {
        for _ in 0..<limit {
            guard try step() else {
                guard run.isEnded || run.suspension != nil else { throw failure("nothing is left to wait for", []) }
                return try finalChecks()
            }
        }
        throw failure("not over after \(limit) steps", [])
    }

    private func finish(_ job: Job) throws {
        guard let pending = run.effects[job.effect] else {
            let events = try feed(.effectFinished(job.effect, .concluded))
            guard events.first == .strayIgnored(job.effect) else { throw failure("a second result was not ignored", events) }
            return
        }
        let result = try perform(pending.effect)
        try feed(.effectFinished(job.effect, result))
    }

    /// Does an effect in the imagined world.
    func perform(_ effect: Effect) throws -> EffectResult {
        if let result = hooks.effect?(effect, run) { return result }
        switch effect {
        case .prepareBase:
            return .base(world.facts)
        case .runTurn(let id):
            guard let turn = run.turns[id] else { throw failure("the effect's turn \(id) is unknown", []) }
            return .turn(outcome(of: turn))
        case .merge(let id):
            let candidate = try candidate(id)
            return .merge(hooks.merge?(candidate, run) ?? world.merge(candidate, in: run))
        case .gate(let id, _, _, _, _):
            return .gate(hooks.gate?(try candidate(id), run) ?? .green(milliseconds: 60_000))
        case .quickGate(let id, _, _, _, _):
            return .gate(hooks.quick?(id, run) ?? .green(milliseconds: 20_000))
        case .baseline:
            return .gate(hooks.gate?(nil, run) ?? .green(milliseconds: 60_000))
        case .publish(let id, let commit, let onto):
            let candidate = try candidate(id)
            if let result = hooks.publish?(candidate, run) { return .publish(result) }
            let result = world.publish(commit, onto: onto, target: candidate.target)
            if result == .moved { try feed(.baseObserved(world.facts)) }
            return .publish(result)
        case .conclude:
            return .concluded
        case .awaitRoom:
            return .room
        case .forecast:
            let order = TrialOrder(run)
            return .forecast(hooks.forecast?(order) ?? world.forecast(order))
        case .say:
            return .said(failure: nil)
        }
    }

    private func outcome(of turn: Turn) -> TurnOutcome {
        if let cause = turn.stopCause { return .broken(.stopped(cause), head: run.tasks[turn.task ?? ID("none")]?.head) }
        var outcome = hooks.turn?(turn, run) ?? IdealAgent(turn: turn, run: run, plan: hooks.plan).outcome(in: &world)
        if let task = turn.task, outcome.head != nil, let files = hooks.changes?(task, run) {
            world.touch(files, by: task)
            outcome.changes = world.files(of: task)
        }
        return outcome
    }

    private func candidate(_ id: CandidateID) throws -> Candidate {
        guard let candidate = run.queue.first(where: { $0.id == id }) else { throw failure("the effect's \(id) is not in the queue", []) }
        return candidate
    }

    /// The engine dies with everything it was busy with, and another takes the run up after a while.
    ///
    /// - Parameter late: results of the dead engine's work that still arrive, besides those of the second try.
    func crash(down milliseconds: Int64 = 60_000, late: (Job) -> Bool = { _ in false }, settings: RunSettings? = nil) throws {
        jobs = jobs.filter(late)
        now = now.advanced(byMilliseconds: milliseconds)
        // An engine that starts tries everything that is intended, also what its predecessor had put off.
        let pending = run.effects.keys.sorted()
        try start(settings)
        for effect in pending where run.effects[effect].map({ $0.delayedUntil == nil }) ?? false { begin(effect) }
    }
}
