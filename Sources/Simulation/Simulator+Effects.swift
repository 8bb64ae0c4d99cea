import Orchestration

/// Effects in the simulated world, stage by stage. Between two stages the engine can die, and the next one begins the effect again.
extension Simulator {
    func advance(_ id: EffectID) throws {
        guard let carriage = engine?.inFlight[id] else { return }
        if carriage.isCancelled { return try release(id, nil) }
        if carriage.stage == .done { return try acknowledge(id, carriage) }
        if carriage.stage != .following, strikes(.crashDuringEffect) != nil { try crash("during \(id), \(carriage.stage)") }
        switch carriage.effect {
        case .prepareBase: try prepareBase(id, carriage)
        case .runTurn(let turn): try runTurn(id, turn, carriage)
        case .say(let message): try say(id, message)
        case .merge(let candidate): try merge(id, candidate, carriage)
        case .gate(let candidate, _, let tree, let command, _):
            try gate(id, candidate, tree: tree, command: command, carriage)
        case .quickGate(_, _, let tree, let command, _): try gate(id, nil, tree: tree, command: command, isQuick: true, carriage)
        case .baseline(_, let tree, let command): try gate(id, nil, tree: tree, command: command, carriage)
        case .publish(let candidate, let commit, let onto): try publish(id, candidate, commit, onto: onto, carriage)
        case .conclude: try conclude(id, carriage)
        case .awaitRoom: try awaitRoom(id)
        case .forecast: try forecast(id, carriage)
        }
    }

    /// The effect is done in the world; the engine has not heard of it yet.
    func done(_ id: EffectID, _ result: EffectResult) throws {
        engine?.inFlight[id]?.result = result
        var delay: Int64 = 0
        if var random = strikes(.lateResult) { delay = random.milliseconds(1000...600_000) }
        proceed(id, to: .done, after: delay)
    }

    private func acknowledge(_ id: EffectID, _ carriage: SimulatedEngine.Carriage) throws {
        if strikes(.crashBeforeAcknowledgement) != nil { try crash("after \(id), before its acknowledgement") }
        try release(id, carriage.result)
    }

    /// What stands in the way of any effect that needs git or the disk.
    func obstacle(_ id: EffectID) throws -> EffectResult? {
        if var random = strikes(.diskFull) { diskFullUntil = real + random.milliseconds(20_000...7_200_000) }
        if real < diskFullUntil {
            try submit(.diskShort("12 MB free"))
            return .failed("the disk is full", final: false)
        }
        guard var random = strikes(.effectFails) else { return nil }
        let isFinal = random.happens(0.1)
        return .failed(isFinal ? "access denied" : "a lock is held", final: isFinal)
    }

    /// Looks again and again whether the disk has room.
    private func awaitRoom(_ id: EffectID) throws {
        guard real < diskFullUntil else { return try done(id, .room) }
        let pause: Int64 = 15_000
        proceed(id, after: ((diskFullUntil - real) / pause + 1) * pause)
    }

    /// Tries which branches will not merge.
    private func forecast(_ id: EffectID, _ carriage: SimulatedEngine.Carriage) throws {
        if carriage.stage == .begun { return proceed(id, to: .halfway, after: pause(id, circumstances.habits.merge)) }
        if let obstacle = try obstacle(id) { return try done(id, obstacle) }
        guard let run = engine?.run else { return }
        try done(id, .forecast(git.forecast(TrialOrder(run))))
    }

    /// Remembers what an effect really did; trying it again must come to the same.
    func deed(_ id: EffectID, _ what: String) throws {
        if let before = deeds[id], before != what { throw Violation(.doneOnce, "\(id) did \"\(before)\" and then \"\(what)\"") }
        deeds[id] = what
    }

    private func pause(_ id: EffectID, _ spread: Spread) -> Int64 {
        plans += 1
        var random = random(43, plans)
        return max(1, Int64(spread.value(&random)))
    }

    // MARK: The base

