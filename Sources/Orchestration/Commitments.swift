/// What turns under way hold of the budgets, and who shares what is left: summed up once, and kept in step with turns that begin and end, because
/// a decision about a large company asks for every agent.
struct Commitments: Sendable, Equatable {
    /// In whole numbers: a sum of fractions depends on the order, which a snapshot does not keep.
    private struct Sum: Sendable, Equatable {
        var billionths = 0
        var tokens = 0

        mutating func add(_ turn: Turn, _ sign: Int) {
            billionths += sign * Int((min(turn.budgetUsd ?? 0, 1e9) * 1e9).rounded())
            tokens += sign * (turn.budgetTokens ?? 0)
        }
    }

    private var all = Sum()
    private var byTeam: [TeamID: Sum] = [:]
    private var byTask: [TaskID: Sum] = [:]
    private var idle = 0
    private var idleOfTeam: [TeamID: Int] = [:]

    init(of run: Run) {
        for agent in run.agents.values where agent.activeTurn == nil { changeIdle(agent.team, by: 1) }
        for turn in run.turns.values { add(turn, 1) }
    }

    /// A turn begins.
    mutating func commit(_ turn: Turn) {
        add(turn, 1)
        changeIdle(turn.team, by: -1)
    }

    /// A turn under way has ended.
    mutating func release(_ turn: Turn) {
        add(turn, -1)
        changeIdle(turn.team, by: 1)
    }

    private mutating func add(_ turn: Turn, _ sign: Int) {
        all.add(turn, sign)
        if let team = turn.team { byTeam[team, default: Sum()].add(turn, sign) }
        if let task = turn.task { byTask[task, default: Sum()].add(turn, sign) }
    }

    private mutating func changeIdle(_ team: TeamID?, by difference: Int) {
        idle += difference
        if let team { idleOfTeam[team, default: 0] += difference }
    }

    /// What turns under way may still take.
    func held(in scope: SpendingScope, _ measure: SpendingMeasure) -> Double {
        let sum =
            switch scope {
            case .run: all
            case .team(let team): byTeam[team] ?? Sum()
            case .task(let task): byTask[task] ?? Sum()
            case .key, .turn: Sum()  // Held in its own way (`CredentialLoad`), and by nobody.
            }
        return (measure == .usd ? Double(sum.billionths) / 1e9 : Double(sum.tokens)) / Run.allowedShare
    }

    /// Agents that share what is left, the one that is to begin among them.
    func places(in scope: SpendingScope) -> Int {
        switch scope {
        case .run: max(1, idle)
        case .team(let team): max(1, idleOfTeam[team] ?? 0)
        case .task, .key, .turn: 1
        }
    }
}
