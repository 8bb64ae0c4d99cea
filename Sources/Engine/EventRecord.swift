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
