import Orchestration

/// What agents are told in the midst of their turns, and what comes of it.
extension Simulator {
    /// Writes a message into the agent's input; whether it is there already can be seen in that input.
    func say(_ id: EffectID, _ messageID: MessageID) throws {
        guard let message = engine?.run.messages[messageID], let turn = message.turn, message.isInPrompt != true else {
            return try done(id, .said(failure: nil))
        }
        guard let process = processes[turn], !process.isOver else { return try done(id, .said(failure: "the turn ended")) }
        if let obstacle = try obstacle(id) { return try done(id, obstacle) }
        if process.told[messageID] == nil {
            processes[turn]?.told[messageID] = message
            note("process", "\(turn) is told \(messageID)\(message.interrupts ? ", interrupting" : "")")
            if message.interrupts || !process.hangs(at: real) { plan(.reads(turn, messageID), after: 1000) }
        }
        try done(id, .said(failure: nil))
    }

    func reads(_ turn: TurnID, _ id: MessageID) throws {
        guard let process = processes[turn], !process.isOver, let message = process.told[id] else { return }
        // What waited behind an interruption has been read with it.
        if process.read.contains(id) { return }
        if !messagesRead.insert(id).inserted { throw Violation(.messagesArrive, "\(turn) reads \(id) a second time") }
        if processes[turn]?.read(message, at: real) == true, let endsAt = processes[turn]?.endsAt {
            note("process", "\(turn) gets going again")
            plan(.processEnds(turn), after: endsAt - real)
        }
        // What was broken off is over; what waited behind it is read as well.
        if message.interrupts {
            for other in process.told.keys.sorted() where other != id && !process.read.contains(other) {
                plan(.reads(turn, other), after: 0)
            }
        }
        if isFollowed(turn) { try acknowledge(id, of: turn) }
    }

    /// An engine that takes a process up reads from its output what it has read.
    func acknowledgeAll(of turn: TurnID) throws {
        for id in (processes[turn]?.read ?? []).sorted() { try acknowledge(id, of: turn) }
    }

    private func acknowledge(_ id: MessageID, of turn: TurnID) throws {
        guard let message = processes[turn]?.told[id] else { return }
        if message.interrupts, message.isInPrompt != true { try submit(.messageReceived(turn, uuid: message.uuid, .interrupted)) }
        try submit(.messageReceived(turn, uuid: message.uuid, .delivered))
    }

    /// A process that begins has read its prompt, and what that brings along.
    func readPrompt(of turn: Turn) throws {
        for id in turn.messages ?? [] {
            guard let message = engine?.run.messages[id] else { continue }
            processes[turn.id]?.told[id] = message
            try reads(turn.id, id)
        }
    }

    /// What a person said has been read, or it is said why not.
    func checkMessages(_ run: Run) throws {
        for record in run.mail.records {
            switch record.state {
            case .delivered, .acknowledged:
                guard messagesRead.contains(record.id) else { throw Violation(.messagesArrive, "nobody has read \(record.id)") }
            case .undelivered:
                guard !messagesRead.contains(record.id) else { throw Violation(.messagesArrive, "\(record.id) was read after all") }
            case .queued:
                throw Violation(.messagesArrive, "\(record.id) still waits at the run's end")
            }
        }
    }

    private func isFollowed(_ turn: TurnID) -> Bool {
        guard let engine, let effect = engine.run.effects.first(where: { $0.value.effect == .runTurn(turn) })?.key,
            let carriage = engine.inFlight[effect], case .following = carriage.stage
        else { return false }
        return true
    }

    func seeStuck(_ turn: TurnID, _ cause: StuckCause, _ generation: Int) throws {
        guard engine?.generation == generation, let process = processes[turn], !process.isOver, process.stuck != nil else { return }
        // What was done about it has some time to help.
        plan(.stuck(turn, cause, generation: generation), after: 5 * 60_000)
        try submit(.turnStuck(turn, cause))
    }
}

extension AgentProcess {
    /// Whether a message would wait for a tool or a request that does not end.
    fileprivate func hangs(at time: Int64) -> Bool {
        guard let stuck, startedAt + stuck.after <= time else { return false }
        switch stuck.cause {
        case .hungTool, .hungRequest: return true
        case .silent, .failingTool: return false
        }
    }
}
