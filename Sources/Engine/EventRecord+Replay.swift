import Dispatch
import Journal
import Orchestration
import Synchronization

extension EventRecord {
    /// The run's state: the newest snapshot and the events behind it, or all events where there is no snapshot. `nil` for a journal without
    /// a single event.
    ///
    /// - Throws: `JournalError` when the journal cannot be read, `ReplayError` for an event of another version.
    package static func replay(_ journal: Journal) throws -> Run? { try recover(journal)?.run }

    /// The run's state, and how many events had to be folded for it.
    static func recover(_ journal: Journal) throws -> (run: Run, folded: Int64)? {
        guard let stored = try journal.latestSnapshot() else {
            return try fold(journal, from: nil, after: 0).map { ($0, journal.lastSequence) }
        }
        // Where a run is short, most of this is the first use of each type that is decoded: the snapshot's by one processor, the events' by another.
        let piece = try journal.piece(after: stored.sequence, rows: eventsAhead)
        let (known, ahead) = both(
            { RunSnapshot.decode(stored.body)?.run }, { Result { try piece.map { (entry: $0, event: try read($0, of: journal.path)) } } })
        guard var run = known else { return try fold(journal, from: nil, after: 0).map { ($0, journal.lastSequence) } }
        for (entry, event) in try ahead.get() { run.apply(event, at: entry.record.time) }
        let last = piece.last?.sequence ?? stored.sequence
        return try fold(journal, from: run, after: last).map { ($0, journal.lastSequence - stored.sequence) }
    }

    /// Events behind a snapshot that are read beside it: more than the interval between two in all but large runs.
    private static let eventsAhead = 512

    /// Does both at the same time where there are two processors.
    private static func both<First: Sendable, Second: Sendable>(
        _ first: @Sendable () -> First, _ second: @Sendable () -> Second
    ) -> (First, Second) {
        let one = Mutex<First?>(nil)
        let two = Mutex<Second?>(nil)
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            if index == 0 {
                let value = first()
                one.withLock { $0 = value }
            } else {
                let value = second()
                two.withLock { $0 = value }
            }
        }
        // Both are there by now.
        return (one.withLock { $0 } ?? first(), two.withLock { $0 } ?? second())
    }

    private static func read(_ entry: JournalEvent, of path: String) throws -> Event {
        do {
            return try decode(entry.record.body)
        } catch {
            throw ReplayError(sequence: entry.sequence, kind: entry.record.kind, path: path, cause: "\(error)")
        }
    }

    /// The run's state after an event in its midst; `nil` for a journal without a single one.
    package static func replay(_ journal: Journal, until last: Int64) throws -> Run? {
        let known = try snapshot(journal, upTo: last)
        return try fold(journal, from: known?.run, after: known?.sequence ?? 0, until: last)
    }

    private static func snapshot(_ journal: Journal, upTo last: Int64 = .max) throws -> (run: Run, sequence: Int64)? {
        try journal.latestSnapshot(upTo: last).flatMap { snapshot in
            RunSnapshot.decode(snapshot.body).map { (run: $0.run, sequence: snapshot.sequence) }
        }
    }

    /// Folds the events after `sequence` into `start`.
    ///
    /// - Parameters:
    ///   - last: the last event that is folded.
    ///   - seen: is shown the state after every event.
    static func fold(
        _ journal: Journal, from start: Run?, after sequence: Int64, until last: Int64 = .max,
        seen: (Run, JournalEvent) throws -> Void = { _, _ in }
    ) throws -> Run? {
        var run = start
        let path = journal.path
        try journal.forEach(after: sequence) { entry in
            try read(entry, of: path)
        } _: { entry, event in
            guard entry.sequence <= last else { return }
            if case .runStarted(let id, let settings, let seed) = event {
                run = Run(id: id, settings: settings, seed: seed, at: entry.record.time)
            }
            run?.apply(event, at: entry.record.time)
            if let run { try seen(run, entry) }
        }
        return run
    }
}
