import Orchestration

/// How long things take and cost, and what is planned: everything about a company and its project that is not a fault.
package struct Habits: Sendable, Equatable {
    /// Milliseconds of an agent's process, by what its turn is for.
    package var turns: [Purpose: Spread]
    /// US dollars of a turn.
    package var costs: [Purpose: Spread]
    /// Milliseconds of a gate run.
    package var gate: Spread
    package var merge: Spread
    package var publish: Spread
    /// Milliseconds from the intention of a turn to its process, and from the process's end to its result.
    package var preparation: Spread
    package var harvest: Spread
    /// Milliseconds of the look at origin with which a run begins, and of the report with which it ends.
    package var beginning: Spread
    package var conclusion: Spread
    package var plan: PlanHabit

    /// Milliseconds of a process.
    func duration(of purpose: Purpose, _ random: inout SeededRandom) -> Int64 {
        Int64((turns[purpose] ?? .between(60_000, 840_000)).value(&random))
    }

    func cost(of purpose: Purpose, _ random: inout SeededRandom) -> Double { (costs[purpose] ?? .between(0.01, 0.4)).value(&random) }
}

/// What leads plan.
package enum PlanHabit: Sendable, Equatable {
    /// Some tasks each time, at most this many.
    case random(most: Int)
    /// These tasks, by team, in rounds; a goal is reached when there is no further round.
    case given([TeamID: [[PlannedTask]]])
}

/// One task of a plan that is known beforehand.
package struct PlannedTask: Sendable, Equatable {
    /// Unique in the whole plan.
    package var key: String
    /// Keys of tasks that have to land first.
    package var dependsOn: [String]
    /// Milliseconds that its first turn takes; `nil` for the usual.
    package var milliseconds: Int64?

    package init(key: String, dependsOn: [String] = [], milliseconds: Int64? = nil) {
        self.key = key
        self.dependsOn = dependsOn
        self.milliseconds = milliseconds
    }
}
