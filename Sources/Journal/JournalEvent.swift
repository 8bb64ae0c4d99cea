/// A record that is durably in the journal, with its place in the order of all events.
package struct JournalEvent: Hashable, Sendable {
    /// The place in the journal; the first event has 1 and there are no gaps.
    package let sequence: Int64
    /// What was appended.
    package let record: JournalRecord

    package init(sequence: Int64, record: JournalRecord) {
        self.sequence = sequence
        self.record = record
    }
}
