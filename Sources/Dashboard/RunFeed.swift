import ControlAPI
import Observability
import Orchestration

/// What the pages are made of. Whoever serves them implements it.
package protocol RunFeed: Sendable {
    /// The run as it is now.
    func moment() async -> RunMoment

    /// What takes the run's secrets out of everything that is sent. Asked for with every answer: keys may change while a page is open.
    ///
    /// - Throws: an error whose description a person can read, when not all of them can be known. Nothing of the run is sent then.
    func redactor() throws -> Redactor

    /// Wakes whenever the moment has changed, and once at the beginning. A reader that is slow misses wakes, not the newest moment.
    func changes() async -> AsyncStream<Void>

    /// Has the run stand still.
    ///
    /// - Throws: an error whose description a person can read.
    func pause() async throws

    /// What the run has cost so far.
    func cost() async throws(ControlProblem) -> CostReport

    /// Gives the engine an order, as the control interface takes it.
    ///
    /// - Parameter body: JSON.
    func order(_ body: [UInt8]) async throws(ControlProblem) -> OrderReceipt

    /// At most `limit` events of the run's journal after one, secrets replaced.
    func journal(after sequence: Int64, limit: Int) async throws(ControlProblem) -> JournalPage

    /// Wakes whenever the journal may have grown, and once at the beginning. A reader that is slow misses wakes, not events.
    func journalChanges() async -> AsyncStream<Void>
}

/// A run at one moment.
package struct RunMoment: Sendable {
    package var status: RunStatus
    /// Whether an engine has the run in hand.
    package var isLive: Bool
    package var log: LogTail
    /// Milliseconds since 1970, by the clock of the machine that the run is on.
    package var now: Int64
    /// Another number than before whenever the status or `isLive` may have changed; `nil` where nobody counts.
    package var version: Int?

    package init(status: RunStatus, isLive: Bool, log: LogTail, now: Int64, version: Int? = nil) {
        self.status = status
        self.isLive = isLive
        self.log = log
        self.now = now
        self.version = version
    }
}
