import JSON

/// Whose API a request speaks: the CLI has a dialect for each cloud that offers the models.
package enum ModelProvider: String, Sendable {
    case anthropic, vertex, bedrock, foundry

    /// The body of an error as this provider words it.
    func errorBody(status: Int, type: String, message: String, requestID: String) -> JSONValue {
        let (code, text) = (JSONValue.integer(Int64(status)), JSONValue.string(message))
        switch self {
        case .anthropic:
            return ["type": "error", "error": ["type": .string(type), "message": text], "request_id": .string(requestID)]
        case .vertex: return [["error": ["code": code, "message": text, "status": .string(type.uppercased())]]]
        case .bedrock: return ["message": text]
        case .foundry: return ["error": ["code": .string(String(status)), "message": text]]
        }
    }
}

/// A path at which models are asked for messages, and what it says by itself.
struct ModelEndpoint: Sendable, Equatable {
    var provider: ModelProvider
    /// The model, where the path names it; otherwise the body does.
    var model: String?
    /// Whether the answer comes as a stream, where the path says so; otherwise the body does.
    var isStreamed: Bool?

    /// `nil` for a path of anything else.
    init?(path: String) {
        let parts = path.split(separator: "/").map(String.init)
        switch (parts.count, parts.first) {
        case (2, "v1") where parts[1] == "messages": provider = .anthropic
        case (3, "anthropic") where parts[1...] == ["v1", "messages"]: provider = .foundry
        case (8, "projects") where parts[4...6] == ["publishers", "anthropic", "models"]:
            let name = parts[7].split(separator: ":")
            guard name.count == 2, ["rawPredict", "streamRawPredict"].contains(name[1]) else { return nil }
            (provider, model) = (.vertex, String(name[0]))
        case (3, "model") where ["invoke", "invoke-with-response-stream"].contains(parts[2]):
            (provider, model, isStreamed) = (.bedrock, parts[1], parts[2] != "invoke")
        default: return nil
        }
    }
}
