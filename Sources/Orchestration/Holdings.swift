/// What turns under way may still take, by who pays, and how many agents are free: looked up once for any number of questions about one state.
struct Holdings: Sendable {
    /// In whole numbers: a sum of fractions depends on the order, which a snapshot does not keep.
    private struct Sum {
        var billionths = 0
        var tokens = 0

        mutating func add(_ turn: Turn) {
            billionths += Int((min(turn.budgetUsd ?? 0, 1e9) * 1e9).rounded())
            tokens += turn.budgetTokens ?? 0
        }
    }

    private var sums: [SpendingScope: Sum] = [:]
    private var idle: [SpendingScope: Int] = [:]

    init(of run: Run) {
        for turn in run.turns.values {
            sums[.run, default: Sum()].add(turn)
            if let team = turn.team { sums[.team(team), default: Sum()].add(turn) }
            if let task = turn.task { sums[.task(task), default: Sum()].add(turn) }
        }
        for agent in run.agents.values where agent.activeTurn == nil {
            idle[.run, default: 0] += 1
            if let team = agent.team { idle[.team(team), default: 0] += 1 }
        }
    }

    /// What is held for turns of this scope, with the part that they are not given.
    func held(in scope: SpendingScope, _ measure: SpendingMeasure) -> Double {
        let sum = sums[scope] ?? Sum()
        return (measure == .usd ? Double(sum.billionths) / 1e9 : Double(sum.tokens)) / Run.allowedShare
    }

    /// Agents that share what is left, the one that is to begin among them.
    func places(in scope: SpendingScope) -> Int {
        if case .task = scope { return 1 }
        return max(1, idle[scope] ?? 0)
    }
}
