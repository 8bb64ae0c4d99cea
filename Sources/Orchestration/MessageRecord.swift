/// What a person said to an agent and how far it has come, kept for whoever asks.
package struct MessageRecord: Codable, Sendable, Equatable {
    package enum State: Codable, Sendable, Equatable {
        /// Waits for the agent to read it; the text says what it waits for.
        case queued
        /// The model has it.
        case delivered
        /// The agent's report names it.
        case acknowledged
        case undelivered(String)

        /// A stable word for views and scripts.
        package var word: String {
            switch self {
            case .queued: "queued"
            case .delivered: "delivered"
            case .acknowledged: "acknowledged"
            case .undelivered: "undelivered"
            }
        }
    }

    package var id: MessageID
    package var agent: AgentID
    /// Who said it.
    package var sender: String
    /// All of it until the agent's report names it; then its beginning.
    package var text: String
    package var interrupts: Bool
    package var sentAt: Timestamp
    package var state = State.queued
    /// The turn that it goes to, or that got it.
    package var turn: TurnID?
    /// The task that its reader was at.
    package var task: TaskID?
    package var deliveredAt: Timestamp?
    package var acknowledgedAt: Timestamp?

    /// Characters of a message that are kept once it is no longer needed.
    static let longestText = 500
}

/// The newest messages of people. Those that wait are always among them.
package struct MessageBook: Codable, Sendable, Equatable {
    package private(set) var records: [MessageRecord] = []

    static let length = 200

    package subscript(id: MessageID) -> MessageRecord? { records.last { $0.id == id } }

    /// What people have said to the reader of a conversation that begins, in one that it does not know: to a manager all of the newest, to a worker what
    /// was about its task.
    package func repeated(to turn: Turn) -> [MessageRecord] {
        let read = records.filter { record in
            guard record.state == .delivered || record.state == .acknowledged else { return false }
            return turn.task.map { record.task == $0 } ?? (record.agent == turn.agent)
        }
        return read.suffix(Self.mostRepeated)
    }

    private static let mostRepeated = 8

    mutating func add(_ message: Message, at time: Timestamp) {
        guard case .person(let name) = message.sender, let agent = message.agent else { return }
        records.append(
            MessageRecord(
                id: message.id, agent: agent, sender: name ?? "somebody", text: message.text,
                interrupts: message.interrupts, sentAt: time, turn: message.turn))
        guard records.count > Self.length, let oldest = records.firstIndex(where: { $0.state != .queued }) else { return }
        records.remove(at: oldest)
    }

    mutating func change(_ id: MessageID, _ change: (inout MessageRecord) -> Void) {
        guard let index = records.lastIndex(where: { $0.id == id }) else { return }
        change(&records[index])
        switch records[index].state {
        case .queued, .delivered: break
        case .acknowledged, .undelivered: records[index].text = String(records[index].text.prefix(MessageRecord.longestText))
        }
    }
}
