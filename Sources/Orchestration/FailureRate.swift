/// How often changes turn out to break the gate, as far as the queues have seen; decides how many are verified together.
///
/// Integers only, so that every machine folds the journal to the same value. Old experience fades: both counts are halved now and then.
package struct FailureRate: Codable, Sendable, Equatable {
    /// Changes that have landed or were sent back for a red gate.
    package private(set) var judged = 0
    /// Those of them that were sent back.
    package private(set) var ejected = 0

    /// Changes that are verified together at most, however well things go: what a red gate puts at stake.
    package static let largestBatch = 128
    /// How many are verified together before anything is known: not all, because where changes are bad now and then a red gate on many says next to
    /// nothing, and where all are good the second batch takes the rest.
    package static let firstBatch = 20
    private static let memory = 256

    package init() {}

    package mutating func note(isEjected: Bool) {
        judged += 1
        if isEjected { ejected += 1 }
        guard judged >= Self.memory else { return }
        judged /= 2
        ejected /= 2
    }

    /// What is known once so many more have landed.
    package func landing(_ count: Int) -> FailureRate {
        var rate = self
        for _ in 0..<count { rate.note(isEjected: false) }
        return rate
    }

    /// The chance that the next change breaks the gate. Before there is much experience it is near one in twenty: as if of 40 changes two had failed.
    package var estimate: Double { min(0.5, Double(ejected + 2) / Double(judged + 40)) }

    /// How many changes to verify together: a few, then until one fails all there are, and then so many that the gate is red as often as green, when
    /// its verdict tells most: ln 2 ÷ p.
    package var batch: Int {
        guard judged > 0 else { return Self.firstBatch }
        guard ejected > 0 else { return Self.largestBatch }
        return max(1, min(Self.largestBatch, Int((0.693 / estimate).rounded())))
    }
}
