import Orchestration

/// What has to hold of credentials and of ceilings when all is over.
extension Simulator {
    /// Who waits to go on when a credential has failed: an agent at a task, or at what it does without one.
    private struct Waiting: Hashable {
        var agent: AgentID
        var task: TaskID?
    }

    /// Whose credential failed goes on in the same conversation, unless that was given up for another reason, and goes on at all, unless the run was
    /// over before.
    func checkSessions(_ run: Run, _ reason: EndReason) throws {
        var sessions: [Waiting: String] = [:]
        var active: [TurnID: Turn] = [:]
        // A turn may end after its task was cancelled; then nothing is left to go on with.
        var settled: Set<TaskID> = []
        for record in journal.records {
            switch record.event {
            case .turnStarted(let turn):
                active[turn.id] = turn
                if let task = turn.task { settled.remove(task) }
                guard let expected = sessions.removeValue(forKey: Waiting(agent: turn.agent, task: turn.task)) else { continue }
                guard turn.session == expected, turn.resumes else {
                    throw Violation(.sessionContinues, "\(turn.id) of \(turn.agent) begins anew after its credential failed")
                }
            case .turnEnded(let id, let outcome):
                guard let turn = active.removeValue(forKey: id), outcome.sessionExists else { continue }
                switch outcome.end {
                case .credential, .stopped(.credentialRests): break
                default: continue
                }
                if let task = turn.task, settled.contains(task) { continue }
                sessions[Waiting(agent: turn.agent, task: turn.task)] = turn.session
            case .sessionReplaced(let agent, _): sessions = sessions.filter { $0.key.agent != agent }
            case .briefDone(let agent): sessions[Waiting(agent: agent)] = nil
            case .taskReleased(let task, _): sessions = sessions.filter { $0.key.task != task }
            case .taskSettled(let task, _):
                settled.insert(task)
                sessions = sessions.filter { $0.key.task != task }
            default: continue
            }
        }
        for (waiting, session) in sessions.sorted(by: { $0.value < $1.value }) {
            let who = "\(waiting.agent)\(waiting.task.map { " at \($0)" } ?? "")"
            let isOptional = waiting.task.map { run.tasks[$0]?.isRepair == true } ?? false
            let team = waiting.task.flatMap { run.tasks[$0]?.team } ?? run.agents[waiting.agent]?.team
            if reason == .complete, !isOptional, team.map({ !givesUp.contains($0) }) ?? true {
                throw Violation(.sessionContinues, "the run is complete, and \(who) never went on after its credential failed")
            }
            let kept = waiting.task.map { run.tasks[$0]?.session?.id } ?? run.agents[waiting.agent]?.session?.id
            guard kept == session else {
                throw Violation(.sessionContinues, "\(who) lost its session when its credential failed: \(kept ?? "it has none")")
            }
        }
    }

    /// What turns have taken of a ceiling.
    private struct Takings {
        /// What the dearest turn took.
        var dearest = 0.0
        /// What turns took that left no word of it: their session tells at its next end.
        var untold = 0.0
    }

    /// Whether some engine of the run had other keys, or other budgets for them.
    private func haveKeysChanged(in run: Run) -> Bool {
        journal.records.contains { record in
            guard case .engineStarted(let settings) = record.event else { return false }
            return settings.credentials != run.settings.credentials
        }
    }

    /// What was spent beyond any ceiling is less than a turn takes, and no part of a ceiling is told twice.
    func checkCeilings(_ run: Run) throws {
        var takings: [SpendingScope: [SpendingMeasure: Takings]] = [:]
        var settings: [RunSettings] = []
        var told: [String] = []
        for record in journal.records {
            switch record.event {
            case .engineStarted(let new): settings.append(new)
            case .turnEnded(let id, let outcome):
                guard let process = processes[id] else { continue }
                let isUntold = outcome.account.turnCostUsd == nil && outcome.account.sessionCostUsd == nil
                for scope in scopes(of: process.turn) {
                    var taken = takings[scope] ?? [:]
                    taken[.usd, default: Takings()].dearest = max(taken[.usd]?.dearest ?? 0, process.costUsd)
                    if isUntold { taken[.usd, default: Takings()].untold += process.costUsd }
                    taken[.tokens, default: Takings()].dearest = max(taken[.tokens]?.dearest ?? 0, Double(process.usage.total))
                    takings[scope] = taken
                }
            case .spendingWarned(let warning):
                // A key whose budget has changed, or that was away for a while, is told of again.
                if case .key = warning.scope, haveKeysChanged(in: run) { continue }
                told.append("\(warning.percent) % of \(warning.scope.words) in \(warning.measure)")
            default: break
            }
        }
        // A person may have set another budget, and the first one again.
        let isSet = journal.records.contains { if case .settingChanged(.budget) = $0.event { true } else { false } }
        guard settings.allSatisfy({ $0.limits == run.settings.limits }) else { return }
        if isSet {
            told.removeAll { $0.hasSuffix(" of \(SpendingScope.run.words) in \(SpendingMeasure.usd)") }
            takings[.run]?[.usd] = nil
        }
        guard Set(told).count == told.count else { throw Violation(.budgetsHold, "told twice: \(told)") }
        for (scope, taken) in takings {
            for (measure, taken) in taken {
                guard let ceiling = run.ceiling(of: scope, measure) else { continue }
                let spent = run.spent(by: scope, measure)
                guard spent <= (ceiling + taken.dearest + taken.untold) * 1.000_001 else {
                    throw Violation(
                        .budgetsHold,
                        "\(scope.words) spent \(spent) \(measure.rawValue) of \(ceiling), and no turn took more than \(taken.dearest)")
                }
            }
        }
    }

    private func scopes(of turn: Turn) -> [SpendingScope] {
        [.run] + (turn.team.map { [.team($0)] } ?? []) + (turn.task.map { [.task($0)] } ?? [])
    }
}
