import FoundationEssentials
import JSON

/// A server of the Model Context Protocol: JSON-RPC 2.0, one message a line.
///
/// Nothing that comes in ends it but the end of the input. Answers come as they are ready: a slow tool holds up neither other tools nor a ping.
package actor MCPServer {
    /// Versions that are spoken, the newest last.
    package static let versions = ["2024-11-05", "2025-03-26", "2025-06-18"]
    /// Bytes of a message; a longer one is refused.
    package static let longestLine = 1 << 20
    /// Tools that work at once; more are refused.
    static let mostCalls = 16

    private let name: String
    private let version: String
    private let instructions: String
    private let box: any ToolBox
    private let write: @Sendable (String) -> Void
    private var isInitialized = false
    private var calls: [RequestID: Task<Void, Never>] = [:]

    /// - Parameters:
    ///   - instructions: what a model is told about the server.
    ///   - write: writes one line; called with a whole message at a time.
    package init(name: String, version: String, instructions: String, box: any ToolBox, write: @escaping @Sendable (String) -> Void) {
        self.name = name
        self.version = version
        self.instructions = instructions
        self.box = box
        self.write = write
    }

    /// What names a request.
    enum RequestID: Hashable, Sendable {
        case whole(Int64)
        case string(String)

        init?(_ json: JSONValue?) {
            switch json {
            case .integer(let value): self = .whole(value)
            case .string(let value): self = .string(value)
            default: return nil
            }
        }

        var json: JSONValue {
            switch self {
            case .whole(let value): .integer(value)
            case .string(let value): .string(value)
            }
        }
    }

    /// Takes one line of the input. Returns at once; tools work on.
    package func take(_ line: [UInt8]) {
        guard line.count <= Self.longestLine else {
            return refuse(nil, -32600, "A message may have \(Self.longestLine) bytes.")
        }
        guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return }
        guard let message = try? JSONDecoder().decode(JSONValue.self, from: Data(line)) else {
            return refuse(nil, -32700, "This is no JSON.")
        }
        guard case .array(let messages) = message else { return take(message) }
        guard !messages.isEmpty else { return refuse(nil, -32600, "An empty batch asks for nothing.") }
        // Each is answered by itself, which every version's client can read.
        for message in messages { take(message) }
    }

    /// Returns when the tools that work have ended: what a client has asked before it closed its end is done and answered.
    package func finish() async {
        for call in calls.values { await call.value }
    }

    private func take(_ message: JSONValue) {
        guard let fields = message.object, fields["jsonrpc"] == "2.0" else {
            return refuse(RequestID(message["id"]), -32600, "This is no JSON-RPC 2.0 message.")
        }
        guard let method = fields["method"]?.string else {
            // An answer to a question that was never asked.
            if fields["result"] != nil || fields["error"] != nil { return }
            return refuse(RequestID(fields["id"]), -32600, "The message has no method.")
        }
        let parameters = fields["params"]
        guard fields["id"] != nil else { return notice(method, parameters) }
        guard let id = RequestID(fields["id"]) else { return refuse(nil, -32600, "An id is a string or a whole number.") }
        request(id, method, parameters)
    }

    private func notice(_ method: String, _ parameters: JSONValue?) {
        guard method == "notifications/cancelled", let id = RequestID(parameters?["requestId"]) else { return }
        // What is cancelled is not answered any more.
        calls.removeValue(forKey: id)?.cancel()
    }

    private func request(_ id: RequestID, _ method: String, _ parameters: JSONValue?) {
        switch method {
        case "initialize": initialize(id, parameters)
        case "ping": answer(id, [:])
        case "tools/list", "tools/call":
            guard isInitialized else { return refuse(id, -32002, "The session begins with `initialize`.") }
            if method == "tools/list" { return answer(id, ["tools": .array(box.tools.map(\.description))]) }
            call(id, parameters)
        default: refuse(id, -32601, "There is no method \"\(method.prefix(100))\".")
        }
    }

    private func initialize(_ id: RequestID, _ parameters: JSONValue?) {
        guard let asked = parameters?["protocolVersion"]?.string else {
            return refuse(id, -32602, "`initialize` needs a protocolVersion.")
        }
        isInitialized = true
        let spoken = Self.versions.contains(asked) ? asked : Self.versions[Self.versions.count - 1]
        answer(
            id,
            [
                "protocolVersion": .string(spoken), "capabilities": ["tools": [:]],
                "serverInfo": ["name": .string(name), "version": .string(version)], "instructions": .string(instructions),
            ])
    }

    private func call(_ id: RequestID, _ parameters: JSONValue?) {
        guard let name = parameters?["name"]?.string, let tool = box.tools.first(where: { $0.name == name }) else {
            let known = box.tools.map(\.name).joined(separator: ", ")
            return refuse(id, -32602, "There is no such tool. There are: \(known).")
        }
        let arguments: [String: JSONValue]
        switch parameters?["arguments"] {
        case nil, .null: arguments = [:]
        case .object(let given): arguments = given
        default: return refuse(id, -32602, "The arguments have to be an object.")
        }
        if let objection = tool.objection(to: arguments) { return refuse(id, -32602, "\(objection).") }
        guard calls[id] == nil else { return refuse(id, -32600, "The id is in use.") }
        guard calls.count < Self.mostCalls else { return refuse(id, -32603, "\(Self.mostCalls) calls are under way; wait for one to end.") }
        let box = box
        calls[id] = Task {
            let result: JSONValue
            do {
                result = Self.content(try await box.call(name, arguments), isError: false)
            } catch {
                // The model reads why, and can do something about it.
                result = Self.content("\(error)", isError: true)
            }
            self.ended(id, result)
        }
    }

    private func ended(_ id: RequestID, _ result: JSONValue) {
        guard calls.removeValue(forKey: id) != nil else { return }
        answer(id, result)
    }

    private static func content(_ text: String, isError: Bool) -> JSONValue {
        ["content": [["type": "text", "text": .string(text)]], "isError": .bool(isError)]
    }

    private func answer(_ id: RequestID, _ result: JSONValue) { send(["jsonrpc": "2.0", "id": id.json, "result": result]) }

    private func refuse(_ id: RequestID?, _ code: Int64, _ words: String) {
        send(["jsonrpc": "2.0", "id": id?.json ?? .null, "error": ["code": .integer(code), "message": .string(words)]])
    }

    private func send(_ message: JSONValue) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only a number that JSON cannot hold would not be written, and none is sent.
        guard let data = try? encoder.encode(message) else { return }
        write(String(decoding: data, as: UTF8.self))
    }
}
