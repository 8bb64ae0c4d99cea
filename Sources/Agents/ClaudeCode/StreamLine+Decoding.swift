import FoundationEssentials
import JSON
import Orchestration

extension StreamLine {
    /// Reads one line. Never fails: what cannot be read is `malformed`, what is not known is `other`.
    ///
    /// - Parameter longestText: bytes that are kept of an ASCII text, for those who need its beginning only.
    init(decoding line: Data, longestText: Int = .max) {
        let scanned = line.withUnsafeBytes { StreamLine(scanning: $0.bindMemory(to: UInt8.self), longestText: longestText) }
        self = scanned ?? StreamLine(slowly: line)
    }

    /// Reads any line, and says what is wrong with it.
    init(slowly line: Data) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try Self.decode(line, with: decoder)
        } catch {
            self = .malformed(reason: Self.reason(of: error))
        }
    }

    private static func decode(_ line: Data, with decoder: JSONDecoder) throws -> StreamLine {
        let head = try decoder.decode(Head.self, from: line)
        switch (head.type, head.subtype) {
        case ("system", "init"): return .started(try decoder.decode(SessionStart.self, from: line))
        case ("system", "api_retry"): return .apiRetry(try decoder.decode(APIRetry.self, from: line))
        case ("system", "permission_denied"): return .permissionDenied(try decoder.decode(PermissionDenial.self, from: line))
        case ("assistant", _):
            let envelope = try decoder.decode(Envelope.self, from: line)
            return .assistant(
                AssistantMessage(
                    id: envelope.message.id, content: envelope.message.content.blocks, model: envelope.message.model,
                    usage: envelope.message.usage.map { MessageUsage($0) }, error: envelope.error,
                    isApiErrorMessage: envelope.isApiErrorMessage ?? false, apiErrorStatus: envelope.apiErrorStatus))
        case ("user", _) where head.isReplay == true && head.uuid != nil: return .replayed(uuid: head.uuid ?? "")
        case ("control_response", _):
            return .acknowledged(id: try decoder.decode(ControlResponse.self, from: line).response.requestId)
        case ("user", _):
            return .user(UserMessage(content: try decoder.decode(Envelope.self, from: line).message.content.blocks))
        case ("rate_limit_event", _): return .rateLimit(try decoder.decode(RateLimitEvent.self, from: line).rateLimit)
        case ("result", _):
            // The report's own keys stay as they are: the strategy for keys leaves those of dictionaries alone.
            return .result(try decoder.decode(TurnResult.self, from: line))
        default: return .other(type: head.type, subtype: head.subtype)
        }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "not JSON" }
        switch error {
        case .keyNotFound(let key, let context): return "no \(key.stringValue) at \(path(context))"
        case .typeMismatch(_, let context): return "unexpected kind of value at \(path(context))"
        case .valueNotFound(_, let context): return "no value at \(path(context))"
        case .dataCorrupted: return "not JSON"
        @unknown default: return "unreadable"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "the top" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}

/// What a line is, before the rest of it is looked at.
private struct Head: Decodable {
    var type: String
    var subtype: String?
    var isReplay: Bool?
    var uuid: String?
}

private struct ControlResponse: Decodable {
    struct Response: Decodable {
        var requestId: String
    }

    var response: Response
}

private struct Envelope: Decodable {
    struct Message: Decodable {
        var id: String?
        var model: String?
        var content: Content
        var usage: JSONValue?
    }

    var message: Message
    var error: String?
    var isApiErrorMessage: Bool?
    var apiErrorStatus: Int?
}

/// A message's content: plain text or a list of blocks.
private struct Content: Decodable {
    var blocks: [ContentBlock]

    init(from decoder: any Decoder) throws {
        // A string is not an array, so this attempt fails exactly for lists.
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            blocks = [.text(text)]
        } else {
            blocks = try [Block](from: decoder).map(\.block)
        }
    }
}

private struct Block: Decodable {
    var block: ContentBlock

    enum Key: CodingKey {
        case type, text, id, name, input, content, isError, toolUseId
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "text": block = .text(try container.decode(String.self, forKey: .text))
        case "tool_use":
            let input = try container.decodeIfPresent(JSONValue.self, forKey: .input)
            let id = try container.decodeIfPresent(String.self, forKey: .id) ?? ""
            block = .toolUse(id: id, name: try container.decode(String.self, forKey: .name), input: input ?? .null)
        case "tool_result":
            let isError = try container.decodeIfPresent(Bool.self, forKey: .isError) ?? false
            let content = try container.decodeIfPresent(Content.self, forKey: .content)
            let texts = (content?.blocks ?? []).compactMap { inner in
                if case .text(let text) = inner { text } else { nil }
            }
            let id = try container.decodeIfPresent(String.self, forKey: .toolUseId) ?? ""
            block = .toolResult(id: id, text: texts.joined(separator: "\n"), isError: isError)
        default: block = .other(type: type)
        }
    }
}

private struct RateLimitEvent: Decodable {
    struct Info: Decodable {
        struct Window: Decodable {
            var utilization: Double?
            var resetsAt: Double?
        }

        var status: String
        var resetsAt: Double?
        var rateLimitType: String?
        var isUsingOverage: Bool?
        var unifiedWindows: [String: Window]?
    }

    var rateLimitInfo: Info

    var rateLimit: RateLimit {
        let status: RateLimit.Status =
            switch rateLimitInfo.status {
            case "allowed": .allowed
            case "allowed_warning": .allowedWarning
            case "rejected": .rejected
            default: .other(rateLimitInfo.status)
            }
        return RateLimit(
            status: status, resetsAt: Self.timestamp(rateLimitInfo.resetsAt), window: rateLimitInfo.rateLimitType,
            isOverage: rateLimitInfo.isUsingOverage ?? false,
            windows: (rateLimitInfo.unifiedWindows ?? [:]).mapValues { window in
                RateLimit.Window(utilization: window.utilization, resetsAt: Self.timestamp(window.resetsAt))
            })
    }

    /// Unix seconds as a timestamp; `nil` for what cannot be one.
    private static func timestamp(_ seconds: Double?) -> Timestamp? {
        guard let seconds, seconds > 0, seconds < 1e11 else { return nil }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }
}
