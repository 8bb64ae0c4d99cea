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
    private static let memory = 256

    package init() {}

    package mutating func note(isEjected: Bool) {
        judged += 1
        if isEjected { ejected += 1 }
        guard judged >= Self.memory else { return }
        judged /= 2
        ejected /= 2
    }

    /// The chance that the next change breaks the gate.
    package var estimate: Double { min(0.5, (Double(ejected) + 0.5) / (Double(judged) + 10)) }

    /// How many changes to verify together. Until one fails: all there are. Then so many that the gate is red as often as green, when its
    /// verdict tells most: ln 2 ÷ p.
    package var batch: Int {
        guard ejected > 0 else { return Self.largestBatch }
        return max(1, min(Self.largestBatch, Int((0.693 / estimate).rounded())))
    }
}