    private func prepareBase(_ id: EffectID, _ carriage: SimulatedEngine.Carriage) throws {
        if carriage.stage == .begun { return proceed(id, to: .halfway, after: pause(id, circumstances.habits.beginning)) }
        if let obstacle = try obstacle(id) { return try done(id, obstacle) }
        guard let run = engine?.run else { return }
        let facts = git.look(run)
        if !run.isFlat { for team in run.teams.keys where git.teams[team] == nil { git.setTeam(team, git.hub) } }
        try done(id, .base(facts))
    }

    /// Looks at origin on the way and tells the decisions.
    func observeBase() throws {
        guard let run = engine?.run else { return }
        try submit(.baseObserved(git.look(run)))
    }

    // MARK: Merging

    private func candidate(_ id: CandidateID) -> Candidate? { engine?.run.queue.first { $0.id == id } }

    private func merge(_ id: EffectID, _ candidateID: CandidateID, _ carriage: SimulatedEngine.Carriage) throws {
        if carriage.stage == .begun { return proceed(id, to: .halfway, after: pause(id, circumstances.habits.merge)) }
        if let obstacle = try obstacle(id) { return try done(id, obstacle) }
        guard let candidate = candidate(candidateID) else { return try done(id, .merge(.nothingToMerge)) }
        let isFirst = engine.map { MergeChain(of: candidate.target, in: $0.run).links.isEmpty } ?? true
        if candidate.target == .base, isFirst { try observeBase() }
        guard let run = engine?.run else { return }
        guard let sides = git.sides(of: candidate, in: run), let onto = run.tip(of: candidate.target) else {
            return try done(id, .merge(git.merge(candidate, in: run)))
        }
        let isTask = if case .task = candidate.kind { true } else { false }
        if isTask, strikes(.mergeObjection) != nil { return try done(id, .merge(.objection("config.json contains a secret of the run"))) }
        if !sides.ours.isEmpty, !sides.theirs.isEmpty {
            let rivals = Set(sides.ours.numbers.map { git.owners[$0] }).count
            if strikes(.conflict, chances: rivals) != nil {
                if !isFirst { return try done(id, .merge(.heldBack(onto: onto))) }
                return try done(
                    id, .merge(.conflict(onto: onto, files: [ConflictExcerpt(path: "a.swift", kind: "content", hunks: "<<<<<<<")])))
            }
            if strikes(.clash, chances: rivals) != nil, let mine = sides.theirs.last, let other = sides.ours.last {
                git.addDefect(mine, other)
            }
        }
        try done(id, .merge(git.merge(candidate, in: run)))
    }

    // MARK: The gate

    private func gate(
        _ id: EffectID, _ candidate: CandidateID?, tree: ObjectID, command: String, isQuick: Bool = false,
        _ carriage: SimulatedEngine.Carriage
    ) throws {
        // A verdict that is in the gate's folder is not asked for again.
        if let verdict = gateFolders[id] { return try done(id, .gate(verdict)) }
        guard let run = engine?.run else { return }
        let minutes = isQuick ? run.settings.quickVerifyTimeoutMinutes ?? 10 : run.settings.verifyTimeoutMinutes
        let limit = Int64(minutes) * 60_000
        // The same when it is asked again, so that the verdict says how long it took.
        var random = random(58, id)
        let whole = max(1, Int64(circumstances.habits.gate.value(&random)))
        let length = min(limit, isQuick ? whole / 5 + 1 : whole)
        if carriage.stage == .begun {
            if let obstacle = try obstacle(id) { return try done(id, obstacle) }
            return proceed(id, to: .halfway, after: length)
        }
        if strikes(.gateLost) != nil {
            return try done(id, .failed("the gate was ended from outside before it gave a verdict", final: false))
        }
        if deeds[id] != nil { throw Violation(.doneOnce, "\(id) runs the gate again, which has given its verdict") }
        let result = verdict(tree, command, length: length, limit: limit, misses: isQuick && isLazy(id))
        gateFolders[id] = result
        if case .green = result {
            if !isQuick { greenTrees.insert("\(tree) \(command)") }
            try deed(id, "green")
        } else {
            try deed(id, "red")
        }
        note("gate", "\(id) on \(tree.hex.suffix(6)): \(result)")
        try done(id, .gate(result))
    }

    /// Whether a quick gate does not look where a defect is.
    private func isLazy(_ id: EffectID) -> Bool {
        var random = random(48, id)
        return random.happens(0.4)
    }

