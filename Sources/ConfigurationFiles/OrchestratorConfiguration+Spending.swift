extension OrchestratorConfiguration.Settings {
    static let maxTaskReturns = Setting.integer(
        "maxTaskReturns", to: 100, default: 5,
        "How often a task may come back to one worker (review, conflict, red gate) before another begins it anew; after as many again it is given "
            + "back to its lead as failed.")
    static let maxBudgetUsd = Setting.number(
        "maxBudgetUsd", above: 0, "Most that a run may cost, in US dollars; absent means no limit.")
    static let maxRunTokens = tokens("maxRunTokens", "a run")
    static let maxTeamBudgetUsd = Setting.number(
        "maxTeamBudgetUsd", above: 0, "Most that each team may cost, its lead included, in US dollars; absent means no limit.")
    static let maxTeamTokens = tokens("maxTeamTokens", "each team")
    static let maxTaskBudgetUsd = Setting.number(
        "maxTaskBudgetUsd", above: 0, "Most that the turns of a task's workers may cost, in US dollars; absent means no limit.")
    static let maxTaskTokens = tokens("maxTaskTokens", "each task")
    static let maxTurnBudgetUsd = Setting.number(
        "maxTurnBudgetUsd", above: 0, "Most that one turn may cost, in US dollars; absent means what is left of the other budgets.")
    static let maxTurnTokens = tokens("maxTurnTokens", "one turn")
    static let budgetReservePercent = Setting.integer(
        "budgetReservePercent", from: 0, to: 90, default: 10,
        "The share of the run's and of each team's budget that no new work may take: it is kept to review, mend and merge what has been begun."
    )
    static let runawayFloorUsd = Setting.number(
        "runawayFloorUsd", above: 0, to: 1_000_000, default: 10,
        "US dollars for each worker that may be spent without a change that lands. Beyond that the run warns, at twice that it stands still until "
            + "a person resumes it.")
    static let runawayFactor = Setting.number(
        "runawayFactor", above: 0, to: 1_000_000, default: 5,
        "The same bound as a multiple of what a landed change of the run has cost so far; the higher of the two counts.")

    private static func tokens(_ name: String, _ whose: String) -> Setting<Int> {
        Setting.integer(
            name, from: 1000, to: 1_000_000_000_000,
            "Most tokens that \(whose) may take, of all kinds together (input, cache written and read, output); absent means no limit.")
    }

    /// The options that bound what is spent.
    static let spending: [SettingDefinition] = [
        maxTaskReturns.definition, maxBudgetUsd.definition, maxRunTokens.definition, maxTeamBudgetUsd.definition,
        maxTeamTokens.definition, maxTaskBudgetUsd.definition, maxTaskTokens.definition, maxTurnBudgetUsd.definition,
        maxTurnTokens.definition, budgetReservePercent.definition, runawayFloorUsd.definition, runawayFactor.definition,
    ]
}
