/// A turn that is to begin, as far as credentials are concerned: how much it matters, and which model it asks.
package struct Need: Sendable, Equatable {
    /// What a turn has while a window of its usual model runs short.
    package struct Spare: Sendable, Equatable {
        /// `nil`: what the agent's program chooses.
        package var model: String?
        /// Whether it is only for when the usual model cannot be had at all, and not already for when it runs short.
        package var isLastResort = false
    }

    package var demand: Demand
    /// `nil`: what the agent's program chooses, or not known.
    package var model: String?
    /// `nil`: the conversation goes on, and keeps its model.
    package var spare: Spare?

    package init(_ demand: Demand, model: String? = nil, spare: Spare? = nil) {
        self.demand = demand
        self.model = model
        self.spare = spare
    }
}

extension Run {
    /// What a turn of an agent asks of a credential.
    ///
    /// - Parameter task: the one that the turn is for; `nil` for managers.
    package func need(for pending: Pending, of agent: Agent, _ task: TeamTask?) -> Need {
        let demand = task?.demand(for: pending) ?? Demand(pending.brief, isBegun: true)
        func model(isScarce: Bool) -> String? {
            settings.models?.setting(
                role: agent.role, purpose: pending.brief.purpose, size: task?.size, isEscalated: isEscalated(pending), isScarce: isScarce
            ).model
        }
        // Two sides' work is brought together with the strongest model as long as there is anything of it, whatever the conversation has had.
        let isConflict = pending.brief.purpose == .conflict
        if let session = continued(by: pending, of: agent, task), !isConflict || session.isScarce != true {
            return Need(demand, model: model(isScarce: session.isScarce == true))
        }
        return Need(demand, model: model(isScarce: false), spare: Need.Spare(model: model(isScarce: true), isLastResort: isConflict))
    }

    /// The conversation that a turn goes on with; `nil` when it begins one.
    private func continued(by pending: Pending, of agent: Agent, _ task: TeamTask?) -> Session? {
        if let task { return task.session?.exists == true ? task.session : nil }
        guard let session = agent.session, session.exists else { return nil }
        return pending.carryOn || whyNotContinued(session, with: pending.brief) == nil ? session : nil
    }

    /// Whether a task can only go on when the usage window of its model begins anew, on whatever credential.
    ///
    /// That may be days away, so its worker takes another meanwhile.
    func awaitsModel(_ pending: Pending, of agent: Agent, _ task: TeamTask, at now: Timestamp) -> Bool {
        let usable = credentials.filter { $0.isUsable(at: now) }
        guard usable.contains(where: { $0.hasModelLimit(at: now) }) else { return false }
        let need = need(for: pending, of: agent, task)
        return usable.allSatisfy { $0.limit(of: $0.model(for: need, at: now).name, at: now) != nil }
    }

    /// The model of a turn: what is configured for it, or what its credential's last turn without such a setting had; `nil` when neither is known.
    package func model(of turn: Turn) -> String? {
        settings.models?[turn].model ?? credentials.first { $0.id == turn.credential }?.usualModel
    }

    /// Why a turn has another model than usual, in words.
    package func whyModel(of turn: Turn) -> String? {
        guard let models = settings.models else { return nil }
        func setting(isEscalated: Bool) -> String? {
            models.setting(role: turn.role, purpose: turn.brief.purpose, size: turn.size, isEscalated: isEscalated, isScarce: false).model
        }
        let (model, usual) = (model(of: turn), setting(isEscalated: false))
        guard model != usual else { return nil }
        let instead = "in place of \(usual ?? "the usual one")"
        if turn.isEscalated == true, model == setting(isEscalated: true) { return "\(instead): others have failed at this" }
        return turn.isScarce == true ? "\(instead): a usage window ran short when its conversation began" : nil
    }

    /// Whether a turn that was decided may still begin on its credential: what the credential is for may have ended meanwhile, as a whole or for the
    /// turn's model.
    package func mayBegin(_ turn: Turn, at now: Timestamp) -> Bool {
        guard let credential = credentials.first(where: { $0.id == turn.credential }), credential.isUsable(at: now) else { return false }
        return credential.limit(of: model(of: turn), at: now) == nil
    }
}

extension Credential {
    /// Whether the window of some model is used up on it.
    func hasModelLimit(at now: Timestamp) -> Bool { modelLimits.contains { $0.until > now } }

    /// The model that a turn has on it, and whether that is the one for when a window runs short.
    func model(for need: Need, at now: Timestamp) -> (name: String?, isSpare: Bool) {
        let usual = need.model ?? usualModel
        guard let spare = need.spare else { return (usual, false) }
        let isShort = !spare.isLastResort && restriction(of: usual, at: now) != nil
        guard isShort || limit(of: usual, at: now) != nil else { return (usual, false) }
        return (spare.model ?? usualModel, true)
    }

    /// When it takes such a turn, where only its provider's limits and pauses are in the way, and whether the provider has named that time.
    func opening(for need: Need, at now: Timestamp) -> CredentialOpening? {
        switch obstacle(to: need, load: CredentialLoad(), at: now) {
        case .staggered(let until): return CredentialOpening(at: until, isNamed: false)
        case .benched, .modelLimited, .reserved:
            let usual = opening(for: need.demand, of: need.model ?? usualModel, at: now)
            guard let spare = need.spare.map({ opening(for: need.demand, of: $0.model ?? usualModel, at: now) }) else { return usual }
            return spare.at < usual.at ? spare : usual
        case .rejected, .spent, .held, .full, .keptPlace, .throttled, nil: return nil
        }
    }

    /// When the last of what keeps such a turn from it is over.
    private func opening(for demand: Demand, of model: String?, at now: Timestamp) -> CredentialOpening {
        var opening = CredentialOpening(at: now, isNamed: true)
        if let benchedUntil { opening.waits(until: benchedUntil, since: benchedAt) }
        if let limit = limit(of: model, at: now) { opening.waits(until: limit.until, since: limit.since) }
        for window in windows where window.isAbout(model) && window.keepsOut(demand, beside: CredentialLoad()) {
            if window.until > opening.at { opening = CredentialOpening(at: window.until, isNamed: true) }
        }
        return opening
    }
}

/// When a credential takes a turn again that it does not take now.
struct CredentialOpening: Sendable, Equatable {
    var at: Timestamp
    /// Whether the provider has named the time, and it is no pause that cco has chosen.
    var isNamed: Bool

    /// Nothing sooner than the end of a bench.
    mutating func waits(until: Timestamp, since: Timestamp?) {
        guard until > at else { return }
        self = CredentialOpening(at: until, isNamed: since.map { until.milliseconds(since: $0) > Credential.longestPause } ?? false)
    }
}
