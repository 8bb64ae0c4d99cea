/// Ceilings: what is told when a part is used up, and what ends when nothing is left.
extension Decider {
    /// Tells which parts of ceilings a turn has used up that has just ended.
    mutating func warnOfSpending(since before: [SpendingAccount]) {
        for account in before { warn(of: account.scope) { account.line[$0] } }
    }

    /// Other ceilings hold from now on; what is used up of them is told as if it had been spent just now.
    mutating func limitsChanged(since before: SpendingLimits) {
        for scope in [SpendingScope.run] + run.teams.keys.sorted().map({ .team($0) }) { warn(of: scope) { _ in -1 } }
        boundTurns(since: before)
    }

    /// The same for the run's budget alone.
    mutating func budgetChanged(since before: SpendingLimits) {
        let tokens = run.spent(by: .run, .tokens)
        warn(of: .run) { $0 == .usd ? -1 : tokens }
        boundTurns(since: before)
    }

    /// Stops the turns under way that may take more than a ceiling leaves that has been lowered: the agent's program cannot be told of another bound.
    private mutating func boundTurns(since before: SpendingLimits) {
        let running = run.turns.values.filter { $0.stopCause == nil }
        let scopes = Set(running.flatMap(\.payingScopes)).sorted { $0.words < $1.words }
        for measure in SpendingMeasure.allCases {
            func most(_ turn: Turn) -> Double { (turn.allowed(measure) ?? .infinity) / Run.allowedShare }
            let inOrder = running.sorted { (most($0), $0.id) < (most($1), $1.id) }
            for scope in scopes {
                guard let ceiling = run.settings.limits[scope][measure], before[scope][measure].map({ ceiling < $0 }) ?? true else {
                    continue
                }
                var left = ceiling - run.spent(by: scope, measure)
                for turn in inOrder where turn.payingScopes.contains(scope) && run.turns[turn.id]?.stopCause == nil {
                    if most(turn) <= left {
                        left -= most(turn)
                    } else {
                        emit(.turnStopRequested(turn.id, .budgetLowered))
                    }
                }
            }
        }
    }

    /// The same for budgets of keys.
    mutating func keysChanged(since before: [Credential]) {
        for key in run.credentials {
            guard let known = before.first(where: { $0.id == key.id }), known.maxBudgetUsd != key.maxBudgetUsd else { continue }
            warn(of: .key(key.id)) { _ in -1 }
        }
    }

    /// Tells which parts of its own ceiling a turn has taken that is under way, where a person has set one for turns.
    mutating func turnTook(_ id: TurnID, _ measure: SpendingMeasure, _ amount: Double) {
        guard let turn = run.turns[id], let ceiling = run.ceiling(of: .turn(id), measure) else { return }
        let told = turn.toldPercents?[measure.rawValue].map { ceiling * Double($0) / 100 } ?? -1
        guard let warning = SpendingWarning(.turn(id), measure, from: told, to: amount, of: ceiling) else { return }
        emit(.spendingWarned(warning))
    }

    private mutating func warn(of scope: SpendingScope, from before: (SpendingMeasure) -> Double) {
        for measure in SpendingMeasure.allCases {
            guard let ceiling = run.ceiling(of: scope, measure) else { continue }
            let spent = run.spent(by: scope, measure)
            guard let warning = SpendingWarning(scope, measure, from: before(measure), to: spent, of: ceiling) else { continue }
            emit(.spendingWarned(warning))
        }
    }

    /// Ends the run when its ceiling is reached.
    mutating func checkBudget() {
        for measure in SpendingMeasure.allCases {
            if let ceiling = run.ceiling(of: .run, measure), run.spent(by: .run, measure) >= ceiling { return end(.budgetOver) }
        }
    }

    /// Money that is spent and brings no change onto any branch: first it is told, then a person has to look.
    mutating func checkRunaway() {
        guard case .working = run.phase, let bound = run.runawayUsd else { return }
        let spent = run.landedCosts.since(run.ledger.total.costUsd)
        if spent >= 2 * bound {
            callForPerson(
                "nothing has landed while \(Run.dollars(spent)) were spent, twice of what looks like a runaway (\(Run.dollars(bound))); "
                    + "look at what the agents do, then resume")
        } else if spent >= bound, !run.landedCosts.isWarned {
            emit(.runawayNoticed(spentUsd: spent, boundUsd: bound))
        }
    }

