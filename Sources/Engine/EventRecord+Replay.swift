import Journal
import Orchestration

extension EventRecord {
    /// The run's state: the newest snapshot and the events behind it, or all events where there is no snapshot. `nil` for a journal without
    /// a single event.
    ///
    /// - Throws: `JournalError` when the journal cannot be read, `ReplayError` for an event of another version.
    package static func replay(_ journal: Journal) throws -> Run? {
        if let snapshot = try journal.latestSnapshot(), let known = RunSnapshot.decode(snapshot.body) {
            return try fold(journal, from: known.run, after: snapshot.sequence)
        }
        return try fold(journal, from: nil, after: 0)
    }

    /// Folds the events after `sequence` into `start`.
    ///
    /// - Parameter seen: is shown the state after every event.
    static func fold(
        _ journal: Journal, from start: Run?, after sequence: Int64, seen: (Run, JournalEvent) throws -> Void = { _, _ in }
    ) throws -> Run? {
        var run = start
        _ = try journal.forEach(after: sequence) { entry in
            let event: Event
            do {
                event = try decode(entry.record.body)
            } catch {
                throw ReplayError(sequence: entry.sequence, kind: entry.record.kind, path: journal.path, cause: "\(error)")
            }
            if case .runStarted(let id, let settings, let seed) = event {
                run = Run(id: id, settings: settings, seed: seed, at: entry.record.time)
            }
            run?.apply(event, at: entry.record.time)
            if let run { try seen(run, entry) }
        }
        return run
    }
}
