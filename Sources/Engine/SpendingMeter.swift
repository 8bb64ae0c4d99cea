import Agents
import Orchestration
import Synchronization

/// Tells what a running turn takes of what it may take: once each part of its ceiling, and once when all of it is used up.
///
/// The agent's program has no limit of tokens, so that is kept from outside: the turn can pass it by the request that was under way. Its money the
/// program keeps itself, and then it can still say what the turn came to. So that is left to it, until one more answer than the one by
/// which the turn has passed its money shows that the program does not.
final class SpendingMeter: Sendable {
    private struct Told {
        var usedUp: Set<SpendingMeasure> = []
        /// Percents, by measure.
        var parts: [SpendingMeasure: Int] = [:]
        /// What its tokens came to when its cost was looked at.
        var pricedTokens = -1
        var costUsd: Double?
        /// How many answers there were when its money was first seen to be used up.
        var answersWhenSpent: Int?
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
        if let most = turn.budgetTokens, tokens >= most { await tellUsedUp(.tokens) }
        if isOverdrawn(reader.answersSoFar) { await tellUsedUp(.usd) }
    }

    /// Whether another answer has come since the turn's money was used up.
    private func isOverdrawn(_ answers: Int) -> Bool {
        told.withLock { told in
            guard let most = turn.budgetUsd, let cost = told.costUsd, cost >= most else { return false }
            let first = told.answersWhenSpent ?? answers
            told.answersWhenSpent = first
            return answers > first
        }
    }

    private func tellUsedUp(_ measure: SpendingMeasure) async {
        if told.withLock({ $0.usedUp.insert(measure).inserted }) { await tell(.turnTookAll(turn.id, measure)) }
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
