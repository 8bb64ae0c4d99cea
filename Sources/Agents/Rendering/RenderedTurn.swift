import Orchestration

/// What an agent is given for a turn, ready to be handed to a backend.
package struct RenderedTurn: Sendable, Equatable {
    /// The role's standing instructions. The same text, byte for byte, in every turn of a role, so that providers can cache it.
    package var systemPrompt: String
    /// What this turn is about.
    package var userPrompt: String
    /// JSON Schema of the report, on one line.
    package var schema: String
    /// The tools that the role works with.
    package var tools: [String]

    /// Adds what people have said to the agent since its last turn.
    package mutating func bring(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        userPrompt += MentionGuard.guarded("\n" + Message.words(messages))
    }

    package init(systemPrompt: String, userPrompt: String, schema: String, tools: [String]) {
        self.systemPrompt = systemPrompt
        self.userPrompt = userPrompt
        self.schema = schema
        self.tools = tools
    }
}
