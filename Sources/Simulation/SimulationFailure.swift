/// A run that broke a rule, and the smallest run that was found to break the same.
package struct SimulationFailure: Sendable {
    /// The run as it was met.
    package var found: Experiment
    /// Faults that struck in it.
    package var faults: [Fault]
    /// The run made small.
    package var minimal: Experiment
    /// The rule that the small run breaks; the same as in the run that was found.
    package var violation: Violation
    /// The small run's trace.
    package var trace: Trace
    /// Runs that were played to make it small.
    package var attempts: Int

    /// Everything that is needed to understand the failure and to see it again.
    package var text: String { text(lastLines: 120) }

    package func text(lastLines: Int) -> String {
        let plan = minimal.faults.map { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ", ") } ?? "as the seed draws them"
        return """
            seed \(found.seed) \(violation)
            \(faults.count) faults struck; \(attempts) smaller runs were tried, and these are enough: \(plan)
            the smallest run that breaks the rule: cco simulate \(minimal.options.joined(separator: " ")) --trace
            the run as it was found:               cco simulate --seed \(found.seed) --trace
            \(trace.text(last: lastLines))
            """
    }
}

extension Experiment {
    /// The options of `cco simulate` that ask for this run.
    package var options: [String] {
        var options = ["--seed", "\(seed)"]
        if let faults { options += ["--faults", faults.isEmpty ? "none" : faults.map(\.description).joined(separator: ",")] }
        if let mostWorkers { options += ["--most-workers", "\(mostWorkers)"] }
        if let mostTasks { options += ["--most-tasks", "\(mostTasks)"] }
        if let mostMinutes { options += ["--most-minutes", "\(mostMinutes)"] }
        return options
    }

    /// Reads a list of faults as `options` writes it: `none`, or `crashAfterCommit@3,gateFlakes@0`.
    ///
    /// - Returns: `nil` when a part names no fault.
    package static func faults(_ text: String) -> [Fault]? {
        if text == "none" { return [] }
        let parts = text.split(separator: ",")
        let faults = parts.compactMap { Fault($0) }
        return faults.count == parts.count && !faults.isEmpty ? faults : nil
    }
}
