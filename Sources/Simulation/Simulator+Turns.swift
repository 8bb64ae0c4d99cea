import Orchestration

/// Turns: their processes run in the world's process table, whoever follows them.
extension Simulator {
    func runTurn(_ id: EffectID, _ turnID: TurnID, _ carriage: SimulatedEngine.Carriage) throws {
        switch carriage.stage {
        case .begun:
            guard let turn = engine?.run.turns[turnID] else { return try release(id, nil) }
            if processes[turnID] != nil { return try follow(id, turnID) }
            if turn.stopCause != nil || engine?.stopped.contains(turnID) == true { return try done(id, .turn(neverBegun(turn))) }
            proceed(id, to: .halfway, after: preparation(id))
        case .halfway:
            if processes[turnID] == nil { try launch(id, turnID) } else { try follow(id, turnID) }
        case .following:
            break
        case .harvesting, .done:
            if let obstacle = try obstacle(id) { return try done(id, obstacle) }
            guard let process = processes[turnID] else { return try release(id, nil) }
            try done(id, .turn(try harvest(process)))
        }
    }

    private func preparation(_ id: EffectID) -> Int64 {
        var random = random(50, id)
        return max(1, Int64(circumstances.habits.preparation.value(&random)))
    }

    private func neverBegun(_ turn: Turn) -> TurnOutcome {
        TurnOutcome(end: .stopped(turn.stopCause ?? .suspended), sessionExists: turn.resumes)
    }

    /// Makes the worktree ready and starts the process.
    private func launch(_ id: EffectID, _ turnID: TurnID) throws {
        if let obstacle = try obstacle(id) { return try done(id, obstacle) }
        guard var turn = engine?.run.turns[turnID] else { return }
        if turn.role == .director {
            try observeBase()
            try submit(.directionShown(engine?.run.base?.direction))
            guard let current = engine?.run.turns[turnID] else { return }
            turn = current
        }
        guard settings.credentials.contains(where: { $0.id == turn.credential }) else {
            return try done(id, .turn(neverBegun(turn)))
        }
        if strikes(.spawnFails) != nil {
            return try done(id, .turn(TurnOutcome(end: .failed("the program could not be started"), sessionExists: turn.resumes)))
        }
        if isUnusable(turn) { return try done(id, .turn(neverBegun(turn))) }
        try begin(turn)
        try readPrompt(of: turn)
        try follow(id, turnID)
    }

    /// Whether the credential was benched or rejected since the turn was decided: the effect was put off, or another engine has taken it up.
    /// The turn then goes back as it is, and another credential carries it.
    private func isUnusable(_ turn: Turn) -> Bool {
        guard let run = engine?.run, run.credentials.contains(where: { $0.id == turn.credential }) else { return false }
        return !run.mayBegin(turn, at: now)
    }

    /// The engine looks at the machine's memory when a turn begins and when it has ended.
    private func lookAtMemory() throws {
        if var random = strikes(.memoryTight) { memoryTightUntil = real + random.milliseconds(60_000...3_600_000) }
        let isTight = real < memoryTightUntil
        guard isTight != sawTightMemory else { return }
        sawTightMemory = isTight
        try submit(.memorySeen(availableMiB: isTight ? 300 : 9_000, totalMiB: 16_000))
    }

    private func begin(_ turn: Turn) throws {
        try lookAtMemory()
        guard let run = engine?.run else { return }
        try checkCredential(of: turn)
        try checkOverage(of: turn)
        if processes[turn.id] != nil { throw Violation(.doneOnce, "\(turn.id) has a second process") }
        if let other = processes.values.first(where: { !$0.isOver && ($0.turn.agent == turn.agent || $0.turn.session == turn.session) }) {
            throw Violation(.oneProcess, "\(turn.id) begins while \(other.turn.id) of \(turn.agent) runs in session \(turn.session)")
        }
        if case .working = run.phase {
        } else if case .preparing = run.phase {
        } else if turn.stopCause == nil, engine?.stopped.contains(turn.id) != true {
            throw Violation(.endsInTime, "\(turn.id) begins in phase \(run.phase)")
        }
        var agent = SimulatedAgent(
            turn: turn, run: run, habits: circumstances.habits, faults: faults, stubborn: stubborn, random: random(51, turn.id.number))
        let known = faults.struck.count
        let script = agent.script()
        faults = agent.faults
        stubborn = agent.stubborn
        for fault in faults.struck[known...] { note("fault", fault.description) }
        var process = AgentProcess(turn: turn, script: script, startedAt: real)
        var random = random(52, turn.id.number)
        if let failure = provider.failure(of: turn.credential, model: model(of: turn), at: real) {
            _ = process.end(at: real + random.milliseconds(2000...120_000), .failed(failure))
        }
        processes[turn.id] = process
        note("process", "\(turn.id) of \(turn.agent) runs: \(script.work), \(String("\(script.end)".prefix(120)))")
        if let endsAt = process.endsAt { plan(.processEnds(turn.id), after: endsAt - real) }
        strikeCredential(turn.credential, script.milliseconds ?? 600_000)
        strikeModel(of: turn, script.milliseconds ?? 600_000)
        try tellOverage(of: turn.credential)
    }

