/// What is made of credentials' limits: who rests, who slows down, and who carries a turn.
extension Decider {
    /// A running turn's output said something about its credential.
    mutating func signalled(_ id: TurnID, _ signal: CredentialSignal) {
        guard let turn = run.turns[id], !run.isEnded else { return }
        switch signal {
        case .slowed(let cause): slow(turn.credential, cause)
        case .used(let windows): use(turn.credential, windows)
        case .failed(let fault): bench(turn, fault, hasEnded: false)
        }
    }

    /// The provider bears fewer turns at once.
    mutating func slow(_ id: CredentialID, _ cause: Throttle.Cause) {
        guard let credential = run.credentials.first(where: { $0.id == id }) else { return }
        let active = run.turns.values.count { $0.credential == id }
        guard let throttle = credential.throttle else {
            return emit(.credentialSlowed(id, Throttle(cause, active: active, at: now)))
        }
        if let slowed = throttle.slowed(cause, active: active, at: now) { emit(.credentialSlowed(id, slowed)) }
    }

    private mutating func use(_ id: CredentialID, _ windows: [UsageWindow]) {
        guard let credential = run.credentials.first(where: { $0.id == id }) else { return }
        var known = credential.windows.filter { $0.until > now }
        var isNews = false
        for window in windows where window.until > now {
            // What an earlier version noted knows of no family.
            let index = known.firstIndex { $0.name == window.name && ($0.family == window.family || $0.family == nil) }
            guard window.isNews(after: index.map { known[$0] }) else { continue }
            if let index {
                known[index] = window
            } else if known.count < UsageWindow.mostWindows {
                known.append(window)
            } else {
                continue
            }
            isNews = true
        }
        if isNews { emit(.credentialUsed(id, known.sorted { $0.name < $1.name })) }
    }

    /// A turn's credential cannot be used on. Several turns meet that at about the same time, and it counts once.
    ///
    /// - Parameter hasEnded: whether the turn has ended with it. Otherwise it may go on, where only somebody who helps it was refused.
    mutating func bench(_ turn: Turn, _ fault: CredentialFault, hasEnded: Bool) {
        guard let credential = run.credentials.first(where: { $0.id == turn.credential }), credential.rejected == nil else { return }
        switch fault {
        case .refused(let message), .unpaid(let message):
            emit(.credentialRejected(credential.id, reason: message))
            leave(credential.id, nil)
        case .exhausted(let resetsAt, let message, var family):
            // What ends a turn has to hold it back, or it would begin again at once.
            if hasEnded, family?.has(run.model(of: turn)) == false { family = nil }
            let known = credential.bench(of: family)
            if let known, known.until > now, turn.startedAt <= known.since {
                guard let resetsAt, resetsAt > known.until, resetsAt.milliseconds(since: now) <= Credential.longestBench else { return }
                return emit(.credentialBenched(credential.id, until: resetsAt, reason: message, family: family))
            }
            // A turn from before that bench, read to its end only now: what it says of the same window is over.
            if let known, turn.startedAt <= known.since, let resetsAt, resetsAt <= known.until { return }
            // Without a reset it is a rate limit that outlasted the patience of the turn's program.
            if resetsAt == nil { slow(credential.id, .rateLimit) }
            let faults = family == nil ? credential.faults : known?.faults ?? 0
            let until = credential.nextTry(resetsAt: resetsAt, after: faults, at: now)
            emit(.credentialBenched(credential.id, until: until, reason: message, family: family))
            leave(credential.id, family)
        }
    }

    /// Has turns make no further request on a credential that has just been benched, with models of a family or with any. Each finishes what its tools are doing,
    /// which is often long and always paid for, and goes on in its session.
    private mutating func leave(_ credential: CredentialID, _ family: ModelFamily?) {
        for turn in run.turns.values.sorted(by: { $0.id < $1.id }) where turn.credential == credential && turn.stopCause == nil {
            if let family, !family.has(run.model(of: turn)) { continue }
            emit(.turnStopRequested(turn.id, .credentialRests))
        }
    }

    /// Stops a run that no credential can carry on with. Benched credentials come back by themselves; rejected and spent ones do not.
    mutating func checkCredentials() {
        guard !run.credentials.isEmpty, run.turns.isEmpty, run.credentials.allSatisfy({ $0.rejected != nil || $0.isSpent }) else { return }
        let reasons = run.credentials.map { credential in
            "\(credential.id): \(credential.rejected ?? "its maxBudgetUsd is used up")"
        }
        callForPerson("no credential can be used (\(reasons.joined(separator: "; ")))")
    }
}

extension Run {
    /// What each credential carries now.
    package var credentialLoads: [CredentialID: CredentialLoad] {
        let usual = usualUsd
        let limited = credentials.filter { $0.maxBudgetUsd != nil }
        // Which model a turn has matters to windows alone.
        let hasWindows = credentials.contains { !$0.windows.isEmpty }
        return turns.values.reduce(into: [:]) { loads, turn in
            loads[turn.credential, default: CredentialLoad()].add(turn.demand, model: hasWindows ? model(of: turn) : nil)
            guard !limited.isEmpty else { return }
            loads[turn.credential]?.hold(turn, limited.first { $0.id == turn.credential }, usual: usual)
        }
    }

    /// What a turn of this run usually costs, in US dollars.
    var usualUsd: Double { ledger.total.turns > 0 ? ledger.total.costUsd / Double(ledger.total.turns) : SpendingMeasure.usd.prior }

    /// The credential for a session's next turn; `nil` when it has to wait.
    ///
    /// Its own while that takes it (the provider's cache knows the conversation). Otherwise the one of the lowest tier that carries the fewest turns;
    /// a conversation that begins goes to one on which it has its usual model, where there is one in that tier.
    /// A tier in which somebody only pauses is waited for: a later one is for when the earlier is used up.
    package func credential(
        for session: Session?, _ need: Need, loads: [CredentialID: CredentialLoad], at now: Timestamp
    ) -> CredentialID? {
        func load(_ id: CredentialID) -> CredentialLoad { loads[id] ?? CredentialLoad() }
        var open: [Credential] = []
        var firstPause: Int?
        for credential in credentials {
            guard let obstacle = credential.obstacle(to: need, load: load(credential.id), at: now) else {
                open.append(credential)
                continue
            }
            if obstacle.isPause { firstPause = min(firstPause ?? .max, credential.tier) }
        }
        let own = open.first { $0.id == session?.credential }
        func standsIn(_ credential: Credential) -> Bool { need.spare != nil && credential.model(for: need, at: now).isSpare }
        if let own, !standsIn(own) { return own.id }
        guard let tier = open.map(\.tier).min(), tier <= firstPause ?? .max else { return own?.id }
        let ofTier = open.filter { $0.tier == tier }
        let usual = ofTier.filter { !standsIn($0) }
        if usual.isEmpty, let own { return own.id }
        return (usual.isEmpty ? ofTier : usual)
            .min { (load($0.id).turns, $0.turns) < (load($1.id).turns, $1.turns) }?.id
    }
}
