import JSON

/// Something that a model may ask for.
package struct Tool: Sendable {
    /// One thing that it takes.
    package struct Parameter: Sendable {
        package enum Kind: String, Sendable {
            case string, integer, number, boolean
        }

        package var name: String
        package var kind: Kind
        package var words: String
        package var isRequired: Bool

        package init(_ name: String, _ kind: Kind, _ words: String, isRequired: Bool = false) {
            self.name = name
            self.kind = kind
            self.words = words
            self.isRequired = isRequired
        }
    }

    package var name: String
    /// Paid for with every request of the model that has the tool: short.
    package var words: String
    package var parameters: [Parameter]
    /// Whether asking changes nothing.
    package var isReadOnly: Bool

    package init(_ name: String, _ words: String, _ parameters: [Parameter] = [], isReadOnly: Bool = true) {
        self.name = name
        self.words = words
        self.parameters = parameters
        self.isReadOnly = isReadOnly
    }

    /// As `tools/list` tells it.
    var description: JSONValue {
        let properties = parameters.map {
            ($0.name, JSONValue.object(["type": .string($0.kind.rawValue), "description": .string($0.words)]))
        }
        var schema: [String: JSONValue] = [
            "type": "object", "properties": .object(Dictionary(properties) { first, _ in first }), "additionalProperties": false,
        ]
        let required = parameters.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        return [
            "name": .string(name), "description": .string(words), "inputSchema": .object(schema),
            "annotations": [
                "readOnlyHint": .bool(isReadOnly), "destructiveHint": false, "idempotentHint": .bool(isReadOnly), "openWorldHint": false,
            ],
        ]
    }

    /// Why these arguments are not what it takes; `nil` when they are.
    func objection(to arguments: [String: JSONValue]) -> String? {
        for name in arguments.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            return "\(self.name) takes no argument \"\(name)\""
        }
        for parameter in parameters {
            guard let value = arguments[parameter.name] else {
                if parameter.isRequired { return "\(name) needs the argument \"\(parameter.name)\"" }
                continue
            }
            let fits =
                switch parameter.kind {
                case .string: value.string != nil
                case .integer: value.whole != nil
                case .number: value.number != nil
                case .boolean: value.bool != nil
                }
            if !fits { return "the argument \"\(parameter.name)\" has to be of the type \(parameter.kind.rawValue)" }
        }
        return nil
    }
}

/// Carries out what a model asks for.
package protocol ToolBox: Sendable {
    var tools: [Tool] { get }

    /// - Parameter arguments: those that the tool takes, of the right types.
    /// - Returns: what the model reads.
    /// - Throws: an error whose description the model reads, or `CancellationError`.
    func call(_ name: String, _ arguments: [String: JSONValue]) async throws -> String
}
