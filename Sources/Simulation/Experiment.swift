/// One simulated run as it can be asked for again: a seed, and what is left out of what the seed would give.
package struct Experiment: Sendable, Equatable {
    package var seed: UInt64
    /// When not `nil`, these faults strike and no others.
    package var faults: [Fault]?
    /// Limits to the size that the seed chooses.
    package var mostWorkers: Int?
    package var mostTasks: Int?
    package var mostMinutes: Int?
    /// Gives the run at least so much time; for runs that are to come to their own end.
    package var leastMinutes: Int?
    /// Whether the seed may choose ceilings of what is spent, and that people approve; not for runs that are to come to their own end.
    package var hasCeilings = true
    /// Whether every step's state and events are also written, read and decided upon again, and the fold is compared at every step.
    package var isThorough: Bool

    package init(
        seed: UInt64, faults: [Fault]? = nil, mostWorkers: Int? = nil, mostTasks: Int? = nil, mostMinutes: Int? = nil,
        isThorough: Bool = false
    ) {
        self.seed = seed
        self.faults = faults
        self.mostWorkers = mostWorkers
        self.mostTasks = mostTasks
        self.mostMinutes = mostMinutes
        self.isThorough = isThorough
    }
}
