/// Rests: the run waits for a limit of the provider, at no cost, and that does not count as its working time.
extension Run {
    /// Milliseconds of work up to `now`.
    package func worked(at now: Timestamp) -> Int64 { clock.worked(at: now, restsUntil: restsUntil(at: clock.lastEventAt)) }

    /// Until when the run rests, as it stands at `now`; `nil` when it does not.
    ///
    /// It rests while nothing at all is under way and no credential takes new work before a time that its provider has named. Pauses that cco has
    /// chosen itself, because no time was named, are work: somebody who is told nothing has to come to an end some time.
    package func restsUntil(at now: Timestamp) -> Timestamp? {
        guard turns.isEmpty, case .working = phase, suspension == nil, effects.isEmpty, queue.isEmpty else { return nil }
        var first: Timestamp?
        for credential in credentials where credential.rejected == nil && !credential.isSpent {
            guard let reset = credential.namedReset(at: now) else { return nil }
            first = min(first ?? reset, reset)
        }
        return first
    }
}

extension Credential {
    /// The longest pause that cco chooses itself, in milliseconds.
    static let longestPause: Int64 = 900_000

    /// When it takes new work again, as its provider has said; `nil` when it takes some, or nobody has said.
    fileprivate func namedReset(at now: Timestamp) -> Timestamp? {
        if let until = benchedUntil, until > now {
            guard let since = benchedAt, until.milliseconds(since: since) > Self.longestPause else { return nil }
            return until
        }
        guard let (kind, window) = restriction(at: now), kind >= .noNewWork else { return nil }
        return window.until
    }
}
