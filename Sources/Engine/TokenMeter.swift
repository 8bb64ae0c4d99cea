import Agents
import Orchestration
import Synchronization

/// Tells what a running turn takes of what it may take: once each part of its ceiling, and once when its tokens are used up. The agent's program
/// has no limit of tokens, so that is kept from outside: the turn can pass it by the request that was under way.
final class TokenMeter: Sendable {
    private struct Told {
        var isUsedUp = false
        /// Percents, by measure.
        var parts: [SpendingMeasure: Int] = [:]
        /// What its tokens came to when its cost was looked at.
        var pricedTokens = -1
        var costUsd: Double?
    }

    private let turn: Turn
    private let ceilings: [SpendingMeasure: Double]
    private let told: Mutex<Told>
    private let taken = Atomic(0)
    private let tell: @Sendable (Input) async -> Void

    /// - Parameters:
    ///   - ceiling: what a person has set for every turn; nothing is told of parts of what nobody has set.
    ///   - tell: takes what is to be decided upon.
    init(_ turn: Turn, ceiling: SpendingLimits.Ceiling, tell: @escaping @Sendable (Input) async -> Void) {
        self.turn = turn
        var ceilings: [SpendingMeasure: Double] = [:]
        for measure in SpendingMeasure.allCases where ceiling[measure] != nil { ceilings[measure] = turn.allowed(measure) }
        self.ceilings = ceilings
        self.tell = tell
        var told = Told()
        for measure in SpendingMeasure.allCases { told.parts[measure] = turn.toldPercents?[measure.rawValue] }
        self.told = Mutex(told)
    }

    /// What the turn had taken when it was looked at last.
    var tokens: Int { taken.load(ordering: .relaxed) }

    /// What it had cost then, in US dollars; `nil` where its money has no bound, or a price is not known.
    var costUsd: Double? { told.withLock { $0.costUsd } }

    func look(at reader: any TurnReading) async {
        let tokens = reader.tokensSoFar
        taken.store(tokens, ordering: .relaxed)
        if let ceiling = ceilings[.tokens] { await tellPart(.tokens, Double(tokens), of: ceiling) }
        if turn.budgetUsd != nil, isUnpriced(tokens) {
            let cost = reader.costSoFar
            told.withLock { $0.costUsd = cost }
            if let ceiling = ceilings[.usd], let cost { await tellPart(.usd, cost, of: ceiling) }
        }
        guard let most = turn.budgetTokens, tokens >= most else { return }
        let isNews = told.withLock { told in
            defer { told.isUsedUp = true }
            return !told.isUsedUp
        }
        if isNews { await tell(.turnTookTokens(turn.id)) }
    }

    /// Whether the cost is to be looked at: it changes with the tokens, and adding it up takes a while in a long turn.
    private func isUnpriced(_ tokens: Int) -> Bool {
        told.withLock { told in
            defer { told.pricedTokens = tokens }
            return told.pricedTokens != tokens
        }
    }

    private func tellPart(_ measure: SpendingMeasure, _ amount: Double, of ceiling: Double) async {
        guard let percent = SpendingWarning.percents.last(where: { amount >= ceiling * Double($0) / 100 }) else { return }
        let isNews = told.withLock { told in
            guard told.parts[measure].map({ percent > $0 }) ?? true else { return false }
            told.parts[measure] = percent
            return true
        }
        if isNews { await tell(.turnTook(turn.id, measure, amount)) }
    }
}
