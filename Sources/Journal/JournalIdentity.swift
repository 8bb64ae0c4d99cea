import Orchestration

/// Which run a journal belongs to, and who wrote it.
package struct JournalIdentity: Hashable, Sendable {
    /// The run's id. A journal is never continued for another run.
    package let run: String
    /// When the journal was made.
    package let created: Timestamp
    /// The version of cco that brought the file to its format; named when an older cco cannot read it.
    package let version: String

    package init(run: String, created: Timestamp, version: String) {
        self.run = run
        self.created = created
        self.version = version
    }
}
