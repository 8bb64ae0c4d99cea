extension RunStatus {
    /// One credential, by the name under which it is configured.
    package struct CredentialStatus: Codable, Sendable, Equatable {
        package var name: String
        package var tier: Int
        /// `usable`, `benched`, `rejected` or `spent`.
        package var state: String
        /// When a benched credential is used again.
        package var benchedUntil: Moment?
        /// Why the provider does not accept it.
        package var rejection: String?
        /// Why it is benched, slowed down or kept for what matters more, in words; missing when nothing holds it back.
        package var why: String?
        /// Turns that it may carry at once now; missing when nothing limits it.
        package var limit: Int?
        /// Turns that it carries now.
        package var activeTurns: Int
        package var turns: Int
        package var costUsd: Double
        /// What it may cost in this run; missing when nothing limits it.
        package var budgetUsd: Double?
        /// How much of its usage windows is used; missing where the provider has not said.
        package var windows: [WindowStatus]?
        /// Models of which a window is used up on it, while others go on; missing where there are none.
        package var modelLimits: [ModelLimitStatus]?

        init(_ credential: Credential, in run: Run, at now: Timestamp) {
            name = credential.id.name
            tier = credential.tier
            rejection = credential.rejected
            if credential.rejected == nil, let until = credential.benchedUntil, until > now { benchedUntil = Moment(until) }
            state =
                credential.rejected != nil ? "rejected" : credential.isSpent ? "spent" : benchedUntil != nil ? "benched" : "usable"
            why = credential.whyHeldBack(at: now)
            limit = [credential.maxConcurrency, credential.throttle?.width(at: now)].compactMap { $0 }.min()
            activeTurns = run.turns.values.count { $0.credential == credential.id }
            turns = credential.turns
            costUsd = credential.costUsd
            budgetUsd = credential.maxBudgetUsd
            let known = credential.windows.filter { $0.until > now }.map(WindowStatus.init)
            windows = known.isEmpty ? nil : known
            let limits = credential.modelLimits.filter { $0.until > now }.map(ModelLimitStatus.init)
            modelLimits = limits.isEmpty ? nil : limits
        }
    }

    /// A family of models of which a usage window is used up.
    package struct ModelLimitStatus: Codable, Sendable, Equatable {
        /// What the names of its models have in common, such as `opus`.
        package var family: String
        /// When they are used again.
        package var until: Moment
        /// What the provider said.
        package var reason: String

        init(_ limit: ModelLimit) {
            family = limit.family.rawValue
            until = Moment(limit.until)
            reason = limit.reason
        }
    }

    /// How much of a usage window is used.
    package struct WindowStatus: Codable, Sendable, Equatable {
        /// The provider's name for it.
        package var name: String
        /// From 0 to 1.
        package var utilization: Double
        package var resetsAt: Moment

        init(_ window: UsageWindow) {
            name = window.name
            utilization = window.utilization
            resetsAt = Moment(window.until)
        }
    }

    /// What the whole run waits for while no agent works.
    package struct Waiting: Codable, Sendable, Equatable {
        package var reason: String
        /// When it goes on by itself.
        package var until: Moment?
    }
}

extension Credential {
    /// What holds it back, in words.
    package func whyHeldBack(at now: Timestamp) -> String? {
        if rejected != nil { return nil }
        if isSpent { return "has cost what it may (maxBudgetUsd)" }
        if let benchedUntil, benchedUntil > now { return benchReason }
        var reasons: [String] = []
        if let throttle, let width = throttle.width(at: now) {
            reasons.append("slowed down by \(throttle.cause.words): \(width) at once, one more each minute")
        }
        let limits = modelLimits.filter { $0.until > now }
        reasons += limits.map(\.words)
        // The window that holds everybody back, beside one model's: a window of one model that is used up has been told of as a limit.
        if let (kind, window) = restriction(at: now, where: { $0.family == nil }) { reasons.append(kind.words(window)) }
        let families = Set(limits.map(\.family))
        let ofOne = restriction(at: now) { window in window.family.map { !families.contains($0) } ?? false }
        if let (kind, window) = ofOne { reasons.append(kind.words(window)) }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }
}

extension ModelLimit {
    /// What a person reads.
    package var words: String { "\(family.words) limit until \(Moment(until).iso)" }
}

