/// What a turn that is to begin may take.
enum Funds: Sendable, Equatable {
    case granted(Allowance)
    /// Turns under way hold what is left; what they do not take comes back when they end.
    case held(SpendingScope)
    /// There is too little for new work; what has been begun may still be finished.
    case keptBack(SpendingScope)
    case usedUp(SpendingScope)

    /// Whose ceiling refuses the turn for good, unless it is raised.
    var refusal: SpendingScope? {
        switch self {
        case .granted, .held: nil
        case .keptBack(let scope), .usedUp(let scope): scope
        }
    }
}

/// What a turn may take at most, which is held back for it until it ends; `nil` is without limit.
struct Allowance: Sendable, Equatable {
    var usd: Double?
    var tokens: Int?

    init(usd: Double? = nil, tokens: Int? = nil) {
        self.usd = usd
        self.tokens = tokens
    }

    mutating func set(_ measure: SpendingMeasure, _ most: Double) {
        switch measure {
        case .usd: usd = most
        case .tokens: tokens = Int(most)
        }
    }
}

/// What somebody has spent.
struct SpendingAccount: Sendable {
    var scope: SpendingScope
    var line: Ledger.Line
}

extension Run {
    /// What a turn of this agent with this brief may take.
    ///
    /// What turns under way may take counts as spent, so that together they stay below every ceiling. Each can pass its allowance by its last request,
    /// for which a tenth is held beside it.
    /// A few turns that can be finished are better than many that are cut off: a turn gets its share of what is left, but four times of what its kind
    /// usually takes where that is more, and others wait then.
    ///
    /// - Parameter known: what turns under way hold, where somebody asks often and keeps it; a decision does (`Decider.funds`).
    func funds(for brief: Brief, of agent: Agent, _ known: Commitments? = nil) -> Funds {
        let limits = settings.limits
        guard limits.hasCeilings else { return .granted(Allowance()) }
        let commitments = known ?? Commitments(of: self)
        let isNew = opensWork(brief)
        var scopes: [SpendingScope] = [.run]
        if let team = agent.team { scopes.append(.team(team)) }
        if let task = brief.task { scopes.append(.task(task)) }
        var allowance = Allowance()
        for measure in SpendingMeasure.allCases {
            let usual = usual(brief.purpose, measure)
            var most = limits.turn[measure]
            for scope in scopes {
                guard let ceiling = ceiling(of: scope, measure) else { continue }
                let held = commitments.held(in: scope, measure)
                let left = ceiling - spent(by: scope, measure) - held
                let isKept = if case .task = scope { false } else { isNew }
                let usable = isKept ? left - ceiling * limits.keptBack : left
                let least = min(measure.least, ceiling / 20)
                guard usable >= least else {
                    if held > 0 { return .held(scope) }
                    return left >= least ? .keptBack(scope) : .usedUp(scope)
                }
                if usable < usual {
                    if held > 0 { return .held(scope) }
                    // It would be cut off, and what it takes is missing where something has to be finished.
                    if isKept, hasMeasured(brief.purpose) { return .keptBack(scope) }
                }
                most = min(most ?? .infinity, Run.share(of: usable, among: commitments.places(in: scope), usual: usual))
            }
            if let most { allowance.set(measure, most) }
        }
        return .granted(allowance)
    }

    /// Whether a brief begins something; everything else finishes what has been begun.
    private func opensWork(_ brief: Brief) -> Bool {
        switch brief {
        case .planGoals, .planTasks, .fixPlan: true
        case .work(let task): tasks[task]?.session == nil
        case .rework, .resolveConflict, .fixGate, .fixQuickGate, .finish, .proceed, .review, .assess, .decide: false
        }
    }

    package func ceiling(of scope: SpendingScope, _ measure: SpendingMeasure) -> Double? {
        switch scope {
        case .run, .team, .task: settings.limits[scope][measure]
        case .key(let key): measure == .usd ? credentials.first { $0.id == key }?.maxBudgetUsd : nil
        case .turn(let turn): settings.limits.turn[measure] == nil ? nil : turns[turn]?.allowed(measure)
        }
    }

    package func spent(by scope: SpendingScope, _ measure: SpendingMeasure) -> Double { line(of: scope)[measure] }

    private func line(of scope: SpendingScope) -> Ledger.Line {
        switch scope {
        case .run: ledger.total
        case .team(let team): ledger.byTeam[team] ?? Ledger.Line()
        case .task(let task): tasks[task].map { Ledger.Line(usage: $0.usage, costUsd: $0.costUsd) } ?? Ledger.Line()
        case .key(let key): Ledger.Line(usage: TokenUsage(), costUsd: credentials.first { $0.id == key }?.costUsd ?? 0)
        case .turn: Ledger.Line()  // In the books when it has ended.
        }
    }

    /// What everybody has spent who pays for a turn, the run first.
    func accounts(of turn: Turn) -> [SpendingAccount] {
        (turn.payingScopes + [.key(turn.credential)]).map { SpendingAccount(scope: $0, line: line(of: $0)) }
    }

    /// The share of what is held for a turn that it may take: the rest is for the request by which it passes that.
    static let allowedShare = 0.9

    /// What one turn may take of what is left: its share, but four times of what is usual where that is more.
    static func share(of left: Double, among places: Int, usual: Double) -> Double {
        min(left, max(left / Double(places), 4 * usual)) * allowedShare
    }

    /// What turns under way may still take.
    package func held(in scope: SpendingScope, _ measure: SpendingMeasure) -> Double { Commitments(of: self).held(in: scope, measure) }

    /// What a turn of this kind has taken so far, on average.
    package func usual(_ purpose: Purpose, _ measure: SpendingMeasure) -> Double {
        guard let line = ledger.byPurpose[purpose.rawValue], line.turns > 0 else { return measure.prior }
        return line[measure] / Double(line.turns)
    }

    private func hasMeasured(_ purpose: Purpose) -> Bool { ledger.byPurpose[purpose.rawValue].map { $0.turns > 0 } ?? false }

    /// Why a turn is not begun for want of money, in words; `nil` when it may begin.
    func whyNoFunds(_ brief: Brief, of agent: Agent) -> String? {
        switch funds(for: brief, of: agent) {
        case .granted: nil
        case .held(let scope): "waits for what is left of the budget of \(scope.words), which turns under way hold"
        case .keptBack(let scope): "the rest of the budget of \(scope.words) is kept to finish what has been begun"
        case .usedUp(let scope): "the budget of \(scope.words) is used up"
        }
    }
}
