import Engine
import FoundationEssentials
import Glibc
import Journal
import Orchestration
import Synchronization

/// Leaves a journal behind whose engine was killed in the midst of its work, and beside it which effects an engine has to take up.
///
/// `orphan FOLDER TASKS`: ends itself with SIGKILL.
struct Orphan {
    private let folder: String
    private let tasks: Int

    init(_ words: inout Words) throws {
        folder = try words.next("the folder")
        tasks = try words.number("the tasks")
    }

    func leave() async throws {
        let identity = JournalIdentity(run: "bench", created: Timestamp(milliseconds: 0), version: "bench")
        var journal = try Journal(folder: folder, identity: identity)
        var growth = try Growth(tasks: tasks + 10_000)
        let landings = 10
        try growth.grow(until: tasks - landings, later: landings, into: journal, withSnapshotOf: RunSnapshot.thisProgram)
        try journal.close()
        journal = try Journal(existingIn: folder)
        let carrier = ImaginedCarrier(growth.world, landings: landings)
        let engine = Engine(run: growth.run, journal: journal, carrier: carrier, clock: SystemClock(), observer: carrier)
        await engine.start(settings: ImaginedWorld.settings())
        try await carrier.landed()
        let pending = await engine.run.effects.keys.map(\.name).sorted().joined(separator: "\n")
        try Data(pending.utf8).write(to: URL(filePath: folder + "/pending"))
        try snapshot(journal)
        kill(getpid(), SIGKILL)
    }

    /// The snapshot that the narrator would have left meanwhile, unless there is one that is newer: as old as it is halfway between two.
    private func snapshot(_ journal: Journal) throws {
        guard let present = try EventRecord.replay(journal), let newest = try journal.latestSnapshot()?.sequence else { return }
        let sequence = journal.lastSequence - RunSnapshot.interval(for: present) / 2
        guard sequence > newest, let run = try EventRecord.replay(journal, until: sequence) else { return }
        try journal.writeSnapshot(sequence, try RunSnapshot(run).encoded())
    }
}

/// Leaves the journal of a large run in teams of 100 behind, for views to show; it stands still in the midst of its work.
///
/// `grow FOLDER RUN TASKS WORKERS CCO`: so many tasks have landed. Teams plan twenty tasks at a time, because a decision takes long where thousands are
/// open. The journal has the snapshot that an engine of this `cco` would have left in it, which counts for that program alone.
struct Grown {
    private let folder: String
    private let run: String
    private let tasks: Int
    private let workers: Int
    private let program: String

    init(_ words: inout Words) throws {
        folder = try words.next("the folder")
        run = try words.next("the run's id")
        tasks = try words.number("the tasks")
        workers = try words.number("the workers")
        let cco = try words.next("the program that is to show it")
        guard let program = RunSnapshot.program(at: cco) else { throw Failure("there is no program \(cco)") }
        self.program = program
    }

    func write() throws {
        let identity = JournalIdentity(run: run, created: Timestamp(milliseconds: 0), version: "bench")
        let journal = try Journal(folder: folder, identity: identity)
        // As many again would be planned, so that there is work under way at the end.
        var growth = try Growth(tasks: tasks * 2, workers: workers, teamSize: 100, planSize: 20, id: run)
        try growth.grow(until: tasks, into: journal, withSnapshotOf: program)
        try journal.close()
    }
}

/// Takes up a run whose engine was killed, as far as its first action, and ends there. Says which effects the engine has in hand.
///
/// `recover FOLDER`
struct Recovery {
    private let folder: String

    init(_ words: inout Words) throws { folder = try words.next("the folder") }

    func measure() async throws {
        let watch = Stopwatch()
        let journal = try Journal(existingIn: folder)
        let opened = watch.seconds
        guard let run = try EventRecord.replay(journal) else { throw Failure("there is no run in \(folder)") }
        let replayed = watch.seconds
        let carrier = FirstAction()
        let engine = Engine(run: run, journal: journal, carrier: carrier, clock: SystemClock(), observer: carrier)
        await engine.start(settings: ImaginedWorld.settings())
        let first = await carrier.first()
        let acted = watch.seconds
        let pending = await engine.run.effects.keys.map(\.name).sorted()
        try FileHandleOutput.json(
            Report(first: first.name, pending: pending, opened: opened, replayed: replayed, acted: acted, tasks: run.tasks.count))
        // Without closing: the journal is left as a kill leaves it.
        _exit(0)
    }

    private struct Report: Encodable {
        var first: String
        var pending: [String]
        var opened: Double
        var replayed: Double
        var acted: Double
        var tasks: Int
    }
}

/// Tells of the first effect that is begun, and does none.
private final class FirstAction: EffectCarrier, EngineObserver {
    private let stream: AsyncStream<EffectID>
    private let continuation: AsyncStream<EffectID>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1)) }

    func first() async -> EffectID {
        for await id in stream { return id }
        preconditionFailure("the stream has no end")
    }

    func carryOut(
        _ id: EffectID, _ effect: Effect, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async -> EffectResult? {
        continuation.yield(id)
        return nil
    }

    func committed(_ events: [Event], before: Run, after: Run, at time: Timestamp) {}
    func journalFailed(_ reason: String) {}
    func stop(_ turn: TurnID, _ cause: StopCause) {}
    func useIdleTime() async {}
}
