import JSON

/// What has happened since the latest prompt of a conversation, as far as the request tells. Scripts take their place in a turn from it, so
/// that a restarted process or a resumed session plays on where it stands.
struct ConversationTurn {
    /// One message of the model with what its tools gave back.
    struct Exchange {
        var text = ""
        var calls: [Call] = []
        var results: [ModelRequest.ToolResult] = []

        /// Whether it works with tools, and does not (try to) end the turn.
        var isWork: Bool { calls.contains { $0.name != ContentBlock.reportTool } }
    }

    struct Call {
        var id: String
        var name: String
        /// JSON text.
        var input: String

        /// The file that the call is about. Inputs come from the script by way of the CLI: what is no JSON has none.
        var path: String? { (try? JSONValue(parsing: input))?["file_path"]?.string }
    }

    var exchanges: [Exchange] = []

    init(_ request: ModelRequest) {
        let start = request.messages.lastIndex { $0.promptText != nil } ?? request.messages.startIndex
        for message in request.messages[start...] {
            switch message.role {
            case .assistant: exchanges.append(Exchange(message))
            case .user where !exchanges.isEmpty: exchanges[exchanges.count - 1].results += message.blocks.compactMap(\.toolResult)
            case .user, .system: break
            }
        }
    }

    /// The exchanges that worked with tools.
    var work: [Exchange] { exchanges.filter(\.isWork) }

    /// How often the model has tried to end the turn.
    var endings: Int { exchanges.count { !$0.isWork } }
}

extension ConversationTurn.Exchange {
    fileprivate init(_ message: ModelRequest.Message) {
        for block in message.blocks {
            switch block {
            case .text(let text): self.text += text
            case .toolUse(let id, let name, let input): calls.append(.init(id: id, name: name, input: input))
            case .toolResult, .other: break
            }
        }
    }

    /// The files that the Read tool has shown, by path. Results of calls that went out together come in the order in which the tools ended.
    var shownFiles: [(path: String, text: String)] {
        calls.compactMap { call in
            guard call.name == "Read", let result = results.first(where: { $0.toolUseID == call.id }), !result.isError else { return nil }
            return call.path.map { ($0, result.text) }
        }
    }

    /// The paths that the tools refused to write because the session had not read what is there.
    var unreadPaths: [String] {
        results.compactMap { result in
            guard result.isError, ["has not been read", "modified since read"].contains(where: { result.text.contains($0) }) else {
                return nil
            }
            return calls.first { $0.id == result.toolUseID }?.path
        }
    }
}

extension ModelRequest.Block {
    fileprivate var toolResult: ModelRequest.ToolResult? {
        if case .toolResult(let result) = self { result } else { nil }
    }
}

extension ModelRequest {
    /// Everything that the user said in the conversation, oldest first.
    var prompts: [String] { messages.compactMap(\.promptText) }

    /// The directory in which the client's tools work, if it says so.
    var workingDirectory: String? {
        let label = "Primary working directory: "
        for message in messages.reversed() where message.role != .assistant {
            for block in message.blocks {
                guard case .text(let text) = block, let found = text.ranges(of: label).first else { continue }
                return String(text[found.upperBound...].prefix { !$0.isNewline })
            }
        }
        guard let found = systemText.ranges(of: label).first else { return nil }
        return String(systemText[found.upperBound...].prefix { !$0.isNewline })
    }
}
