/// Why a run is over. Each reason has its own exit code (see `docs/operations.md`).
package enum EndReason: Codable, Sendable, Equatable {
    /// The Director says the direction is fulfilled, every queue is empty and the last gate was green.
    case complete
    /// Every branch that a person brought has landed or was returned (`cco merge`).
    case merged
    /// `maxRunDurationMinutes` of working time are used up.
    case timeOver
    /// The run's budget (`maxBudgetUsd`, `maxRunTokens`) is used up, or that of every team: nothing that is to be done can be paid.
    case budgetOver
    /// Nothing moves any more; the text says what was tried.
    case noProgress(String)
    /// A new run was started in place of this one.
    case abandoned
    /// The run cannot go on; the text says why and what to do.
    case failed(String)

    /// A stable word for scripts.
    package var word: String {
        switch self {
        case .complete: "complete"
        case .merged: "merged"
        case .timeOver: "time-over"
        case .budgetOver: "budget-over"
        case .noProgress: "no-progress"
        case .abandoned: "abandoned"
        case .failed: "failed"
        }
    }

    /// What a person reads.
    package var explanation: String {
        switch self {
        case .merged: "Every branch has landed or was returned."
        case .complete: "The Director declared the direction fulfilled and the last gate was green."
        case .timeOver: "The run's time (maxRunDurationMinutes) is over."
        case .budgetOver:
            "Budgets are used up: nothing that is left to do can be paid for (cco report --cost; maxBudgetUsd and the other ceilings)."
        case .noProgress(let why): "No progress: \(why)"
        case .abandoned: "Abandoned in favour of a new run."
        case .failed(let why): why
        }
    }
}
