/// One model request, as the Messages API saw it.
///
/// It is what a ``ModelScript`` decides on: who asks (the credential), in which conversation, with which tools, and what was
/// said so far.
package struct ModelRequest: Sendable {
    /// The request's place in the order of arrival at this server, from 1.
    package let number: Int
    /// The credential that the client sent, or nil if it sent none.
    package let credential: Credential?
    /// In whose way it was asked.
    package let provider: ModelProvider
    /// The model's name, as asked for.
    package let model: String
    /// The conversation that the request belongs to: the CLI's session id where it is known.
    package let conversation: String
    /// The system prompt, without the client's billing line; its blocks are joined by blank lines.
    package let systemText: String
    /// The tools that the model may call.
    package let tools: [Tool]
    /// The conversation so far, oldest message first.
    package let messages: [Message]
    /// Whether the client wants the answer as a stream of server-sent events.
    package let isStreamed: Bool
    /// The size of system prompt, tools and messages together, in characters.
    package let characters: Int
    /// The parts that a prompt cache can hold, in order: see ``PromptCache``.
    let segments: [PromptSegment]

    /// What the client proved its identity with.
    package enum Credential: Sendable, Hashable {
        /// The value of the `x-api-key` header.
        case apiKey(String)
        /// The token of an `Authorization: Bearer` header.
        case bearer(String)
        /// The access key that an `Authorization: AWS4-HMAC-SHA256` header is signed with, by its id.
        case signature(accessKey: String)

        /// The key, token or access key's id itself.
        package var secret: String {
            switch self {
            case .apiKey(let secret), .bearer(let secret), .signature(let secret): secret
            }
        }
    }

    /// A tool that the client offers to the model.
    package struct Tool: Sendable {
        /// The name that a tool call has to use.
        package let name: String
        /// The JSON schema of the tool's input, as JSON text with sorted keys.
        package let inputSchema: String
    }

    /// One message of the conversation.
    package struct Message: Sendable {
        /// Who speaks: `user`, `assistant`, or `system` for what the CLI adds in mid-conversation.
        package let role: Role
        /// What is said.
        package let blocks: [Block]
    }

    /// The speaker of a message.
    package enum Role: String, Sendable {
        case user, assistant, system
    }

    /// A part of a message.
    package enum Block: Sendable, Hashable {
        /// Plain text.
        case text(String)
        /// A tool call by the model; the input is JSON text with sorted keys.
        case toolUse(id: String, name: String, input: String)
        /// What a tool gave back.
        case toolResult(ToolResult)
        /// A kind of block that scripts have no use for, such as thinking or images.
        case other(type: String)
    }

    /// What a tool gave back.
    package struct ToolResult: Sendable, Hashable {
        /// The id of the tool call that it answers.
        package let toolUseID: String
        /// The text of the result.
        package let text: String
        /// Whether the tool failed or was refused.
        package let isError: Bool
    }
}
