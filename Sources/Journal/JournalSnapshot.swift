/// The encoded state after all events up to a sequence number: a shortcut for loading, never the truth.
package struct JournalSnapshot: Hashable, Sendable {
    /// The last event that is part of the state.
    package let sequence: Int64
    /// The encoded state.
    package let body: [UInt8]

    package init(sequence: Int64, body: [UInt8]) {
        self.sequence = sequence
        self.body = body
    }
}
