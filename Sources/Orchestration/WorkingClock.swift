/// How long the run has worked. Time in which no engine had the run in hand does not count, nor does time that it rested for its provider.
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
    /// Of them, those since the provider last answered of which it had not named the end.
    package private(set) var unanswered: Int64?
    /// Since when there have been only turns, none of which is known to have had an answer; counts as work until it is.
    private var triesSince: Timestamp?

    package init(startedAt: Timestamp) {
        self.startedAt = startedAt
        resumedAt = startedAt
        lastEventAt = startedAt
    }

    /// Milliseconds that may still be rests without a named end.
    var unansweredLeft: Int64 { max(0, Rest.longestUnanswered - (unanswered ?? 0)) }

    /// Milliseconds of work up to `now`. A clock that went back counts as standing still.
    ///
    /// - Parameter rest: the rest in which the run has been since the newest event; `nil` when it is in none.
    package func worked(at now: Timestamp, rest: Rest? = nil) -> Int64 {
        let resting = rest.map { parts(of: $0, at: now) } ?? (named: 0, unnamed: 0)
        return max(0, accumulated + max(0, now.milliseconds(since: resumedAt)) - (rested ?? 0) - resting.named - resting.unnamed)
    }

    /// Milliseconds of a rest up to `now`, by whether the provider has named them.
    private func parts(of rest: Rest, at now: Timestamp) -> (named: Int64, unnamed: Int64) {
        let all = max(0, min(rest.until, now).milliseconds(since: lastEventAt))
        let named = rest.named.map { min(all, max(0, min($0, now).milliseconds(since: lastEventAt))) } ?? 0
        return (named, min(all - named, unansweredLeft))
    }

    mutating func resume(at now: Timestamp) {
        if let triesSince { self.triesSince = now.advanced(byMilliseconds: min(0, triesSince.milliseconds(since: lastEventAt))) }
        accumulated += max(0, lastEventAt.milliseconds(since: resumedAt))
        resumedAt = now
        lastEventAt = now
    }

    /// An event comes.
    ///
    /// - Parameters:
    ///   - rest: the rest in which the run has been since the event before.
    ///   - isTrying: whether only turns have been under way since then.
    mutating func advance(to time: Timestamp, rest: Rest?, isTrying: Bool) {
        if let rest, time > lastEventAt {
            let (named, unnamed) = parts(of: rest, at: time)
            takeOut(named)
            takeOut(unnamed)
            unanswered = (unanswered ?? 0) + unnamed
        }
        if !isTrying { triesSince = max(lastEventAt, time) }
        lastEventAt = max(lastEventAt, time)
    }

    /// A turn has ended that the provider gave no answer: time in which there were only such turns was a rest.
    ///
    /// - Parameter others: when the first of the turns that are under way began.
    mutating func triedInVain(beside others: Timestamp?) {
        let end = min(others ?? lastEventAt, lastEventAt)
        guard let since = triesSince, end > since else { return }
        let waited = min(end.milliseconds(since: since), unansweredLeft)
        takeOut(waited)
        unanswered = (unanswered ?? 0) + waited
        triesSince = end
    }

    /// A turn has ended in another way; with an answer of the provider the bound of rests counts anew.
    mutating func tried(isAnswered: Bool) {
        triesSince = lastEventAt
        if isAnswered { unanswered = nil }
    }

    private mutating func takeOut(_ milliseconds: Int64) {
        if milliseconds > 0 { rested = (rested ?? 0) + milliseconds }
    }
}
