/// What a turn asks of a credential, most important first.
package enum Demand: Int, Comparable, Sendable {
    /// Brings work home or steers it: reviews, rework, conflicts, gates, deliveries, the Director.
    case integration
    /// Goes on with a task that has been begun, or plans more of them.
    case ongoing
    /// Begins a task.
    case newWork

    package init(_ brief: Brief, isBegun: Bool) {
        switch brief {
        case .work: self = isBegun ? .ongoing : .newWork
        case .planGoals, .planTasks, .fixPlan: self = .ongoing
        case .rework, .resolveConflict, .fixGate, .fixQuickGate, .finish, .proceed, .review, .assess, .decide: self = .integration
        }
    }

    package static func < (left: Demand, right: Demand) -> Bool { left.rawValue < right.rawValue }
}

extension Turn {
    package var demand: Demand { Demand(brief, isBegun: resumes) }
}

/// What a credential carries now.
package struct CredentialLoad: Sendable, Equatable {
    package var turns = 0
    /// Of them, those that work on a task's first brief.
    package var work = 0
    /// The models of those that have begun their task; `nil` is one that is not known.
    package var newWork: [String?] = []
    /// In whole numbers, as in ``Commitments``: a sum of fractions depends on the order.
    private var heldBillionths = 0
    /// US dollars that they may still cost, where the credential has a budget.
    package var heldUsd: Double { Double(heldBillionths) / 1e9 / Run.allowedShare }
    /// What another turn beside them has to be able to cost.
    package var usualUsd = SpendingMeasure.usd.prior

    package init() {}

    mutating func add(_ demand: Demand, model: String?) {
        turns += 1
        if demand != .integration { work += 1 }
        if demand == .newWork { newWork.append(model) }
    }

    /// What a turn may cost stays put aside until it ends, with a tenth for the request by which it passes that.
    mutating func hold(_ turn: Turn, _ credential: Credential?, usual: Double) {
        guard credential?.maxBudgetUsd != nil else { return }
        heldBillionths += Int((min(turn.budgetUsd ?? 0, 1e9) * 1e9).rounded())
        usualUsd = usual
    }
}

/// Why a credential does not take a turn now.
package enum CredentialObstacle: Sendable, Equatable {
    case rejected(String)
    case spent(Double)
    /// Turns under way hold what is left of its budget.
    case held(Double)
    case benched(until: Timestamp)
    /// A window of the turn's model is used up.
    case modelLimited(ModelLimit)
    /// Kept for what matters more, until the window begins anew.
    case reserved(UsageReserve.Restriction, UsageWindow)
    /// As many turns as are configured.
    case full(Int)
    /// One place of as many is kept for integration.
    case keptPlace(Int)
    /// As many turns as its provider bears.
    case throttled(Int, Throttle.Cause)
    /// A turn has just begun on it.
    case staggered(until: Timestamp)

    /// Whether it is over soon, so that the turn waits for it and does not go to a credential that is meant for later.
    var isPause: Bool {
        switch self {
        case .throttled, .staggered: true
        case .rejected, .spent, .held, .benched, .modelLimited, .reserved, .full, .keptPlace: false
        }
    }
}

extension Credential {
    /// Why it does not take a turn now; `nil` when it does.
    ///
    /// Where the number of turns is limited, one place is kept for integration.
    package func obstacle(to need: Need, load: CredentialLoad, at now: Timestamp) -> CredentialObstacle? {
        let demand = need.demand
        if let rejected { return .rejected(rejected) }
        if isSpent { return .spent(maxBudgetUsd ?? 0) }
        if let maxBudgetUsd, load.heldUsd > 0, maxBudgetUsd - costUsd - load.heldUsd < load.usualUsd { return .held(maxBudgetUsd) }
        if let benchedUntil, benchedUntil > now { return .benched(until: benchedUntil) }
        let model = model(for: need, at: now).name
        if let limit = limit(of: model, at: now) { return .modelLimited(limit) }
        let reserved = restriction(at: now) { $0.isAbout(model) && $0.keepsOut(demand, beside: load) }
        if let (kind, window) = reserved { return .reserved(kind, window) }
        func keepsPlace(_ limit: Int) -> Bool { demand != .integration && limit > 1 && load.work >= limit - 1 }
        if let maxConcurrency {
            if load.turns >= maxConcurrency { return .full(maxConcurrency) }
            if keepsPlace(maxConcurrency) { return .keptPlace(maxConcurrency) }
        }
        if let throttle, let width = throttle.width(at: now) {
            if load.turns >= width || keepsPlace(width) { return .throttled(width, throttle.cause) }
            if let next = lastStart?.advanced(byMilliseconds: Throttle.spacing), next > now { return .staggered(until: next) }
        }
        return nil
    }
}
