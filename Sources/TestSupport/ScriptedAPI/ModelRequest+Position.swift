/// Where in its conversation a request stands: scripts choose their reply by this.
extension ModelRequest {
    /// The JSON schema of the report that the client wants, as JSON text, or nil if it wants none (no `StructuredOutput` tool).
    package var reportSchema: String? {
        tools.first { $0.name == ContentBlock.reportTool }?.inputSchema
    }

    /// The text of the first prompt of the conversation.
    package var firstUserText: String? {
        messages.lazy.compactMap(\.promptText).first
    }

    /// The text of the latest prompt: that of the turn being worked on.
    package var lastUserText: String? {
        messages.reversed().lazy.compactMap(\.promptText).first
    }

    /// How many prompts the conversation has had, which is the number of the turn, from 1.
    package var promptCount: Int {
        messages.count { $0.promptText != nil }
    }

    /// How often the model has already answered in this turn: 0 in a turn's first request.
    package var assistantTurnsSinceLastUserPrompt: Int {
        let start = messages.lastIndex { $0.promptText != nil } ?? messages.startIndex
        return messages[start...].count { $0.role == .assistant }
    }

    /// The tool results in the last message that is not the CLI's own.
    ///
    /// In the first request of a resumed turn these are the results of the turn before: the CLI sends them in one message with
    /// the new prompt.
    package var toolResults: [ToolResult] {
        guard let last = messages.last(where: { $0.role != .system }) else { return [] }
        return last.blocks.compactMap { block in
            guard case .toolResult(let result) = block else { return nil }
            return result
        }
    }

    /// The result of the latest call of a tool in the conversation, or nil if it wasn't called or has not answered.
    package func latestResult(of tool: String) -> ToolResult? {
        var results: [String: ToolResult] = [:]
        for message in messages.reversed() {
            for block in message.blocks.reversed() {
                switch block {
                case .toolResult(let result): results[result.toolUseID] = results[result.toolUseID] ?? result
                case .toolUse(let id, tool, _): return results[id]
                default: break
                }
            }
        }
        return nil
    }

    /// Whether the CLI is reminding the model of a report that it did not give.
    package var isReportReminder: Bool {
        guard let last = messages.last(where: { $0.role == .user }) else { return false }
        return last.blocks.contains { block in
            guard case .text(let text) = block else { return false }
            return text.hasPrefix(Message.reportReminder)
        }
    }

    /// Whether the request is the client's own housekeeping and no step of the conversation.
    ///
    /// Two kinds are told apart from the work itself: a request for a summary of a conversation that has grown too long, and a
    /// request that offers no tool at all (titles, page summaries). Headless runs with non-essential traffic switched off make
    /// neither unless the conversation is compacted. A conversation that is started with no tools and no report schema counts as
    /// housekeeping, too.
    package var isSideRequest: Bool {
        tools.isEmpty || (lastUserText?.hasPrefix(Message.compactionRequest) ?? false)
    }
}

extension ModelRequest.Message {
    /// How the CLI opens its request for a missing report.
    static let reportReminder = "[structured-output-enforce]"
    /// How the CLI opens its request for a summary of the conversation.
    static let compactionRequest = "CRITICAL: Respond with TEXT ONLY."
    /// How the CLI opens its request to go on with an answer whose stream broke off.
    static let cutOff = "Your response above was cut off mid-stream"
    /// How the CLI opens text that it adds to a user's message, and its note about an interrupted turn.
    private static let additions = ["<system-reminder>", "[Request interrupted by user", reportReminder, cutOff, word]
    /// How cco opens what it says in the middle of a turn: no new prompt, the turn goes on.
    package static let watchWord = "\(word)cco"
    /// How everything begins that an agent is told in the middle of its turn.
    static let word = "Message from "

    /// What the user said in this message, without what the CLI added; nil if the user said nothing in it.
    package var promptText: String? {
        guard role == .user else { return nil }
        let texts = blocks.compactMap { block -> String? in
            guard case .text(let text) = block, !Self.additions.contains(where: text.hasPrefix) else { return nil }
            return text
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }
}
