import FoundationEssentials
import JSON
import Journal
import Orchestration

/// How the run's events are kept in the journal: JSON, one record an event.
package enum EventRecord {
    package static func encode(_ event: Event, at time: Timestamp) throws -> JournalRecord {
        JournalRecord(time: time, kind: event.kind, body: try OnePassEncoder.encode(event))
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
