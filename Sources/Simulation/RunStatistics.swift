import Orchestration

/// Numbers of one simulated run.
package struct RunStatistics: Sendable {
    /// Inputs that were decided about.
    package var steps = 0
    package var happenings = 0
    package var events = 0
    package var engines = 0
    package var crashes = 0
    /// Results that came for something no longer awaited.
    package var strays = 0
    /// Virtual milliseconds in which agents' processes ran, added up over all agents.
    package var agentMilliseconds: Int64 = 0
    /// Virtual milliseconds from the beginning to the end.
    package var spanMilliseconds: Int64 = 0
    /// Working time of the run's own clock.
    package var workedMilliseconds: Int64 = 0
    package var endReason = ""
    package var published = 0
    package var landed = 0
    package var conflicts = 0
    package var redGates = 0
    package var turns = 0
    package var costUsd = 0.0
    package var faults: [Fault] = []

    package init() {}

    mutating func close(_ run: Run, faults: FaultSource, real: Int64, processes: some Sequence<AgentProcess>) {
        spanMilliseconds = real
        workedMilliseconds = run.clock.worked(at: run.clock.lastEventAt)
        agentMilliseconds = processes.reduce(0) { $0 + ($1.isOver ? $1.milliseconds : real - $1.startedAt) }
        if case .ended(let reason) = run.phase { endReason = reason.word } else { endReason = "not ended" }
        published = run.merges.published
        conflicts = run.merges.conflicts
        redGates = run.merges.redGates
        turns = run.counters.turns
        costUsd = run.ledger.total.costUsd
        landed = run.tasks.values.count { if case .landed = $0.state { true } else { false } }
        self.faults = faults.struck
    }
}

/// How a simulated run came out.
package struct SimulationResult: Sendable {
    package var statistics: RunStatistics
    /// The rule that broke, if one did.
    package var violation: Violation?
    /// The state at the end.
    package var run: Run
    package var trace: Trace?

    package init(statistics: RunStatistics, violation: Violation?, run: Run, trace: Trace?) {
        self.statistics = statistics
        self.violation = violation
        self.run = run
        self.trace = trace
    }
}
