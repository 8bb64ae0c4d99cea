import FoundationEssentials
import Journal
import Orchestration

/// How the run's events are kept in the journal: JSON, one record an event.
package enum EventRecord {
    package static func encode(_ event: Event, at time: Timestamp) throws -> JournalRecord {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return JournalRecord(time: time, kind: event.kind, body: Array(try encoder.encode(event)))
    }

    package static func decode(_ body: [UInt8]) throws -> Event {
        try JSONDecoder().decode(Event.self, from: Data(body))
    }

    /// Folds a journal's events into the run's state. `nil` for a journal without a single event.
    ///
    /// - Throws: `JournalError` when the journal cannot be read, `DecodingError` (with the event's sequence number) for an event of another
    ///   version.
    package static func replay(_ journal: Journal) throws -> Run? {
        var run: Run?
        _ = try journal.forEach(after: 0) { entry in
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
        }
        return run
    }
}

/// An event in the journal that this version cannot read.
package struct ReplayError: Error, CustomStringConvertible {
    let sequence: Int64
    let kind: String
    let path: String
    let cause: String

    package var description: String {
        "event \(sequence) (\(kind)) in \(path) cannot be read by this version of cco; use the version that wrote it, or `cco cleanup` (\(cause))"
    }
}
