/// A time in which the run can only wait for its provider, at no cost: it is no working time.
package struct Rest: Sendable, Equatable {
    /// When something can go on.
    package var until: Timestamp
    /// Up to when the provider itself has asked to wait; what is beyond that are pauses that cco has chosen. `nil`: all of it is.
    package var named: Timestamp?

    /// Rests that no provider has named come to at most so many milliseconds since it last answered: who is told nothing comes to an end some time.
    package static let longestUnanswered: Int64 = 24 * 3_600_000
}