    /// - Parameter misses: whether it does not look where the defect is, as a quick gate may.
    private func verdict(_ tree: ObjectID, _ command: String, length: Int64, limit: Int64, misses: Bool) -> GateResult {
        func red(_ code: Int32?, _ ending: String) -> GateResult {
            .red(
                GateExcerpt(command: command, exitCode: code, ending: ending, tail: "1 test failed", logPath: "gate.log"),
                milliseconds: 9000)
        }
        if strikes(.gateHangs) != nil { return red(nil, "it ran longer than \(limit / 60_000) minutes") }
        if strikes(.gateFlakes) != nil { return red(1, "exit code 1") }
        guard !misses, let commit = git.commits.last(where: { $0.tree == tree }), git.isRed(commit.changes) else {
            return .green(milliseconds: length)
        }
        return red(2, "exit code 2")
    }

    // MARK: Publishing

    private func publish(
        _ id: EffectID, _ candidateID: CandidateID, _ commit: ObjectID, onto: ObjectID, _ carriage: SimulatedEngine.Carriage
    ) throws {
        guard let candidate = candidate(candidateID), let run = engine?.run, let number = git.number(commit) else {
            return try done(id, .publish(.moved))
        }
        let isPushed = candidate.target == .base && run.settings.push
        if carriage.stage == .begun {
            try checkVerified(commit, by: id)
            if let obstacle = try obstacle(id) { return try done(id, obstacle) }
            if isPushed, let obstacle = try push(number, run) { return try done(id, obstacle) }
            return proceed(id, to: .halfway, after: pause(id, circumstances.habits.publish))
        }
        var result = git.moveHub(candidate.target, to: number, from: onto)
        if result == .published { try deed(id, "\(candidate.target) is \(number)") }
        if result == .moved, candidate.target == .base { result = try lookAfterMove(onto: onto) ?? .moved }
        try done(id, .publish(result))
    }

    /// Pushes to origin first. A result when the publication ends here.
    private func push(_ number: Int, _ run: Run) throws -> EffectResult? {
        if var random = strikes(.originUnreachable) { originDownUntil = real + random.milliseconds(10_000...14_400_000) }
        if real < originDownUntil { return .failed("origin cannot be reached: timed out", final: false) }
        // What is there already is not sent again, so that nobody can refuse it.
        if number == (run.pushesToTarget ? git.origin : git.fallback) { return nil }
        if !run.pushesToTarget {
            if strikes(.pushRefused) != nil { return .publish(.refused("no space on origin")) }
            git.setFallback(number)
            return nil
        }
        if strikes(.pushRefused) != nil { return .publish(.refused("protected branch")) }
        if git.push(number) == .pushed { return nil }
        guard let onto = run.base?.head else { return .publish(.moved) }
        return .publish(try lookAfterMove(onto: onto) ?? .moved)
    }

    /// Somebody else moved the branch: the decisions are told where it stands now.
    private func lookAfterMove(onto: ObjectID) throws -> PublishResult? {
        guard let run = engine?.run else { return nil }
        let facts = git.look(run)
        guard facts.head != onto else { return .refused("origin no longer contains what this run has published; it was rewritten") }
        try submit(.baseObserved(facts))
        return nil
    }

    // MARK: The end

    /// Gives every commit that the target branch does not contain a ref of its own.
    private func conclude(_ id: EffectID, _ carriage: SimulatedEngine.Carriage) throws {
        if carriage.stage == .begun { return proceed(id, to: .halfway, after: pause(id, circumstances.habits.conclusion)) }
        if let obstacle = try obstacle(id) { return try done(id, obstacle) }
        guard let run = engine?.run, let base = git.number(run.base?.head) else { return try done(id, .concluded) }
        for task in run.tasks.values.sorted(by: { $0.id < $1.id }) {
            guard let head = git.number(task.head), !git.isAncestor(head, of: base) else { continue }
            if case .landed = task.state { continue }
            git.keep(head)
        }
        for team in run.teams.values.sorted(by: { $0.id < $1.id }) where !run.isFlat {
            if let head = git.number(team.head), !git.isAncestor(head, of: base) { git.keep(head) }
        }
        try done(id, .concluded)
    }
}
