import Orchestration

/// One event on its way into the journal: encoded by its owner, opaque to the journal.
package struct JournalRecord: Hashable, Sendable {
    /// When the event happened, as read by whoever decided on it.
    package let time: Timestamp
    /// The event's name, kept beside the body so that people can query the file by it.
    package let kind: String
    /// The encoded event, normally JSON.
    package let body: [UInt8]

    package init(time: Timestamp, kind: String, body: [UInt8]) {
        self.time = time
        self.kind = kind
        self.body = body
    }
}
