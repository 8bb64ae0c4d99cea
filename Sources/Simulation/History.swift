import Orchestration

/// What is known of a project and a company before a forecast: measured in a real run, or assumed.
package struct History: Sendable, Equatable {
    /// What really happened.
    package struct Actual: Sendable, Equatable {
        package var workers: Int
        package var makespanMilliseconds: Int64
        package var merges: Int
        package var conflicts: Int
        package var costUsd: Double
        /// The end reason's word.
        package var end: String
    }

    package var settings: RunSettings
    /// The tasks in the rounds in which they were planned.
    package var rounds: [[PlannedTask]]
    /// Durations and costs; its plan is not used.
    package var habits: Habits
    /// How likely each thing that costs time is, for each time it can happen.
    package var rates: [FaultKind: Double]
    /// `nil` for assumptions.
    package var actual: Actual?

    package var tasks: Int { rounds.reduce(0) { $0 + $1.count } }
}

/// What a person assumes of a project that has no history yet.
package struct Assumptions: Sendable, Equatable {
    package var tasks = 20
    /// How many tasks wait for an earlier one, from 0 to 1.
    package var dependent = 0.4
    package var workMinutes: ClosedRange<Double> = 5...20
    /// Of planning, reviewing and coordinating turns.
    package var managementMinutes: ClosedRange<Double> = 1...4
    package var gateSeconds: ClosedRange<Double> = 30...180
    package var workUsd: ClosedRange<Double> = 0.3...1.5
    package var managementUsd: ClosedRange<Double> = 0.05...0.3
    /// Reviews that want changes, from 0 to 1.
    package var rework = 0.15
    /// Conflicts for each other task that landed since a task began.
    package var conflict = 0.03
    /// Turns whose work makes the gate red.
    package var red = 0.08

    package init() {}

    /// The assumptions as a history without an actual run.
    package func history(_ settings: RunSettings) -> History {
        var random = SeededRandom(seed: 11)
        var planned: [PlannedTask] = []
        for number in 0..<max(1, tasks) {
            var task = PlannedTask(key: "a\(number)")
            if number > 0, random.happens(dependent) { task.dependsOn = ["a\(random.pick(0...number - 1))"] }
            planned.append(task)
        }
        func minutes(_ range: ClosedRange<Double>) -> Spread { .between(range.lowerBound * 60_000, range.upperBound * 60_000) }
        let management = minutes(managementMinutes)
        let work = minutes(workMinutes)
        let half = Spread([work.quantile(0) / 3, work.quantile(1) / 2])
        let habits = Habits(
            turns: [
                .plan: management, .review: management, .coordinate: management, .work: work, .rework: half, .gateFix: half,
                .conflict: half,
            ],
            costs: Dictionary(
                uniqueKeysWithValues: Purpose.allCases.map { purpose in
                    let range = [.work, .rework, .gateFix, .conflict].contains(purpose) ? workUsd : managementUsd
                    return (purpose, .between(range.lowerBound, range.upperBound))
                }),
            gate: .between(gateSeconds.lowerBound * 1000, gateSeconds.upperBound * 1000), merge: .always(500), publish: .always(2000),
            preparation: .always(1000), harvest: .always(500), beginning: .always(3000), conclusion: .always(2000), plan: .random(most: 1))
        return History(
            settings: settings, rounds: [planned], habits: habits,
            rates: [.reviewRework: rework, .conflict: conflict, .agentBreaksGate: red], actual: nil)
    }
}
