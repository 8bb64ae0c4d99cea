/// How long the run has worked. Time in which no engine had the run in hand does not count, nor does time that it rested for a limit of the provider.
package struct WorkingClock: Codable, Sendable, Equatable {
    package var startedAt: Timestamp
    /// Working time of earlier engines, in milliseconds, rests among it.
    package var accumulated: Int64 = 0
    /// When the present engine took the run up.
    package var resumedAt: Timestamp
    /// The time of the newest event: what an engine that died is credited with.
    package var lastEventAt: Timestamp
    /// Milliseconds of rests up to the newest event; missing in snapshots of earlier versions.
    package private(set) var rested: Int64?

    package init(startedAt: Timestamp) {
        self.startedAt = startedAt
        resumedAt = startedAt
        lastEventAt = startedAt
    }

    /// Milliseconds of work up to `now`. A clock that went back counts as standing still.
    ///
    /// - Parameter restsUntil: the end of the rest in which the run has been since the newest event; `nil` when it is in none.
    package func worked(at now: Timestamp, restsUntil: Timestamp? = nil) -> Int64 {
        let resting = restsUntil.map { max(0, min($0, now).milliseconds(since: lastEventAt)) } ?? 0
        return max(0, accumulated + max(0, now.milliseconds(since: resumedAt)) - (rested ?? 0) - resting)
    }

    mutating func resume(at now: Timestamp) {
        accumulated += max(0, lastEventAt.milliseconds(since: resumedAt))
        resumedAt = now
        lastEventAt = now
    }

    /// An event comes.
    mutating func advance(to time: Timestamp, restsUntil: Timestamp?) {
        if let restsUntil, restsUntil > lastEventAt, time > lastEventAt {
            rested = (rested ?? 0) + min(restsUntil, time).milliseconds(since: lastEventAt)
        }
        lastEventAt = max(lastEventAt, time)
    }
}
