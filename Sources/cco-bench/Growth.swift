import Engine
import Journal
import Orchestration

/// Lets a run grow in a journal as fast as it goes: the same decisions, records and tables, with many steps in one commit.
struct Growth {
    var run: Run
    var world: ImaginedWorld
    private var waiting: [EffectID] = []
    private var next = 0
    private var now = Timestamp(milliseconds: 1_700_000_000_000)
    private(set) var records: [JournalRecord] = []
    private(set) var landed = 0

    /// - Parameter teamSize: `nil` for one team.
    init(tasks: Int, workers: Int = 20, teamSize: Int? = nil, planSize: Int = 50, id: String = "bench") throws {
        world = try ImaginedWorld(tasks: tasks, planSize: planSize)
        let settings = ImaginedWorld.settings(workers: workers, teamSize: teamSize)
        let (events, run) = Decider.begin(id: ID(id), settings: settings, seed: 7, at: now)
        self.run = run
        try note(events)
        try take(.engineStarted(settings))
    }

    /// Goes on until so many tasks have landed, with the snapshot that an engine would have left: as old as it is halfway between two.
    ///
    /// - Parameters:
    ///   - later: tasks that somebody else has land then.
    ///   - program: the one for which it counts, see `RunSnapshot.program(at:)`.
    mutating func grow(until target: Int, later: Int = 0, into journal: Journal, withSnapshotOf program: String) throws {
        try grow(until: (target + later) * 3 / 4, into: journal)
        let eventsForTask = max(1, Int(journal.lastSequence) / max(1, landed))
        let lead = min((target + later) / 8, Int(RunSnapshot.interval(for: run)) / 2 / eventsForTask)
        try grow(until: target - max(0, lead - later), into: journal)
        try journal.writeSnapshot(journal.lastSequence, try RunSnapshot(run, program: program).encoded())
        try grow(until: target, into: journal)
    }

    /// Goes on until so many tasks have landed.
    mutating func grow(until target: Int, into journal: Journal) throws {
        while landed < target, next < waiting.count {
            let id = waiting[next]
            next += 1
            now = now.advanced(byMilliseconds: 700)
            guard let pending = run.effects[id] else { continue }
            try take(.effectFinished(id, try world.result(of: pending.effect, in: run)))
            if records.count >= 2_000 { try flush(journal) }
            if next == 100_000 {
                waiting.removeFirst(next)
                next = 0
            }
        }
        try flush(journal)
        guard landed >= target else { throw Failure("the imagined run came to a halt at \(landed) tasks") }
    }

    mutating func flush(_ journal: Journal) throws {
        guard !records.isEmpty else { return }
        _ = try journal.append(records)
        records.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ input: Input) throws {
        let (events, next) = Decider.decide(run, input, at: now)
        run = next
        try note(events)
    }

    private mutating func note(_ events: [Event]) throws {
        for event in events {
            records.append(try EventRecord.encode(event, at: now))
            switch event {
            case .effectIntended(let id, _): waiting.append(id)
            case .taskSettled(_, .landed): landed += 1
            default: break
            }
        }
    }
}
