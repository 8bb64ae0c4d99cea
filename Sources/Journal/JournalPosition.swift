/// How far the output of a running turn has been taken in, and what its reader knew then: a shortcut for the next engine, never the truth.
package struct JournalPosition: Hashable, Sendable {
    /// The turn's id.
    package let turn: String
    /// Bytes of the output that have been taken in.
    package let offset: Int64
    /// What is known from them, encoded by its owner.
    package let body: [UInt8]

    package init(turn: String, offset: Int64, body: [UInt8]) {
        self.turn = turn
        self.offset = offset
        self.body = body
    }
}
