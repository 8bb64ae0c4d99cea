/// What is said to agents in the middle of their turns, and what is done about turns that get nowhere.
extension Decider {
    /// Says something to the agent of a running turn.
    mutating func say(_ text: String, to turn: TurnID, from sender: Message.Sender, interrupts: Bool) {
        let number = run.counters.messages + 1
        // Far from the numbers of sessions, so that no two things are ever known by one UUID.
        let uuid = SeededUUID(seed: run.seed, number: UInt64(number) | 1 << 40).text
        let message = Message(id: ID("message", number), turn: turn, uuid: uuid, sender: sender, text: text, interrupts: interrupts)
        emit(.messageAddressed(message))
        intend(.say(message.id))
    }

    /// Somebody wants to say something; a turn that has ended, or is about to, hears nothing.
    mutating func addressed(_ turn: TurnID, _ text: String, from sender: Message.Sender, interrupts: Bool) {
        guard run.suspension == nil, !run.isShortOfDisk, run.turns[turn]?.stopCause == nil, run.turns[turn] != nil else { return }
        say(text, to: turn, from: sender, interrupts: interrupts)
    }

    /// A running turn gets nowhere: the next step is taken. Each is tried once in a turn; the watch reports again when it has not helped.
    mutating func turnStuck(_ id: TurnID, _ cause: StuckCause) {
        // What is being stopped already, or has ended meanwhile, needs no second reason.
        guard let turn = run.turns[id], turn.stopCause == nil, run.suspension == nil, !run.isShortOfDisk else { return }
        // A tool that fails has ended, so the message about it is read with the next request: an engine that has just started sees only the failures.
        if case .failingTool = cause, run.messages.values.contains(where: { $0.turn == id && $0.sender == .cco }) { return }
        emit(.turnStuck(id, cause))
        guard let nudge = run.nudge(for: turn, cause) else { return emit(.turnStopRequested(id, .stuck)) }
        emit(.turnNudged(id, nudge))
        say(nudge.text(about: cause), to: id, from: .cco, interrupts: nudge == .interruption)
    }

    /// The agent's CLI has acknowledged a message.
    mutating func received(_ turn: TurnID, _ uuid: String, _ receipt: MessageReceipt) {
        guard let message = run.messages.values.first(where: { $0.turn == turn && $0.uuid == uuid }) else { return }
        switch receipt {
        case .interrupted: if !message.hasInterrupted { emit(.messageInterrupted(message.id)) }
        case .delivered: emit(.messageDelivered(message.id))
        }
    }

    /// A message was written into the agent's input, or could not be: then a turn that gets nowhere is stopped, which always can be done.
    mutating func said(_ id: MessageID, reason: String?) {
        guard let reason, let message = run.messages[id] else { return }
        emit(.messageUndelivered(id, reason: reason))
        guard message.sender == .cco, let turn = run.turns[message.turn], turn.stopCause == nil else { return }
        emit(.turnStopRequested(turn.id, .stuck))
    }

    /// What a turn that has ended has not read, it never will.
    mutating func closeMessages(of turn: TurnID) {
        for message in run.messages.values.filter({ $0.turn == turn }).sorted(by: { $0.id < $1.id }) {
            emit(.messageUndelivered(message.id, reason: "the turn ended before it was read"))
        }
    }
}

extension Run {
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