    /// Closes what has no money left and nothing under way: tasks, then teams, then the run.
    ///
    /// - Returns: whether others may now have something to do.
    mutating func closeSpent() -> Bool {
        guard case .working = run.phase, run.suspension == nil, run.settings.limits.hasCeilings else { return false }
        guard hasRefusal() else { return false }
        var refused: [TeamID: [SpendingScope?]] = [:]
        var refusals: [SpendingScope?] = []
        var hasSettled = false
        for agent in run.agents.values.sorted(by: { $0.id < $1.id }) {
            var briefs = agent.next.map { [$0.brief] } ?? []
            for task in run.tasks.assigned(to: agent.id).sorted(by: { $0.id < $1.id }) where !run.hasGivenUp(task) {
                guard let brief = task.next?.brief, agent.activeTurn.flatMap({ run.turns[$0]?.task }) != task.id else { continue }
                let refusal = funds(for: brief, of: agent).refusal
                if case .task = refusal {
                    settle(task.id, .failed("the budget of the task is used up"))
                    hasSettled = true
                } else {
                    briefs.append(brief)
                }
            }
            for brief in briefs {
                let refusal = funds(for: brief, of: agent).refusal
                refusals.append(refusal)
                if let team = agent.team { refused[team, default: []].append(refusal) }
            }
        }
        if hasSettled { return true }
        let spent = refused.keys.sorted().filter { team in
            isOpen(team) && !isBusy(team) && refused[team]?.allSatisfy { $0 != nil } == true && refused[team]?.contains(.team(team)) == true
        }
        if !spent.isEmpty { return close(spent) }
        if run.turns.isEmpty, run.effects.isEmpty, !run.queue.contains(where: run.isMoving), refusals.allSatisfy({ $0 != nil }),
            refusals.contains(.run)
        {
            end(.budgetOver)
        }
        return false
    }

    /// Whether there is no money for something that is to begin; nearly always there is for all.
    private mutating func hasRefusal() -> Bool {
        for agent in run.agents.values {
            if let brief = agent.next?.brief, funds(for: brief, of: agent).refusal != nil { return true }
            guard agent.role.writesCode else { continue }
            let active = agent.activeTurn.flatMap { run.turns[$0]?.task }
            for task in run.tasks.assigned(to: agent.id) where task.id != active && !run.hasGivenUp(task) {
                if let brief = task.next?.brief, funds(for: brief, of: agent).refusal != nil { return true }
            }
        }
        return false
    }

    private mutating func close(_ teams: [TeamID]) -> Bool {
        if run.isFlat {
            end(.budgetOver)
            return false
        }
        for team in teams {
            if let lead = run.teams[team]?.lead, run.agents[lead]?.next != nil { emit(.briefDone(lead)) }
            emit(.teamEntered(team, .stuck("its budget is used up"), summary: ""))
        }
        return true
    }

    private func isOpen(_ team: TeamID) -> Bool { if case .stuck = run.teams[team]?.stage { false } else { true } }

    /// Whether something of the team is under way that may give its agents something to do.
    private func isBusy(_ id: TeamID) -> Bool {
        guard let team = run.teams[id] else { return false }
        let target = run.target(of: id)
        return ([team.lead] + team.members).contains { run.agents[$0]?.activeTurn != nil }
            || run.queue.contains { ($0.target == target || $0.kind == .delivery(id)) && run.isMoving($0) }
            || steps.values.contains {
                if case .quickGate(let task, _, _, _, _) = $0.effect { run.tasks[task]?.team == id } else { false }
            }
    }
}

extension Run {
    /// US dollars without a change that lands from which on the run looks like a runaway; `nil` when nobody looks.
    package var runawayUsd: Double? {
        guard let bound = settings.limits.runaway, settings.branches == nil else { return nil }
        return Double(max(1, settings.workerCount)) * max(bound.floorUsd, bound.factor * (landedCosts.mean ?? 0))
    }

    /// Dollars and cents for a reason that is kept.
    static func dollars(_ amount: Double) -> String {
        let cents = Int64((min(max(amount, 0), 1e12) * 100).rounded())
        return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    /// Whether a team has nothing left to begin anything with.
    func isSpent(_ team: TeamID) -> Bool {
        SpendingMeasure.allCases.contains { measure in
            guard let ceiling = ceiling(of: .team(team), measure) else { return false }
            return spent(by: .team(team), measure) >= ceiling * (1 - settings.limits.keptBack) - min(measure.least, ceiling / 20)
        }
    }
}
