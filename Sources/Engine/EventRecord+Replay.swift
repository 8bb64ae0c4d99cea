import Journal
import Orchestration

extension EventRecord {
    /// The run's state: the newest snapshot and the events behind it, or all events where there is no snapshot. `nil` for a journal without
    /// a single event.
    ///
    /// - Throws: `JournalError` when the journal cannot be read, `ReplayError` for an event of another version.
    package static func replay(_ journal: Journal) throws -> Run? { try recover(journal)?.run }

    /// The run's state, and how many events had to be folded for it.
    static func recover(_ journal: Journal) throws -> (run: Run, folded: Int64)? {
        let path = journal.path
        let newest = try journal.newest {
            RunSnapshot.decode($0.body)?.run
        } decoding: {
            try read($0, of: path)
        }
        guard let newest, var run = newest.state else { return try fold(journal, from: nil, after: 0).map { ($0, journal.lastSequence) } }
        for (entry, event) in newest.events { run.apply(event, at: entry.record.time) }
        if let failure = newest.failure { throw failure }
        let last = newest.events.last?.0.sequence ?? newest.sequence
        return try fold(journal, from: run, after: last).map { ($0, journal.lastSequence - newest.sequence) }
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
