/// How long the run has worked. Time in which no engine had the run in hand does not count.
package struct WorkingClock: Codable, Sendable, Equatable {
    package var startedAt: Timestamp
    /// Working time of earlier engines, in milliseconds.
    package var accumulated: Int64 = 0
    /// When the present engine took the run up.
    package var resumedAt: Timestamp
    /// The time of the newest event: what an engine that died is credited with.
    package var lastEventAt: Timestamp

    package init(startedAt: Timestamp) {
        self.startedAt = startedAt
        resumedAt = startedAt
        lastEventAt = startedAt
    }

    /// Milliseconds of work up to `now`. A clock that went back counts as standing still.
    package func worked(at now: Timestamp) -> Int64 { accumulated + max(0, now.milliseconds(since: resumedAt)) }

    mutating func resume(at now: Timestamp) {
        accumulated += max(0, lastEventAt.milliseconds(since: resumedAt))
        resumedAt = now
        lastEventAt = now
    }
}
