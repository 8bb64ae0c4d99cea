import Journal
import Observability
import Orchestration
import Processes
import Synchronization

/// Tells people what became durable: the log, the terminal, the live `TEAM_STRUCTURE.md`; clears away what finished turns leave behind, and
/// writes the journal's snapshots.
///
/// Reads the journal from a cursor of its own and is only woken by commits: a slow disk or terminal never slows a decision, costs no memory
/// however far it falls behind, and misses nothing.
package struct Narrator: EngineObserver {
    /// One event and the states around it.
    private struct Step {
        var event: Event
        var sequence: Int64
        var before: Run
        var after: Run
    }

    /// How far it has told.
    private struct Place: Sendable {
        var sequence: Int64
        var run: Run
        /// Up to which event the notifier has been asked already.
        var notified: Int64
        var structure = ""
        var snapshots = SnapshotWriter()
        /// Up to which event memory was given back.
        var trimmed: Int64 = 0
    }

    /// The engine's state after the newest durable event. Where it has come as far, what it tells from is that very state, so that the memory
    /// for a run's tasks is taken once.
    private final class Newest: Sendable {
        private let state: Mutex<(sequence: Int64, run: Run)?> = Mutex(nil)

        func set(_ sequence: Int64, _ run: Run) { state.withLock { $0 = (sequence, run) } }

        /// `nil` unless it is the state after that event.
        func run(at sequence: Int64) -> Run? { state.withLock { $0?.sequence == sequence ? $0?.run : nil } }
    }

    private let wake: AsyncStream<Void>.Continuation
    private let journal: Journal
    private let newest: Newest
    private let worker: _Concurrency.Task<Void, Never>
    private let log: RunLog

    /// - Parameters:
    ///   - run: the state after the journal's newest event.
    ///   - told: the newest event that was told, from which on it tells: an engine that is killed leaves events untold. `nil`: the
    ///     journal's newest.
    ///   - notifier: tells a person who does not look; it has been asked about the events that are in the journal.
    ///   - progress: is given lines for a person.
    init(
        resources: RunResources, journal: Journal, run: Run, told: Int64? = nil, notifier: Notifier? = nil,
        progress: @escaping @Sendable (EventLine) -> Void
    ) {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        wake = continuation
        log = resources.log
        self.journal = journal
        let newest = Newest()
        self.newest = newest
        let last = journal.lastSequence
        worker = _Concurrency.Task {
            do {
                var place = try Narrator.place(after: told ?? last, of: last, journal, run)
                for await _ in stream {
                    try Narrator.catchUp(&place, journal, resources, notifier, progress)
                    if let run = newest.run(at: place.sequence) {
                        #if DEBUG
                            assert(place.run == run, "the journal's events do not fold to the engine's state")
                        #endif
                        place.run = run
                    }
                    Narrator.giveBackMemory(&place)
                }
                try Narrator.catchUp(&place, journal, resources, notifier, progress)
            } catch {
                resources.log.log(source: "cco", level: .error, message: "the run's events can no longer be shown: \(error)")
            }
        }
    }

    package func committed(_ events: [Event], before: Run, after: Run, at time: Timestamp) {
        newest.set(journal.lastSequence, after)
        wake.yield()
    }

    package func journalFailed(_ reason: String) {
        log.log(source: "cco", level: .error, message: "the journal failed, the run stops: \(reason)")
    }

    /// Returns when everything is told.
    package func drain() async {
        wake.finish()
        await worker.value
    }

    /// - Parameters:
    ///   - told: the newest event that was told.
    ///   - run: the state after `last`, the journal's newest event.
    private static func place(after told: Int64, of last: Int64, _ journal: Journal, _ run: Run) throws -> Place {
        guard told < last else { return Place(sequence: last, run: run, notified: last) }
        // Before the first event, which makes the run, any state is right.
        return Place(sequence: told, run: try EventRecord.replay(journal, until: told) ?? run, notified: last)
    }

    private static func catchUp(
        _ place: inout Place, _ journal: Journal, _ resources: RunResources, _ notifier: Notifier?,
        _ progress: (EventLine) -> Void
    ) throws {
        try journal.forEach(after: place.sequence) { entry in
            let event = try EventRecord.decode(entry.record.body)
            let before = place.run
            place.run.apply(event, at: entry.record.time)
            place.sequence = entry.sequence
            let step = Step(event: event, sequence: entry.sequence, before: before, after: place.run)
            tell(step, resources, progress)
            if entry.sequence > place.notified {
                notifier?.consider(event, sequence: entry.sequence, after: place.run, at: entry.record.time)
            }
            CrashPoint.toldEvents.pass()
            clearAway(step, journal, resources)
            do {
                try place.snapshots.consider(place.run, at: place.sequence, in: journal)
            } catch {
                // It would only have saved time at the next start.
                resources.log.log(source: "cco", level: .warning, message: "no snapshot of event \(place.sequence): \(error)")
            }
        }
        updateStructure(place.run, resources, known: &place.structure)
    }

    /// After very many events the allocator holds on to the memory of what is over: a third of what a large company that waits would take.
    private static func giveBackMemory(_ place: inout Place) {
        guard place.sequence - place.trimmed >= RunSnapshot.interval else { return }
        place.trimmed = place.sequence
        ProcessMemory.giveBack()
    }

    private static func tell(_ step: Step, _ resources: RunResources, _ progress: (EventLine) -> Void) {
        let lines = EventLines.lines(for: step.event, before: step.before, after: step.after) { resources.redactor.redacted($0) }
        // A command has said the same before.
        let isSaid = if case .runStarted = step.event { true } else { false }
        for (number, line) in lines.enumerated() {
            // An engine that is killed before the last one has not told of the event.
            resources.log.log(
                source: line.source, level: line.level.logLevel, message: line.text, fields: ["event": step.event.kind],
                sequence: number == lines.count - 1 ? step.sequence : nil)
            if !isSaid { progress(line) }
        }
    }

    /// A finished turn's folder holds its raw output, in which a secret may stand; the redacted copy is in the log folder by now.
    private static func clearAway(_ step: Step, _ journal: Journal, _ resources: RunResources) {
        let folder: String
        var over: TurnID?
        switch step.event {
        case .turnEnded(let turn, _):
            folder = resources.folder.turn(turn)
            over = turn
        case .effectDone(let effect): folder = resources.folder.gate(effect)
        default: return
        }
        do {
            // First of all what takes room: a full disk may be what the journal cannot be written for.
            try PrivateFiles.remove(folder)
            if let over { try journal.removePosition(of: over.name) }
            CrashPoint.clearedAway.pass()
        } catch {
            resources.log.log(source: "cco", level: .warning, message: "what \(folder) was for is over, and not all is removed: \(error)")
        }
    }

    private static func updateStructure(_ run: Run, _ resources: RunResources, known: inout String) {
        guard run.settings.branches == nil else { return }
        let text = TeamStructure.render(run)
        guard text != known else { return }
        do {
            try PrivateFiles.write(resources.redactor.redacted(Array(text.utf8)), to: resources.folder.teamStructure, isSynced: false)
            known = text
        } catch {
            resources.log.log(source: "cco", level: .warning, message: "TEAM_STRUCTURE.md could not be written: \(error)")
        }
    }
}