extension UsageReserve.Restriction {
    /// What a person reads.
    package func words(_ window: UsageWindow) -> String {
        let models = window.family.map { window.name.hasSuffix($0.rawValue) ? "" : " (\($0.words))" } ?? ""
        let used = "\(window.name)\(models) is \(Int(window.utilization * 100)) % used"
        let until = "until \(Moment(window.until).iso)"
        if window.utilization >= 1 { return "\(window.name)\(models) is used up \(until)" }
        return switch self {
        case .none: used
        case .narrow: "\(used): one new task at a time \(until)"
        case .noNewWork: "\(used): kept for work that is under way \(until)"
        case .integrationOnly: "\(used): kept for integration \(until)"
        }
    }
}

extension CredentialObstacle {
    /// What a person reads, behind the credential's name.
    package var words: String {
        switch self {
        case .rejected: "is not accepted"
        case .spent: "has cost what it may"
        case .held: "has the rest of its budget with turns under way"
        case .benched(let until): "rests until \(Moment(until).iso)"
        case .modelLimited(let limit): "has its \(limit.words)"
        case .reserved(let kind, let window): "is reserved (\(kind.words(window)))"
        case .full(let limit): limit == 1 ? "carries its one turn" : "carries all of its \(limit) turns"
        case .keptPlace(let limit): "keeps the last of its \(limit) places for reviews and integration"
        case .throttled(let width, let cause): "is slowed down to \(width) at once by \(cause.words)"
        case .staggered: "begins one turn after the other"
        }
    }
}

extension Run {
    /// Why no credential takes a turn that could begin; `nil` when one does.
    ///
    /// - Parameter known: the run's ``credentialLoads``, where somebody asks for many.
    func whyNoCredential(
        for pending: Pending, of agent: Agent, loads known: [CredentialID: CredentialLoad]? = nil, at now: Timestamp
    ) -> String? {
        let task = pending.brief.task.flatMap { tasks[$0] }
        let need = need(for: pending, of: agent, task)
        let loads = known ?? credentialLoads
        guard credential(for: task.map(\.session) ?? agent.session, need, loads: loads, at: now) == nil else { return nil }
        let obstacles = credentials.compactMap { credential in
            credential.obstacle(to: need, load: loads[credential.id] ?? CredentialLoad(), at: now).map { (credential.id, $0) }
        }
        if obstacles.allSatisfy({ if case .rejected = $0.1 { true } else { false } }) {
            return "needs a credential; none is accepted by the provider"
        }
        let resting = obstacles.compactMap { if case .benched(let until) = $0.1 { until } else { nil } }
        let isRejected = obstacles.count { if case .rejected = $0.1 { true } else { false } }
        if let first = resting.min(), resting.count + isRejected == obstacles.count {
            return "needs a credential; the earliest opens at \(Moment(first).iso)"
        }
        let shown = obstacles.prefix(3).map { "\($0.0) \($0.1.words)" }
        return "needs a credential: " + shown.joined(separator: ", ") + (obstacles.count > 3 ? " …" : "")
    }

    /// Everything stands still until people answer.
    private func whatPeopleAreAsked(while pendings: [Pending]) -> RunStatus.Waiting? {
        let asked = questions.open.filter { $0.holdsTask || $0.isApproval }
        guard !asked.isEmpty, effects.isEmpty, pendings.allSatisfy({ $0.question != nil }) else { return nil }
        return RunStatus.Waiting(
            reason: "waits for a person: \(Run.list(asked.map(\.id.name)))", until: asked.compactMap(\.deadline).min().map(Moment.init))
    }

    /// What the whole run waits for: nobody works, and nobody can before the clock or a person changes something.
    func whatItWaitsFor(at now: Timestamp) -> RunStatus.Waiting? {
        guard case .working = phase, suspension == nil, turns.isEmpty, !credentials.isEmpty else { return nil }
        let waiting = agents.values.compactMap { agent in (agent.next ?? pendingTask(of: agent.id)?.next).map { (agent, $0) } }
        let pendings = waiting.map(\.1)
        if let waiting = whatPeopleAreAsked(while: pendings) { return waiting }
        guard !pendings.isEmpty else { return nil }
        let loads = credentialLoads
        let reasons = waiting.map { agent, pending in
            whyPauses(pending, at: now) ?? whyNoCredential(for: pending, of: agent, loads: loads, at: now)
        }
        guard let reason = reasons.compactMap({ $0 }).min(), reasons.allSatisfy({ $0 != nil }) else { return nil }
        let next = nextStart(at: now).flatMap { $0.at > now ? Moment($0.at) : nil }
        return RunStatus.Waiting(reason: reason, until: next)
    }

    /// Why a turn is put off after a fault of its provider; `nil` when it is not.
    private func whyPauses(_ pending: Pending, at now: Timestamp) -> String? {
        guard let notBefore = pending.notBefore, notBefore > now else { return nil }
        return "pauses after a fault of the provider"
    }
}
