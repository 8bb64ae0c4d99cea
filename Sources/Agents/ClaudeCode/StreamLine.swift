import FoundationEssentials
import JSON
import Orchestration

/// One line of the CLI's `stream-json` output, read as far as cco needs it.
enum StreamLine: Sendable, Equatable {
    case started(SessionStart)
    case assistant(AssistantMessage)
    case user(UserMessage)
    case apiRetry(APIRetry)
    case rateLimit(RateLimit)
    case permissionDenied(PermissionDenial)
    case result(TurnResult)
    /// The CLI hands a line of its input to the model, the one with this UUID.
    case replayed(uuid: String)
    /// The CLI answers to a request of this id.
    case acknowledged(id: String)
    /// A line of a kind that cco has no use for. New kinds come with every version of the CLI.
    case other(type: String, subtype: String?)
    /// A line that is not JSON, or not of the shape that its type says.
    case malformed(reason: String)
}

/// `system/init`: the session is there, with these tools.
struct SessionStart: Codable, Sendable, Equatable {
    var sessionId: String
    var model: String?
    var tools: [String]?
    var permissionMode: String?
    var apiKeySource: String?
    var claudeCodeVersion: String?
}

/// `system/api_retry`: a request failed, and the CLI is about to try again.
struct APIRetry: Codable, Sendable, Equatable {
    var attempt: Int
    var maxRetries: Int?
    var retryDelayMs: Double?
    var errorStatus: Int?
    var error: String?
}

/// `system/permission_denied`: a tool call that the permission mode refused.
struct PermissionDenial: Codable, Sendable, Equatable {
    var toolName: String
    var message: String?
}

/// One block of a message.
enum ContentBlock: Sendable, Equatable {
    case text(String)
    /// `id` is empty when the line names none.
    case toolUse(id: String, name: String, input: JSONValue)
    /// `id` is that of the call.
    case toolResult(id: String, text: String, isError: Bool)
    /// Thinking, images and whatever else there is.
    case other(type: String)
}

/// `assistant`: what the model said, or what the CLI says in its place when the API fails.
struct AssistantMessage: Sendable, Equatable {
    /// The provider's name of the message. One message comes in a line for each of its blocks.
    var id: String?
    var content: [ContentBlock]
    var model: String?
    /// What it has taken so far.
    var usage: MessageUsage?
    /// The CLI's name for an API failure, such as `billing_error`; `nil` in the model's own messages.
    var error: String?
    /// Set only in messages that the CLI wrote about an API failure.
    var isApiErrorMessage: Bool
    var apiErrorStatus: Int?
}

/// `user`: the results of tool calls, and reminders of the CLI.
struct UserMessage: Sendable, Equatable {
    var content: [ContentBlock]
}

/// `result`: the end of the turn.
struct TurnResult: Codable, Sendable, Equatable {
    struct Usage: Codable, Sendable, Equatable {
        var inputTokens: Int?
        var cacheCreationInputTokens: Int?
        var cacheReadInputTokens: Int?
        var outputTokens: Int?
    }

    var subtype: String?
    var isError: Bool?
    var sessionId: String?
    var numTurns: Int?
    var result: String?
    var structuredOutput: JSONValue?
    var totalCostUsd: Double?
    var usage: Usage?
    /// By model, what this process spent since it last wrote a `result`; complete where `usage` leaves the last request out.
    var modelUsageSinceLastResult: [String: ModelUsage]?
    var apiErrorStatus: Int?
    var apiErrorType: String?
    var apiError: String?
    var terminalReason: String?
    var errors: [String]?
}

/// What a model was used for, as the CLI counts it. Its keys are not in snake case like the others.
struct ModelUsage: Codable, Sendable, Equatable {
    var inputTokens: Int?
    var outputTokens: Int?
    var cacheReadInputTokens: Int?
    var cacheCreationInputTokens: Int?
    var costUSD: Double?
}
