import Foundation
import Simulation

@testable import Orchestration

/// Plays a run against an imagined world in virtual time, and checks after every step what has to hold at all times.
final class Scenario {
    /// An effect that the world is busy with.
    struct Job {
        let effect: EffectID
        var due: Timestamp
        let number: Int
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private(set) var run: Run
    /// The fold of the journal, kept apart from the decider's own state.
    private var folded: Run
    private(set) var journal: [(event: Event, time: Timestamp)] = []
    private(set) var steps = 0
    var now: Timestamp
    var world = SimulatedGit()
    var hooks = Hooks()
    var jobs: [Job] = []
    /// Whether every step's events are written as JSON and read back, and every decision is repeated from a snapshot of the state.
    var checksCoding = true
    /// Whether every step compares the fold with the decider's state; otherwise `finalChecks` does so once.
    var checksFold = true
    var ids = SeenIDs()
    private var nextJob = 0

    init(_ settings: RunSettings = .sample(), seed: UInt64 = 7, at start: Timestamp = .begin) throws {
        now = start
        let (events, begun) = Decider.begin(id: ID("run-1"), settings: settings, seed: seed, at: start)
        run = begun
        folded = Run(id: ID("nothing"), settings: settings, seed: 0, at: start)
        for event in events { folded.apply(event, at: start) }
        journal = events.map { ($0, start) }
        guard folded == run else { throw Failure(description: "the first event does not make the first state") }
    }

    /// Starts the engine, as `cco start` and `cco resume` do.
    @discardableResult
    func start(_ settings: RunSettings? = nil) throws -> [Event] { try feed(.engineStarted(settings ?? run.settings)) }

    /// Lets the decisions take an input, carries their effects out and checks everything.
    @discardableResult
    func feed(_ input: Input) throws -> [Event] {
        let before = run
        let (events, after) = Decider.decide(before, input, at: now)
        steps += 1
        for event in events { folded.apply(event, at: now) }
        journal += events.map { ($0, now) }
        run = after
        if checksFold, folded != after { throw failure("the fold of the events differs from the decider's state", events) }
        do {
            try Invariants(before: before, after: after, events: events, now: now, isStart: input.isStart, git: world).check()
            try ids.add(events)
            if checksCoding { try SnapshotCheck.check(before, input, events, at: now) }
        } catch {
            throw failure("\(error)", events)
        }
        carryOut(events)
        // The engine notes which direction it has put before the Director.
        if events.contains(where: { $0.showsDirection }) { try feed(.directionShown(run.base?.direction)) }
        return events
    }

    /// What has to hold over the whole journal.
    func finalChecks() throws {
        guard folded == run else { throw failure("the fold of the journal differs from the decider's state", []) }
        guard checksCoding else { return }
        let bytes = try JSONEncoder().encode(journal.map(\.event))
        let events = try JSONDecoder().decode([Event].self, from: bytes)
        guard let first = journal.first else { return }
        var again = Run(id: ID("nothing"), settings: run.settings, seed: 0, at: first.time)
        for (event, record) in zip(events, journal) { again.apply(event, at: record.time) }
        guard again == run else { throw failure("the journal that was written and read folds to another state", []) }
    }

    func failure(_ problem: String, _ events: [Event]) -> Failure {
        let recent = journal.suffix(40).map { "  \($0.time.milliseconds - Timestamp.begin.milliseconds) \($0.event)".prefix(260) }.joined(
            separator: "\n")
        return Failure(
            description:
                "step \(steps): \(problem)\nphase \(run.phase), suspension \(run.suspension ?? "none")\nthe last events:\n\(recent)")
    }

    // MARK: The engine's part

    private func carryOut(_ events: [Event]) {
        for event in events {
            switch event {
            case .effectIntended(let id, _), .effectRetried(let id):
                begin(id)
            case .turnStopRequested(let turn, _):
                guard let effect = run.effects.first(where: { $0.value.effect == .runTurn(turn) })?.key else { continue }
                for index in jobs.indices where jobs[index].effect == effect {
                    jobs[index] = Job(effect: effect, due: min(jobs[index].due, now.advanced(bySeconds: 3)), number: jobs[index].number)
                }
            default:
                break
            }
        }
    }

    func begin(_ id: EffectID) {
        guard let pending = run.effects[id], pending.delayedUntil == nil else { return }
        nextJob += 1
        let duration = hooks.duration?(pending.effect, run) ?? pending.effect.usualDuration
        jobs.append(Job(effect: id, due: now.advanced(byMilliseconds: duration), number: nextJob))
    }
}

extension Event {
    /// Whether a turn begins in which the Director reads the direction.
    var showsDirection: Bool {
        guard case .turnStarted(let turn) = self, turn.agent == Run.director else { return false }
        if case .review = turn.brief { return false }
        return true
    }
}

extension Input {
    var isStart: Bool { if case .engineStarted = self { true } else { false } }
}

extension Effect {
    /// Milliseconds that the effect takes in an ideal world.
    var usualDuration: Int64 {
        switch self {
        case .runTurn: 300_000
        case .gate, .baseline: 60_000
        case .quickGate: 20_000
        case .prepareBase, .say, .merge, .publish, .conclude, .awaitRoom, .forecast: 1000
        }
    }
}