    /// Waits for the process's end, and watches whether it gets anywhere.
    private func follow(_ id: EffectID, _ turn: TurnID) throws {
        engine?.inFlight[id]?.stage = .following
        guard let process = processes[turn] else { return }
        try acknowledgeAll(of: turn)
        if process.isOver { return proceedToHarvest(id) }
        if let cause = engine?.run.turns[turn]?.stopCause {
            stop(turn, cause)
        } else if engine?.stopped.contains(turn) == true {
            stop(turn)
        }
        meter(process)
        warn(of: process)
        if let stuck = process.stuck {
            plan(.stuck(turn, stuck.cause, generation: generations), after: max(1000, process.startedAt + stuck.after - real))
        }
    }

    /// Notices when it has taken all that it may take; its money it only passes where its program does not keep it.
    private func meter(_ process: AgentProcess) {
        guard let whole = process.script.milliseconds else { return }
        func notice(_ measure: SpendingMeasure, at most: Double?, of taken: Double) {
            guard let most, most <= taken else { return }
            let after = process.startedAt + Int64(Double(whole) * most / taken) - real
            plan(.takesAll(process.turn.id, measure, generation: generations), after: max(1, after))
        }
        notice(.tokens, at: process.turn.allowed(.tokens), of: Double(process.script.usage.total))
        guard process.script.end != .overBudget else { return }
        notice(.usd, at: process.turn.budgetUsd.map { $0 + SimulatedAgent.lastRequestUsd }, of: process.script.costUsd)
    }

    /// Notices each part of what it may take, where turns have a ceiling. An engine that has taken it up notices those that are past at once.
    private func warn(of process: AgentProcess) {
        guard let whole = process.script.milliseconds else { return }
        for measure in SpendingMeasure.allCases where settings.limits.turn[measure] != nil {
            let taken = measure == .usd ? process.script.costUsd : Double(process.script.usage.total)
            guard let most = process.turn.allowed(measure), taken > 0 else { continue }
            for percent in SpendingWarning.percents where most * Double(percent) / 100 <= taken {
                let amount = most * Double(percent) / 100
                let after = process.startedAt + Int64(Double(whole) * amount / taken) - real
                plan(.takesPart(process.turn.id, measure, amount, generation: generations), after: max(1, after))
            }
        }
    }

    func tookPart(_ turn: TurnID, _ measure: SpendingMeasure, _ amount: Double, _ generation: Int) throws {
        guard let engine, engine.generation == generation, processes[turn]?.isOver == false else { return }
        try submit(.turnTook(turn, measure, amount))
    }

    func tookAll(_ turn: TurnID, _ measure: SpendingMeasure, _ generation: Int) throws {
        guard let engine, engine.generation == generation, processes[turn]?.isOver == false else { return }
        try submit(.turnTookAll(turn, measure))
    }

    func proceedToHarvest(_ id: EffectID) {
        var random = random(53, id)
        proceed(id, to: .harvesting, after: max(1, Int64(circumstances.habits.harvest.value(&random))))
    }

    /// What the process reports, with the messages that it has read; now and then it forgets one.
    private func acknowledging(_ process: AgentProcess) -> TurnEnd {
        guard case .reported(let report) = process.script.end, report.first == "{", !process.read.isEmpty else { return process.script.end }
        var random = random(54, process.turn.id.number)
        let named = process.read.sorted().filter { _ in random.happens(0.9) }.map { "\"\($0.name)\"" }.joined(separator: ",")
        return .reported("{\"acknowledgedMessages\":[\(named)],\(report.dropFirst())")
    }

    /// Brings the commits home and says how it ended.
    private func harvest(_ process: AgentProcess) throws -> TurnOutcome {
        try lookAtMemory()
        let turn = process.turn
        let end: TurnEnd
        switch process.ending {
        case .itself: end = acknowledging(process)
        case .failed(let failure): end = failure
        case .terminated: end = engine?.run.turns[turn.id]?.stopCause.map { .stopped($0) } ?? .failed("ended by signal 15")
        case .lost: end = .failed("the machine went down")
        }
        var account = TurnAccount(usage: process.usage, modelTurns: 3, model: model(of: turn))
        if case .credential = end {
        } else {
            if process.script.saysTurnCost { account.turnCostUsd = process.costUsd }
            account.sessionCostUsd = sessionCosts[turn.session]
        }
        var outcome = TurnOutcome(end: end, account: account, sessionExists: process.script.sessionExists)
        outcome.milliseconds = process.milliseconds
        guard let task = turn.task, let start = git.number(turn.startPoint) else { return outcome }
        let head = process.head ?? start
        try checkHarvest(head, of: task)
        git.harvest(head, of: task)
        outcome.head = git.commits[head].id
        outcome.tree = git.commits[head].tree
        outcome.changed = outcome.head != (engine?.run.tasks[task]?.base ?? turn.startPoint)
        if head != start { git.touch(process.script.files, by: task) }
        outcome.changes = git.files(of: task)
        outcome.savedUncommitted = process.script.leavesUncommitted
        outcome.objection = process.script.objection
        return outcome
    }
}
