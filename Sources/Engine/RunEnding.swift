import Orchestration

/// How an engine's work on a run came to an end, for the command that started it.
package struct RunEnding: Sendable {
    package var run: Run
    /// Set when the journal failed, so that nothing could be decided any more.
    package var journalFault: String?
    /// The folder with the logs and the report.
    package var logFolder: String

    package init(run: Run, journalFault: String?, logFolder: String) {
        self.run = run
        self.journalFault = journalFault
        self.logFolder = logFolder
    }
}
