/// Something said to an agent in the middle of its turn.
///
/// It is journaled before it is said. The agent's CLI knows it by `uuid`, shows that when it hands the message to the model, and takes a message of
/// a known one only once: so a message is never read twice, whoever dies in between.
package struct Message: Codable, Sendable, Equatable {
    /// Who says it.
    package enum Sender: Codable, Sendable, Equatable {
        case cco
        /// The name is what they call themselves, if they said.
        case person(String?)
    }

    package var id: MessageID
    package var turn: TurnID
    package var uuid: String
    package var sender: Sender
    package var text: String
    /// Whether what the agent is doing (a tool, an answer of the model) is broken off for it. Otherwise it is read when the running tool has ended.
    package var interrupts: Bool
    /// Whether the agent's CLI has said that it broke off what was going on.
    package var hasInterrupted = false

    package init(id: MessageID, turn: TurnID, uuid: String, sender: Sender, text: String, interrupts: Bool) {
        self.id = id
        self.turn = turn
        self.uuid = uuid
        self.sender = sender
        self.text = text
        self.interrupts = interrupts
    }
}

/// What an agent's CLI says about a message to it.
package enum MessageReceipt: Codable, Sendable, Equatable {
    /// What was going on is broken off for it.
    case interrupted
    /// The model gets it with its next request.
    case delivered
}

package typealias MessageID = ID<Message>
