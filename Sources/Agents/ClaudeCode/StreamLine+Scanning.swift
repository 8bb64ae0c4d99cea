import JSON
import Orchestration

/// Reads the lines that come by the thousand (messages, and kinds of lines that mean nothing to cco) at many times the speed of `JSONDecoder`.
extension StreamLine {
    /// `nil` for every line that is not such a one, or not of the usual shape: it is decoded then.
    ///
    /// - Parameter longestText: bytes that are kept of a text of the model or a tool's result, if it is ASCII.
    init?(scanning line: UnsafeBufferPointer<UInt8>, longestText: Int = .max) {
        var cursor = JSONCursor(line, longestText: longestText)
        do {
            guard let line = try Self.scan(&cursor) else { return nil }
            self = line
        } catch {
            return nil
        }
    }

    private static func scan(_ cursor: inout JSONCursor) throws(JSONCursor.Unexpected) -> StreamLine? {
        var type: String?
        var subtype: String?
        var message: ScannedMessage?
        var error: String?
        var isApiError = false
        var isReplay = false
        var uuid: String?
        var status: Int64?
        try cursor.take(0x7B)
        var isFirst = true
        while let key = try cursor.nextKey(&isFirst) {
            if key.isText("type") {
                type = try cursor.string()
            } else if key.isText("subtype") {
                subtype = try cursor.optionalString()
            } else if key.isText("message") {
                // The type stands first; elsewhere a message may be anything.
                guard type == "assistant" || type == "user" else { return nil }
                message = try ScannedMessage(&cursor)
            } else if key.isText("error") {
                guard type == "assistant" || type == "user" else { return nil }
                error = try cursor.optionalString()
            } else if key.isText("isReplay") {
                isReplay = try cursor.optionalBool() ?? false
            } else if key.isText("uuid") {
                uuid = try cursor.optionalString()
            } else if key.isText("isApiErrorMessage") || key.isText("is_api_error_message") {
                isApiError = try cursor.optionalBool() ?? false
            } else if key.isText("apiErrorStatus") || key.isText("api_error_status") {
                status = try cursor.optionalInteger()
            } else {
                try cursor.skip()
            }
        }
        try cursor.end()
        switch (type, subtype) {
        case ("assistant", _):
            guard let message else { return nil }
            return .assistant(
                AssistantMessage(
                    id: message.id, content: message.content, model: message.model, usage: message.usage, error: error,
                    isApiErrorMessage: isApiError, apiErrorStatus: status.map(Int.init)))
        case ("control_response", _): return nil
        case ("user", _):
            if isReplay, let uuid { return .replayed(uuid: uuid) }
            return message.map { .user(UserMessage(content: $0.content)) }
        case ("system", "init"), ("system", "api_retry"), ("system", "permission_denied"), ("rate_limit_event", _), ("result", _), (nil, _):
            return nil
        case (let type?, _): return .other(type: type, subtype: subtype)
        }
    }
}

/// The message in a line, as far as it is read.
private struct ScannedMessage {
    var id: String?
    var model: String?
    var content: [ContentBlock]
    var usage: MessageUsage?

    init(_ cursor: inout JSONCursor) throws(JSONCursor.Unexpected) {
        var content: [ContentBlock]?
        try cursor.take(0x7B)
        var isFirst = true
        while let key = try cursor.nextKey(&isFirst) {
            if key.isText("id") {
                id = try cursor.optionalString()
            } else if key.isText("model") {
                model = try cursor.optionalString()
            } else if key.isText("usage") {
                usage = try MessageUsage(&cursor)
            } else if key.isText("content") {
                content = try Self.blocks(&cursor)
            } else {
                try cursor.skip()
            }
        }
        guard let content else { throw JSONCursor.Unexpected() }
        self.content = content
    }

    /// Plain text, or a list of blocks.
    private static func blocks(_ cursor: inout JSONCursor) throws(JSONCursor.Unexpected) -> [ContentBlock] {
        if try cursor.peek() == 0x22 { return [.text(try cursor.text())] }
        try cursor.descend()
        defer { cursor.ascend() }
        try cursor.take(0x5B)
        var blocks: [ContentBlock] = []
        var isFirst = true
        while try cursor.nextElement(&isFirst) { blocks.append(try block(&cursor)) }
        return blocks
    }

