/// What may be spent, and what happens before it is: every bound on money and tokens in one value, so that one event can change them all.
package struct SpendingLimits: Codable, Sendable, Equatable {
    /// The most that something may take. Absent means no limit.
    package struct Ceiling: Codable, Sendable, Equatable {
        /// US dollars.
        package var usd: Double?
        /// Tokens of all kinds together: input, written to the cache, read from it, output.
        package var tokens: Int?

        package init(usd: Double? = nil, tokens: Int? = nil) {
            self.usd = usd
            self.tokens = tokens
        }

        package subscript(_ measure: SpendingMeasure) -> Double? {
            switch measure {
            case .usd: usd
            case .tokens: tokens.map(Double.init)
            }
        }
    }

    /// For the whole run, each team (its lead included), each task (its worker's turns) and each turn.
    package var run = Ceiling()
    package var team = Ceiling()
    package var task = Ceiling()
    package var turn = Ceiling()
    /// The share of the run's and of a team's ceiling that no new work may take: it is kept to finish what has been begun.
    package var keptBack = 0.1
    /// `nil`: nobody looks at what a landed change costs.
    package var runaway: RunawayBound?

    package init() {}

    /// What somebody may take; nothing is said here of keys.
    subscript(_ scope: SpendingScope) -> Ceiling {
        switch scope {
        case .run: run
        case .team: team
        case .task: task
        case .turn: turn
        case .key: Ceiling()
        }
    }

    /// Whether anything is limited, so that turns need an allowance.
    var hasCeilings: Bool { [run, team, task, turn].contains { $0 != Ceiling() } }
}

/// From when on spending without a change that lands looks like a runaway: more for each worker than `floorUsd`, and than `factor` times what a
/// landed change of this run has cost so far. At that the run warns; at twice that it calls for a person.
package struct RunawayBound: Codable, Sendable, Equatable {
    package var floorUsd: Double
    package var factor: Double

    package init(floorUsd: Double, factor: Double) {
        self.floorUsd = floorUsd
        self.factor = factor
    }
}

/// What is counted.
package enum SpendingMeasure: String, Codable, Sendable, CaseIterable {
    case usd, tokens

    /// A turn that may take less than this does not begin: it would be cut off at its first request.
    var least: Double {
        switch self {
        case .usd: 0.01
        case .tokens: 1000
        }
    }

    /// What a turn is taken to need until turns of its kind have ended.
    var prior: Double {
        switch self {
        case .usd: 0.25
        case .tokens: 250_000
        }
    }
}

/// Whose ceiling it is.
package enum SpendingScope: Codable, Sendable, Hashable {
    case run
    case team(TeamID)
    case task(TaskID)
    /// What a credential may cost in the run.
    case key(CredentialID)
    /// A single turn while it goes.
    case turn(TurnID)

    /// For people: `the run`, `team-1`, `task-7`, `the key NAME`, `turn-12`.
    package var words: String {
        switch self {
        case .run: "the run"
        case .team(let team): team.name
        case .task(let task): task.name
        case .key(let key): "the key \(key)"
        case .turn(let turn): turn.name
        }
    }
}

/// A part of a ceiling is used up. Each part is told once.
package struct SpendingWarning: Codable, Sendable, Equatable {
    /// Percents of a ceiling that are told of.
    package static let percents = [50, 80, 95]

    package var scope: SpendingScope
    package var measure: SpendingMeasure
    package var percent: Int
    /// US dollars or tokens, as `measure` says.
    package var spent: Double
    package var ceiling: Double

    /// The highest percent that was passed on the way from `before` to `spent`; `nil` when none was.
    init?(_ scope: SpendingScope, _ measure: SpendingMeasure, from before: Double, to spent: Double, of ceiling: Double) {
        let passed = Self.percents.last { before < ceiling * Double($0) / 100 && spent >= ceiling * Double($0) / 100 }
        guard let passed else { return nil }
        self.scope = scope
        self.measure = measure
        percent = passed
        self.spent = spent
        self.ceiling = ceiling
    }
}

/// What the changes of a run that landed have cost.
package struct LandedCosts: Codable, Sendable, Equatable {
    package private(set) var count = 0
    /// US dollars that were spent up to the landings that are counted, each from the one before it.
    package private(set) var costUsd = 0.0
    /// What the run had spent when the last change landed, or when a person last looked.
    private var mark = 0.0
    /// Whether it has been told that nothing lands.
    package private(set) var isWarned = false

    /// US dollars since then.
    package func since(_ total: Double) -> Double { max(0, total - mark) }

    /// US dollars for each landed change; `nil` when none has landed.
    package var mean: Double? { count == 0 ? nil : costUsd / Double(count) }

    mutating func landed(at total: Double) {
        count += 1
        costUsd += since(total)
        begin(at: total)
    }

    /// A person has looked at it: it counts from here.
    mutating func begin(at total: Double) {
        mark = total
        isWarned = false
    }

    mutating func warned() { isWarned = true }
}
