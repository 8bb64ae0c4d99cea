/// A JSON value that remembers where it stands in its file.
package struct JSONValue: Sendable, Equatable {
    /// What the value is.
    package enum Content: Sendable, Equatable {
        case null
        case boolean(Bool)
        /// The number as it is written, so that no digit is lost.
        case number(String)
        case string(String)
        case array([JSONValue])
        case object([JSONMember])
    }

    package let content: Content
    /// Where the value's first character stands.
    package let position: SourcePosition

    package init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
    }

    package var boolean: Bool? {
        if case .boolean(let value) = content { value } else { nil }
    }

    package var string: String? {
        if case .string(let value) = content { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let value) = content { value } else { nil }
    }

    package var object: [JSONMember]? {
        if case .object(let value) = content { value } else { nil }
    }

    /// The number, when it is one and finite.
    package var number: Double? {
        guard case .number(let text) = content, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The number when it is a whole one; `4`, `4.0` and `4e0` all count, as they do in JSON Schema.
    package var integer: Int? {
        guard case .number(let text) = content else { return nil }
        if let value = Int(text) { return value }
        return number.flatMap { Int(exactly: $0) }
    }

    /// The kind of value in words, which gives nothing of a secret away.
    package var kind: String {
        switch content {
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .string(let text): text.isEmpty ? "an empty string" : "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The value as a person would recognise it in a message; long texts are cut.
    package var shown: String {
        switch content {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .number(let text): String(text.prefix(40))
        case .string(let text): "the string " + JSONLiteral.quoted(text.count > 60 ? text.prefix(60) + "…" : text)
        case .array, .object: kind
        }
    }
}

/// A key and its value in a JSON object.
package struct JSONMember: Sendable, Equatable {
    package let key: String
    package let keyPosition: SourcePosition
    package let value: JSONValue

    package init(key: String, keyPosition: SourcePosition, value: JSONValue) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
    }
}
