import FoundationEssentials
import JSON

extension ModelRequest {
    /// What is wrong with a body that is no Messages API request.
    package enum Malformed: Error, Equatable, CustomStringConvertible {
        /// The body is not JSON.
        case notJSON
        /// A member that every request has is missing or has another type.
        case missing(member: String)

        package var description: String {
            switch self {
            case .notJSON: "The request's body is not JSON."
            case .missing(let member): "The request's body has no usable member \"\(member)\"."
            }
        }
    }

    /// Reads a request's body.
    ///
    /// - Parameters:
    ///   - body: the bytes of the body.
    ///   - number: the request's place in the order of arrival.
    ///   - credential: what the headers proved.
    ///   - endpoint: where it was asked.
    ///   - session: the session that the headers name, if they do. Without it the body's metadata is asked, then the first prompt.
    /// - Throws: ``Malformed``.
    init(body: [UInt8], number: Int, credential: Credential?, endpoint: ModelEndpoint? = nil, session: String?) throws {
        let root: JSONValue
        do {
            root = try JSONDecoder().decode(JSONValue.self, from: Data(body))
        } catch {
            throw Malformed.notJSON
        }
        guard let model = endpoint?.model ?? root["model"]?.string else { throw Malformed.missing(member: "model") }
        guard let messageValues = root["messages"]?.array else { throw Malformed.missing(member: "messages") }
        self.number = number
        self.credential = credential
        provider = endpoint?.provider ?? .anthropic
        self.model = model
        isStreamed = endpoint?.isStreamed ?? (root["stream"] == .bool(true))
        let systemBlocks = Self.textBlocks(of: root["system"]).filter { !$0.text.hasPrefix("x-anthropic-billing-header") }
        systemText = systemBlocks.map(\.text).joined(separator: "\n\n")
        let toolValues = root["tools"]?.array ?? []
        tools = try toolValues.map { value in
            Tool(name: value["name"]?.string ?? "", inputSchema: try (value["input_schema"] ?? .null).text())
        }
        messages = try messageValues.map(Message.init(value:))

        var segments = try toolValues.map { PromptSegment(text: try $0.withoutCacheControl.text(), endsCachedPart: $0.hasCacheControl) }
        segments += systemBlocks.map { PromptSegment(text: $0.text, endsCachedPart: $0.isCached) }
        for value in messageValues {
            let isCached = value["content"]?.array?.contains(where: \.hasCacheControl) ?? false
            segments.append(PromptSegment(text: try value.withoutCacheControl.text(), endsCachedPart: isCached))
        }
        self.segments = segments
        characters = segments.reduce(0) { $0 + $1.characters }

        let opening = messages.lazy.compactMap(\.promptText).first ?? ""
        conversation = session ?? Self.sessionInMetadata(of: root) ?? "prompt:" + opening.prefix(200)
    }

    /// The session id that the CLI puts, as JSON text, into `metadata.user_id`.
    private static func sessionInMetadata(of root: JSONValue) -> String? {
        guard let text = root["metadata"]?["user_id"]?.string else { return nil }
        let value = try? JSONValue(parsing: text)  // other clients put plain ids there
        return value?["session_id"]?.string
    }

    /// The text blocks of a `system` or `content` member, which may be a plain string.
    fileprivate static func textBlocks(of value: JSONValue?) -> [(text: String, isCached: Bool)] {
        if let text = value?.string { return [(text, false)] }
        return (value?.array ?? []).compactMap { block in
            guard let text = block["text"]?.string else { return nil }
            return (text, block.hasCacheControl)
        }
    }
}

extension ModelRequest.Message {
    fileprivate init(value: JSONValue) throws {
        guard let name = value["role"]?.string, let role = ModelRequest.Role(rawValue: name) else {
            throw ModelRequest.Malformed.missing(member: "role")
        }
        self.role = role
        if let text = value["content"]?.string {
            blocks = [.text(text)]
        } else {
            blocks = try (value["content"]?.array ?? []).map(ModelRequest.Block.init(value:))
        }
    }
}

extension ModelRequest.Block {
    fileprivate init(value: JSONValue) throws {
        switch value["type"]?.string {
        case "text":
            self = .text(value["text"]?.string ?? "")
        case "tool_use":
            self = .toolUse(
                id: value["id"]?.string ?? "", name: value["name"]?.string ?? "", input: try (value["input"] ?? [:]).text())
        case "tool_result":
            let texts = ModelRequest.textBlocks(of: value["content"]).map(\.text)
            self = .toolResult(
                .init(
                    toolUseID: value["tool_use_id"]?.string ?? "", text: texts.joined(separator: "\n"),
                    isError: value["is_error"] == .bool(true)))
        case let type:
            self = .other(type: type ?? "")
        }
    }
}

extension JSONValue {
    /// Whether a prompt cache may hold everything up to this block.
    fileprivate var hasCacheControl: Bool {
        guard let control = self["cache_control"] else { return false }
        return control != .null
    }

    /// The value without its cache marks: those move from request to request, so they are no part of what is compared.
    fileprivate var withoutCacheControl: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withoutCacheControl))
        case .object(let members): .object(members.filter { $0.key != "cache_control" }.mapValues(\.withoutCacheControl))
        default: self
        }
    }
}
