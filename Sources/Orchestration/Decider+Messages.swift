/// What is said to agents in the middle of their turns, and what is done about turns that get nowhere.
extension Decider {
    /// Says something to the agent of a running turn.
    mutating func say(
        _ text: String, to turn: TurnID, from sender: Message.Sender, interrupts: Bool, agent: AgentID? = nil, about task: TaskID? = nil,
        hint: String? = nil
    ) {
        var message = message(text, for: turn, from: sender, interrupts: interrupts, agent: agent, about: task)
        message.hint = hint
        emit(.messageAddressed(message))
        intend(.say(message.id))
    }

    private func message(
        _ text: String, for turn: TurnID?, from sender: Message.Sender, interrupts: Bool, agent: AgentID?, about task: TaskID?
    ) -> Message {
        let number = run.counters.messages + 1
        // Far from the numbers of sessions, so that no two things are ever known by one UUID.
        let uuid = SeededUUID(seed: run.seed, number: UInt64(number) | 1 << 40).text
        return Message(
            id: ID("message", number), turn: turn, uuid: uuid, sender: sender, text: text, interrupts: interrupts, agent: agent,
            task: task)
    }

    /// A person says something to an agent: in its turn, or with the next one when it has none, or none that still listens.
    ///
    /// - Parameter task: what it is about; `nil` for anything.
    mutating func tell(_ agent: AgentID, _ text: String, from name: String, interrupts: Bool, about task: TaskID? = nil) {
        if let turn = run.listeningTurn(of: agent), task == nil || run.turns[turn]?.task == task {
            say(text, to: turn, from: .person(name), interrupts: interrupts, agent: agent, about: task)
        } else {
            emit(.messageAddressed(message(text, for: nil, from: .person(name), interrupts: interrupts, agent: agent, about: task)))
        }
    }

    /// A running turn gets nowhere: the next step is taken. Each is tried once in a turn; the watch reports again when it has not helped.
    mutating func turnStuck(_ id: TurnID, _ cause: StuckCause) {
        // What is being stopped already, or has ended meanwhile, needs no second reason.
        guard let turn = run.turns[id], !turn.isBeingEnded, run.suspension == nil, !run.isShortOfDisk else { return }
        // A tool that fails has ended, so the message about it is read with the next request: an engine that has just started sees only the failures.
        if case .failingTool = cause,
            turn.stopCause != nil
                || run.messages.values.contains(where: { $0.turn == id && $0.sender == .cco && $0.hint == nil })
        {
            return
        }
        emit(.turnStuck(id, cause))
        // What is said to a turn would have it make another request.
        guard turn.stopCause == nil, let nudge = run.nudge(for: turn, cause) else { return emit(.turnStopRequested(id, .stuck)) }
        emit(.turnNudged(id, nudge))
        say(nudge.text(about: cause), to: id, from: .cco, interrupts: nudge == .interruption)
    }

    /// The agent's CLI has acknowledged a message.
    mutating func received(_ turn: TurnID, _ uuid: String, _ receipt: MessageReceipt) {
        // A prompt may bring several.
        for message in run.messages.values.filter({ $0.turn == turn && $0.uuid == uuid }).sorted(by: { $0.id < $1.id }) {
            switch receipt {
            case .interrupted: if !message.hasInterrupted { emit(.messageInterrupted(message.id)) }
            case .delivered: emit(.messageDelivered(message.id))
            }
        }
    }

    /// A message was written into the agent's input, or could not be: then a turn that gets nowhere is stopped, which always can be done.
    mutating func said(_ id: MessageID, reason: String?) {
        // One that has been kept meanwhile goes with the agent's next turn.
        guard let reason, let message = run.messages[id], let turn = message.turn, message.isInPrompt != true else { return }
        guard !message.isPersons else { return keep(message, reason) }
        emit(.messageUndelivered(id, reason: reason))
        guard message.hint == nil, let turn = run.turns[turn], turn.stopCause == nil else { return }
        emit(.turnStopRequested(turn.id, .stuck))
    }

    /// What a turn that has ended has not read, it never will; a person's words go to the agent's next one.
    mutating func closeMessages(of turn: Turn) {
        for message in run.messages.values.filter({ $0.turn == turn.id }).sorted(by: { $0.id < $1.id }) {
            let reason = "the turn ended before it was read"
            if message.isPersons { keep(message, reason) } else { emit(.messageUndelivered(message.id, reason: reason)) }
        }
    }

    private mutating func keep(_ message: Message, _ reason: String) {
        if case .working = run.phase, message.agent != nil {
            emit(.messageKept(message.id, reason: reason))
        } else {
            emit(.messageUndelivered(message.id, reason: reason))
        }
    }

    /// No further turn will bring what was kept.
    mutating func closeKeptMessages() {
        for message in run.messages.values.filter({ $0.turn == nil }).sorted(by: { $0.id < $1.id }) {
            emit(.messageUndelivered(message.id, reason: "the run ended before the agent's next turn"))
        }
    }

    /// Nobody works on what some of the kept messages are about.
    mutating func closeMessagesOfSettledTasks() {
        for message in run.messages.values.filter({ $0.turn == nil }).sorted(by: { $0.id < $1.id }) {
            guard let task = message.task, run.tasks[task]?.state.isSettled != false else { continue }
            emit(.messageUndelivered(message.id, reason: "\(task) was over before"))
        }
    }

    /// The agent's report names messages. One that it names has been read, whatever is known of it.
    mutating func acknowledge(_ turn: Turn, _ outcome: TurnOutcome) {
        guard case .reported(let report) = outcome.end, !run.mail.records.isEmpty,
            // Other reports than this one are read by those who know them.
            let named = try? Decider.read(Acknowledgement.self, report).acknowledgedMessages
        else { return }
        for id in Set(named.map { MessageID($0) }).sorted() {
            guard let record = run.mail[id], record.agent == turn.agent else { continue }
            if run.messages[id]?.turn == turn.id { emit(.messageDelivered(id)) }
            if run.mail[id]?.state == .delivered { emit(.messageAcknowledged(id)) }
        }
    }
}

/// What every report may hold.
private struct Acknowledgement: Decodable {
    var acknowledgedMessages: [String]?
}

extension Run {
    /// The agent's turn in which something can be said to it.
    func listeningTurn(of agent: AgentID) -> TurnID? {
        guard suspension == nil, !isShortOfDisk, let id = agents[agent]?.activeTurn, let turn = turns[id], turn.stopCause == nil else {
            return nil
        }
        return id
    }

    /// The next step for a turn that gets nowhere; `nil` when it is to be stopped. An agent that was stopped for that before, and knows why, is not
    /// told a third time.
    func nudge(for turn: Turn, _ cause: StuckCause) -> Nudge? {
        if turn.wasStuck == true { return nil }
        switch turn.nudge {
        case nil: return Nudge.first(for: cause)
        case .message: return .interruption
        case .interruption: return nil
        }
    }
}
