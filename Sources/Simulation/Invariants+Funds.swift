import Orchestration

/// Ceilings hold whatever turns take side by side, nothing waits for money that is there, and what is said of budgets is true.
extension Invariants {
    /// With everything that turns under way may take, no ceiling is passed when a turn begins.
    func checkFunds(of turn: Turn) throws {
        for measure in SpendingMeasure.allCases {
            let given: Double? = measure == .usd ? turn.budgetUsd : turn.budgetTokens.map(Double.init)
            var isLimited = after.settings.limits.turn[measure] != nil
            for scope in scopes(turn.team, turn.task) {
                guard let ceiling = after.ceiling(of: scope, measure) else { continue }
                isLimited = true
                let promised = after.spent(by: scope, measure) + after.held(in: scope, measure)
                guard promised <= ceiling * 1.000_001 + (measure == .tokens ? 100 : 0) else {
                    throw Violation(
                        .budgetsHold, "\(turn.id) begins, and \(promised) of \(ceiling) \(measure) of \(scope.words) are promised")
                }
            }
            // A key can have a budget of its own.
            let hasLimitedKey = after.credentials.contains { $0.id == turn.credential && $0.maxBudgetUsd != nil }
            if measure == .usd, hasLimitedKey { isLimited = true }
            guard isLimited == (given != nil) else {
                throw Violation(.budgetsHold, "\(turn.id) begins with \(given.map { "\($0)" } ?? "no limit of") \(measure)")
            }
            if let most = after.settings.limits.turn[measure], let given, given > most * 1.000_001 {
                throw Violation(.budgetsHold, "\(turn.id) may take \(given) \(measure), more than any turn")
            }
        }
    }

    /// Whether a turn may have to wait for money: less is left than the reserve and what such a turn usually takes.
    func lacksFunds(_ brief: Brief, _ agent: Agent) -> Bool {
        SpendingMeasure.allCases.contains { measure in
            scopes(agent.team, brief.task).contains { scope in
                guard let ceiling = after.ceiling(of: scope, measure) else { return false }
                let left = ceiling - after.spent(by: scope, measure) - after.held(in: scope, measure)
                let least = measure == .usd ? 0.01 : 1000
                return left < ceiling * after.settings.limits.keptBack + max(least, after.usual(brief.purpose, measure)) * 1.000_001
            }
        }
    }

    /// Nothing that is to be done can be paid any more.
    func checkBudgetIsOver() throws {
        func isOver(_ scope: SpendingScope) -> Bool {
            SpendingMeasure.allCases.contains { measure in
                guard let ceiling = after.ceiling(of: scope, measure) else { return false }
                // Nor is anything begun that what is left does not usually last for.
                let usual = [Purpose.plan, .work].map { after.usual($0, measure) }.max() ?? 0
                let least = max(measure == .usd ? 0.011 : 1001, usual * 1.000_001)
                return after.spent(by: scope, measure) >= ceiling * (1 - after.settings.limits.keptBack) - least
            }
        }
        let isOver = isOver(.run) || after.teams.keys.allSatisfy { isOver(.team($0)) }
        if !isOver { throw Violation(.endIsTrue, "the budget is said to be over, and there is some left") }
    }

    func checkWarning(_ warning: SpendingWarning) throws {
        guard warning.spent >= warning.ceiling * Double(warning.percent) / 100, SpendingWarning.percents.contains(warning.percent) else {
            throw Violation(.budgetsHold, "\(warning.percent) % of \(warning.ceiling) are said to be used up at \(warning.spent)")
        }
    }

    private func scopes(_ team: TeamID?, _ task: TaskID?) -> [SpendingScope] {
        [.run] + (team.map { [.team($0)] } ?? []) + (task.map { [.task($0)] } ?? [])
    }
}
