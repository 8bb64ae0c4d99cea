/// Something said to an agent.
///
/// It is journaled before it is said. The agent's CLI knows it by `uuid`, shows that when it hands the message to the model, and takes a message of
/// a known one only once: so a message is never read twice, whoever dies in between.
///
/// A person's message is for the agent and not for one turn: while the agent has none it is kept, and its next turn's prompt brings it along. The same
/// becomes of one that a turn ended before reading.
package struct Message: Codable, Sendable, Equatable {
    /// Who says it.
    package enum Sender: Codable, Sendable, Equatable {
        case cco
        /// The name is what they call themselves, if they said.
        case person(String?)
    }

    package var id: MessageID
    /// The turn that it is said in; `nil` while it waits for the agent's next one.
    package var turn: TurnID?
    /// What the CLI knows it by: its own, or that of the prompt which brings it along.
    package var uuid: String
    package var sender: Sender
    package var text: String
    /// Whether what the agent is doing (a tool, an answer of the model) is broken off for it. Otherwise it is read when the running tool has ended.
    package var interrupts: Bool
    /// Whether the agent's CLI has said that it broke off what was going on.
    package var hasInterrupted = false
    /// Whom a person's message is for; `nil` for the agent of the turn.
    package var agent: AgentID?
    /// Whether the turn's prompt brings it along.
    package var isInPrompt: Bool?
    /// The task that it is about: it goes to whoever works on that, and into no turn for anything else.
    package var task: TaskID?
    /// What a hint says, in a line for logs: one that is not read is in the next prompt, and nothing follows from that. `nil` for all other messages.
    package var hint: String?

    package init(
        id: MessageID, turn: TurnID?, uuid: String, sender: Sender, text: String, interrupts: Bool, agent: AgentID? = nil,
        task: TaskID? = nil, hint: String? = nil
    ) {
        self.id = id
        self.turn = turn
        self.agent = agent
        self.task = task
        self.hint = hint
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

extension Message {
    /// Whether it is from a person: such a message is not lost with its turn.
    package var isPersons: Bool { if case .person = sender { true } else { false } }

    /// What the agent reads in the middle of its turn.
    package var words: String {
        guard isPersons else { return text }
        let ending = interrupts ? " What you were doing was broken off for it; look at where you stand before you go on." : ""
        return "Message from \(address):\n\n\(text)\n\n\(Self.meaning)\(ending)"
    }

    /// What the agent reads with the prompt of its turn.
    package static func words(_ messages: [Message]) -> String {
        let texts = messages.map { "From \($0.address):\n\n\($0.text)" }
        return "Before this turn you were sent:\n\n\(texts.joined(separator: "\n\n"))\n\n\(meaning)\n"
    }

    private var address: String {
        let name = if case .person(let name?) = sender, !name.isEmpty { "\(name), " } else { "" }
        return "\(name)a person in charge of this run (\(id))"
    }

    private static let meaning =
        "This is an order; where it and your assignment disagree, it counts; the rules of your role stay. Name its id in `acknowledgedMessages` of your report; "
        + "if the report has a `summary`, say there what you made of it. Unless it says otherwise, go on with your assignment."
}
