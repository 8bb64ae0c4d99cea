/// A piece of a run's journal, for whoever reads it from outside of the engine.
package struct JournalPage: Codable, Sendable, Equatable {
    /// One event with its place in the order of all events.
    package struct Entry: Codable, Sendable, Equatable {
        /// The first event has 1, and there are no gaps.
        package var sequence: Int64
        /// Milliseconds since 1970.
        package var time: Int64
        package var kind: String
        /// The event as JSON, with every secret replaced.
        package var event: String

        package init(sequence: Int64, time: Int64, kind: String, event: String) {
            self.sequence = sequence
            self.time = time
            self.kind = kind
            self.event = event
        }
    }

    package var run: String
    /// The number of the run's newest event; 0 when there is none.
    package var last: Int64
    /// In order. They end before `last` when there is more to ask for.
    package var entries: [Entry]

    package init(run: String, last: Int64, entries: [Entry]) {
        self.run = run
        self.last = last
        self.entries = entries
    }

    /// The most events of one page.
    package static let largest = 512
}
