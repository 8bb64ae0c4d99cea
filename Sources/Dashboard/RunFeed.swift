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
