import Observability
import Orchestration

/// What the pages are made of. Whoever serves them implements it.
package protocol RunFeed: Sendable {
    /// The run as it is now.
    func moment() async -> RunMoment

    /// Wakes whenever the moment has changed, and once at the beginning. A reader that is slow misses wakes, not the newest moment.
    func changes() async -> AsyncStream<Void>

    /// Has the run stand still.
    ///
    /// - Throws: an error whose description a person can read.
    func pause() async throws

    /// What the run has cost so far.
    func cost() async throws(FeedProblem) -> CostReport

    /// Gives the engine an order, as the control interface takes it.
    ///
    /// - Parameter body: JSON.
    func order(_ body: [UInt8]) async throws(FeedProblem) -> OrderReceipt

    /// At most `limit` events of the run's journal after one, secrets replaced.
    func journal(after sequence: Int64, limit: Int) async throws(FeedProblem) -> JournalPage

    /// Wakes whenever the journal may have grown, and once at the beginning. A reader that is slow misses wakes, not events.
    func journalChanges() async -> AsyncStream<Void>
}

/// Why something that the pages asked for was not to be had.
package struct FeedProblem: Error, Equatable, CustomStringConvertible {
    /// A stable word for programs, such as `no-engine`.
    package var code: String
    /// What is wrong.
    package var message: String
    /// What to do about it.
    package var remedy: String
    /// The HTTP status that carries it.
    package var status: Int

    package init(code: String, message: String, remedy: String, status: Int) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status = status
    }

    package var description: String { "\(message) \(remedy)" }
}

/// A run at one moment.
package struct RunMoment: Sendable {
    package var status: RunStatus
    /// Whether an engine has the run in hand.
    package var isLive: Bool
    package var log: LogTail
    /// Milliseconds since 1970, by the clock of the machine that the run is on.
    package var now: Int64

    package init(status: RunStatus, isLive: Bool, log: LogTail, now: Int64) {
        self.status = status
        self.isLive = isLive
        self.log = log
        self.now = now
    }
}
