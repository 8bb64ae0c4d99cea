/// Rests: the run waits for its provider, at no cost, and that does not count as its working time.
extension Run {
    /// Milliseconds of work up to `now`.
    package func worked(at now: Timestamp) -> Int64 { clock.worked(at: now, rest: rest(at: clock.lastEventAt)) }

    /// Until when the run rests, as it stands at `now`; `nil` when it does not.
    package func restsUntil(at now: Timestamp) -> Timestamp? {
        guard let rest = rest(at: now) else { return nil }
        let most = max(rest.named ?? clock.lastEventAt, clock.lastEventAt).advanced(byMilliseconds: clock.unansweredLeft)
        let until = min(rest.until, most)
        return until > now ? until : nil
    }

    /// The rest in which the run is at `now`, however long it may count as one.
    ///
    /// It rests while nothing at all is under way and either no credential takes new work, or all that could be done next pauses because of the
    /// provider. Who waits for a person keeps nobody from resting.
    package func rest(at now: Timestamp) -> Rest? {
        guard turns.isEmpty, case .working = phase, suspension == nil, effects.isEmpty, queue.isEmpty else { return nil }
        let usable = credentials.filter { $0.rejected == nil && !$0.isSpent }
        let openings = usable.compactMap { $0.opening(at: now) }
        let next = nextStart(at: now)
        guard !usable.isEmpty, openings.count == usable.count, let first = openings.map(\.at).min() else {
            return next.flatMap { $0.at > now ? Rest(until: $0.at, named: $0.isNamed ? $0.at : nil) : nil }
        }
        let isNamed = openings.allSatisfy { $0.isNamed }
        guard isNamed || next != nil else { return nil }
        guard let next, next.at > now else { return Rest(until: first, named: isNamed ? first : nil) }
        // What comes next may use what a window keeps back, or wait for something that lies behind a pause which the provider has not asked for.
        return Rest(until: next.at, named: next.isNamed ? next.at : isNamed ? min(first, next.at) : nil)
    }

    /// Whether only turns are under way: nothing is merged, verified or told.
    var isOnlyTrying: Bool {
        guard case .working = phase, suspension == nil else { return false }
        return !turns.isEmpty && effects.count == turns.count && queue.isEmpty
    }

    /// When the first of the turns that are to begin may do so as far as limits and pauses go, `now` where one may at once; `nil` when there is none.
    func nextStart(at now: Timestamp) -> CredentialOpening? {
        var first: CredentialOpening?
        func look(_ pending: Pending?, of agent: Agent, _ task: TeamTask? = nil) {
            guard let pending, pending.question == nil else { return }
            let start = start(of: pending, agent, task, at: now)
            if first.map({ (start.at, start.isNamed ? 1 : 0) < ($0.at, $0.isNamed ? 1 : 0) }) ?? true { first = start }
        }
        for agent in agents.values {
            if !agent.role.writesCode { look(agent.next, of: agent) }
            for task in tasks.assigned(to: agent.id) where !task.awaitsAnswer && !hasGivenUp(task) { look(task.next, of: agent, task) }
        }
        return first
    }

    private func start(of pending: Pending, _ agent: Agent, _ task: TeamTask?, at now: Timestamp) -> CredentialOpening {
        let soonest = CredentialOpening(at: max(pending.notBefore ?? now, now), isNamed: false)
        let need = need(for: pending, of: agent, task)
        guard credential(for: task.map(\.session) ?? agent.session, need, loads: [:], at: now) == nil else { return soonest }
        let openings = credentials.compactMap { $0.opening(for: need, at: now) }
        guard let first = openings.min(by: { $0.at < $1.at }), first.at > soonest.at else { return soonest }
        return first
    }
}

extension Credential {
    /// The longest pause that cco chooses itself, in milliseconds.
    static let longestPause: Int64 = 900_000

    /// When it takes new work again, and whether its provider has said so; `nil` when it takes some.
    fileprivate func opening(at now: Timestamp) -> (at: Timestamp, isNamed: Bool)? {
        if let until = benchedUntil, until > now {
            return (until, benchedAt.map { until.milliseconds(since: $0) > Self.longestPause } ?? false)
        }
        // What is about one model is looked at for each turn.
        guard let (kind, window) = restriction(at: now, where: { $0.family == nil }), kind >= .noNewWork else { return nil }
        return (window.until, true)
    }
}

extension TurnOutcome {
    /// Whether the provider gave the turn no answer at all, and an end to that is to be waited for.
    var isVain: Bool {
        switch end {
        case .provider, .credential(.exhausted): account.usage.total == 0
        default: false
        }
    }

    /// Whether a model has answered the turn.
    var isAnswered: Bool { if case .reported = end { true } else { account.usage.total > 0 } }
}
