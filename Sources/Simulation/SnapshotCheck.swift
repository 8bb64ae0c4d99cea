import FoundationEssentials
import Orchestration

/// Writes a decision's events and the state before it as JSON, reads them back, and decides again. Takes most of a run's time, so that only
/// some runs do it.
package enum SnapshotCheck {
    /// - Throws: `Violation` when something changes on the way, when another decision comes out, or when an event is too large.
    package static func check(_ before: Run, _ input: Input, _ events: [Event], at now: Timestamp) throws {
        let data = try JSONEncoder().encode(events)
        guard try JSONDecoder().decode([Event].self, from: data) == events else {
            throw Violation(.isRepeatable, "events change when they are written and read")
        }
        if data.count > Bounds.eventBytes {
            for event in events {
                let size = try JSONEncoder().encode(event).count
                if size > Bounds.eventBytes { throw Violation(.isBounded, "a \(event.kind) event takes \(size) bytes") }
            }
        }
        let snapshot = try JSONDecoder().decode(Run.self, from: JSONEncoder().encode(before))
        guard snapshot == before else { throw Violation(.isRepeatable, "the state changes when it is written and read") }
        guard Decider.decide(snapshot, input, at: now).events == events else {
            throw Violation(.isRepeatable, "the same decision comes out differently from a snapshot")
        }
    }
}
