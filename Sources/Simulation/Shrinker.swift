/// Makes a failing run small: fewer faults, a smaller company, a shorter plan, less time, as far as the same rule still breaks.
///
/// Removing faults is delta debugging (Zeller, Hildebrandt: "Simplifying and isolating failure-inducing input", 2002), with a bound on the
/// number of runs.
package struct Shrinker {
    private let play: (Experiment) -> SimulationResult
    private let rule: Rule
    private var attemptsLeft: Int
    private let budget: Int
    private(set) var smallest: Experiment

    /// - Parameters:
    ///   - attempts: how many runs may be played at most.
    ///   - play: plays a run; the usual simulator unless a test says otherwise.
    package init(
        _ experiment: Experiment, breaking rule: Rule, attempts: Int = 1500,
        play: @escaping (Experiment) -> SimulationResult = { Simulator($0).play() }
    ) {
        smallest = experiment
        self.rule = rule
        self.play = play
        attemptsLeft = attempts
        budget = attempts
    }

    package var attempts: Int { budget - attemptsLeft }

    /// - Returns: the smallest experiment found that breaks the rule.
    package mutating func shrink() -> Experiment {
        if let struck = strikes(smallest) { smallest.faults = struck }
        if smallest.isThorough { _ = tries { $0.isThorough = false } }
        removeFaults()
        for workers in [1, 2, 4, 5, 6] where smallest.mostWorkers == nil && tries({ $0.mostWorkers = workers }) { break }
        for tasks in [1, 2, 3] where smallest.mostTasks == nil && tries({ $0.mostTasks = tasks }) { break }
        for minutes in [20, 40, 80, 160] where smallest.mostMinutes == nil && tries({ $0.mostMinutes = minutes }) { break }
        removeFaults()
        return smallest
    }

    /// The faults that strike, when the rule breaks.
    private mutating func strikes(_ experiment: Experiment) -> [Fault]? {
        guard attemptsLeft > 0 else { return nil }
        attemptsLeft -= 1
        let result = play(experiment)
        guard result.violation?.rule == rule else { return nil }
        return result.statistics.faults
    }

    /// Keeps a change when the rule still breaks, with only the faults that struck then.
    private mutating func tries(_ change: (inout Experiment) -> Void) -> Bool {
        var candidate = smallest
        change(&candidate)
        guard candidate != smallest, let struck = strikes(candidate) else { return false }
        candidate.faults = struck
        smallest = candidate
        return true
    }

    private mutating func removeFaults() {
        var parts = 2
        while let faults = smallest.faults, !faults.isEmpty, attemptsLeft > 0 {
            let size = max(1, (faults.count + parts - 1) / parts)
            var isSmaller = false
            for start in stride(from: 0, to: faults.count, by: size) {
                let rest = Array(faults[..<start]) + Array(faults[min(faults.count, start + size)...])
                if tries({ $0.faults = rest }) {
                    isSmaller = true
                    break
                }
            }
            if isSmaller {
                parts = max(2, parts - 1)
            } else if size == 1 {
                return
            } else {
                parts = min(faults.count, parts * 2)
            }
        }
    }

    /// Makes a failure small and plays it once more for its trace.
    package static func failure(_ found: Experiment, _ result: SimulationResult, _ violation: Violation, attempts: Int = 1500)
        -> SimulationFailure
    {
        var shrinker = Shrinker(found, breaking: violation.rule, attempts: attempts)
        let minimal = shrinker.shrink()
        let last = Simulator(minimal, keepsTrace: true).play()
        return SimulationFailure(
            found: found, faults: result.statistics.faults, minimal: minimal, violation: last.violation ?? violation,
            trace: last.trace ?? Trace(), attempts: shrinker.attempts)
    }
}