    private static func block(_ cursor: inout JSONCursor) throws(JSONCursor.Unexpected) -> ContentBlock {
        var (type, text, id, name, call): (String?, String?, String?, String?, String?)
        var input: JSONValue?
        var content: [ContentBlock]?
        var isError = false
        try cursor.take(0x7B)
        var isFirst = true
        while let key = try cursor.nextKey(&isFirst) {
            if key.isText("type") {
                type = try cursor.string()
            } else if key.isText("text") {
                text = try cursor.peek() == 0x22 ? cursor.text() : cursor.optionalString()
            } else if key.isText("id") {
                id = try cursor.optionalString()
            } else if key.isText("name") {
                name = try cursor.optionalString()
            } else if key.isText("input") {
                input = try cursor.value()
            } else if key.isText("content") {
                content = try cursor.peek() == 0x6E ? nil : blocks(&cursor)
                if content == nil { try cursor.skip() }
            } else if key.isText("is_error") || key.isText("isError") {
                isError = try cursor.optionalBool() ?? false
            } else if key.isText("tool_use_id") || key.isText("toolUseId") {
                call = try cursor.optionalString()
            } else {
                try cursor.skip()
            }
        }
        switch type {
        case "text":
            guard let text else { throw JSONCursor.Unexpected() }
            return .text(text)
        case "tool_use":
            guard let name else { throw JSONCursor.Unexpected() }
            return .toolUse(id: id ?? "", name: name, input: input ?? .null)
        case "tool_result":
            let texts = (content ?? []).compactMap { inner in
                if case .text(let text) = inner { text } else { nil }
            }
            return .toolResult(id: call ?? "", text: texts.joined(separator: "\n"), isError: isError)
        case let type?: return .other(type: type)
        case nil: throw JSONCursor.Unexpected()
        }
    }
}

extension MessageUsage {
    /// The same as of a decoded value, without making one; `nil` for null.
    fileprivate init?(_ cursor: inout JSONCursor) throws(JSONCursor.Unexpected) {
        guard try cursor.peek() == 0x7B else {
            let isNull = try cursor.peek() == 0x6E
            try cursor.skip()
            if isNull { return nil }
            return
        }
        try cursor.take(0x7B)
        var isFirst = true
        while let key = try cursor.nextKey(&isFirst) {
            if key.isText("input_tokens") {
                tokens.input = try cursor.tokenCount()
            } else if key.isText("output_tokens") {
                tokens.output = try cursor.tokenCount()
            } else if key.isText("cache_creation_input_tokens") {
                tokens.cacheWrite = try cursor.tokenCount()
            } else if key.isText("cache_read_input_tokens") {
                tokens.cacheRead = try cursor.tokenCount()
            } else if key.isText("cache_creation"), try cursor.peek() == 0x7B {
                longCacheWrite = try Self.longCacheWrite(&cursor)
            } else {
                try cursor.skip()
            }
        }
        longCacheWrite = min(tokens.cacheWrite, longCacheWrite)
    }

    private static func longCacheWrite(_ cursor: inout JSONCursor) throws(JSONCursor.Unexpected) -> Int {
        var count = 0
        try cursor.take(0x7B)
        var isFirst = true
        while let key = try cursor.nextKey(&isFirst) {
            if key.isText("ephemeral_1h_input_tokens") { count = try cursor.tokenCount() } else { try cursor.skip() }
        }
        return count
    }
}

extension JSONCursor {
    /// A count of tokens: 0 for what is no number, negative, or beyond any request.
    fileprivate mutating func tokenCount() throws(Unexpected) -> Int {
        switch try peek() {
        case 0x2D, 0x30...0x39:
            let count = try optionalInteger() ?? 0
            return (0...MessageUsage.mostTokens).contains(count) ? Int(count) : 0
        default:
            try skip()
            return 0
        }
    }
}
