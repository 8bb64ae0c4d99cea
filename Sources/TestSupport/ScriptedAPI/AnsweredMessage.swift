import JSON

/// A message of the model in the two forms in which the API sends it.
struct AnsweredMessage: Sendable {
    let id: String
    /// The beginning of the ids of the message's tool calls.
    let toolIDPrefix: String
    let model: String
    let blocks: [ContentBlock]
    let usage: TokenUsage

    /// The most characters of a block that one event of a stream carries.
    private static let charactersPerEvent = 4000

    /// The message as one JSON document.
    var document: JSONValue {
        get throws {
            let content = try blocks.enumerated().map { index, block -> JSONValue in
                switch block {
                case .text(let text): ["type": "text", "text": .string(text)]
                case .toolUse(let name, let input): opening(index, name: name, input: try JSONValue(parsing: input))
                }
            }
            return message(content: content, stopReason: stopReason, usage: usage)
        }
    }

    /// What is sent of a message bit by bit.
    struct Stream: Sendable {
        var contentType: String
        /// The bytes of each event, with what sets it off from the next.
        var events: [[UInt8]]
    }

    /// The message as a stream of the provider's kind.
    func stream(for provider: ModelProvider) throws -> Stream {
        let events = streamEvents()
        guard provider != .bedrock else {
            return Stream(contentType: "application/vnd.amazon.eventstream", events: try events.map(AmazonEventStream.message))
        }
        let texts = try events.map { "event: \($0["type"]?.string ?? "")\ndata: \(try $0.text())\n\n" }
        return Stream(contentType: "text/event-stream", events: texts.map { Array($0.utf8) })
    }

    private func streamEvents() -> [JSONValue] {
        var early = usage
        early.output = min(1, usage.output)
        var events = [event("message_start", ["message": message(content: [], stopReason: .null, usage: early)])]
        for (index, block) in blocks.enumerated() {
            let position = JSONValue.integer(Int64(index))
            let start: JSONValue
            let deltaType: JSONValue
            let deltaKey: String
            let text: String
            switch block {
            case .text(let words):
                (start, deltaType, deltaKey, text) = (["type": "text", "text": ""], "text_delta", "text", words)
            case .toolUse(let name, let input):
                (start, deltaType, deltaKey, text) = (opening(index, name: name, input: [:]), "input_json_delta", "partial_json", input)
            }
            events.append(event("content_block_start", ["index": position, "content_block": start]))
            var rest = text[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Self.charactersPerEvent)
                rest = rest[piece.endIndex...]
                let delta: JSONValue = .object(["type": deltaType, deltaKey: .string(String(piece))])
                events.append(event("content_block_delta", ["index": position, "delta": delta]))
            }
            events.append(event("content_block_stop", ["index": position]))
        }
        let end: JSONValue = ["stop_reason": stopReason, "stop_sequence": nil]
        events.append(event("message_delta", ["delta": end, "usage": fields(of: usage)]))
        events.append(event("message_stop", [:]))
        return events
    }

    private var stopReason: JSONValue {
        let callsTool = blocks.contains { block in
            if case .toolUse = block { true } else { false }
        }
        return callsTool ? "tool_use" : "end_turn"
    }

    private func opening(_ index: Int, name: String, input: JSONValue) -> JSONValue {
        ["type": "tool_use", "id": .string(toolIDPrefix + String(index)), "name": .string(name), "input": input]
    }

    private func message(content: [JSONValue], stopReason: JSONValue, usage: TokenUsage) -> JSONValue {
        [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model), "content": .array(content),
            "stop_reason": stopReason, "stop_sequence": nil, "usage": fields(of: usage),
        ]
    }

    private func fields(of usage: TokenUsage) -> JSONValue {
        [
            "input_tokens": .integer(Int64(usage.input)), "cache_creation_input_tokens": .integer(Int64(usage.cacheCreation)),
            "cache_read_input_tokens": .integer(Int64(usage.cacheRead)), "output_tokens": .integer(Int64(usage.output)),
        ]
    }

    private func event(_ type: String, _ members: [String: JSONValue]) -> JSONValue {
        .object(members.merging(["type": .string(type)]) { _, type in type })
    }
}
