/// A JSON value to be written, with its keys in the order that a reader should see them.
package indirect enum JSONLiteral: Sendable, Equatable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONLiteral])
    case object([Member])

    /// A key and its value.
    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: JSONLiteral

        package init(_ key: String, _ value: JSONLiteral) {
            self.key = key
            self.value = value
        }
    }

    /// The text with two spaces for each level; lists of plain values stay on one line.
    package var rendered: String { rendered(indentation: "") }

    private func rendered(indentation: String) -> String {
        let inner = indentation + "  "
        switch self {
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .number(let value): return Int(exactly: value).map { String($0) } ?? String(value)
        case .string(let value): return Self.quoted(value)
        case .array(let elements):
            let texts = elements.map { $0.rendered(indentation: inner) }
            if elements.allSatisfy(\.isPlain) { return "[" + texts.joined(separator: ", ") + "]" }
            return "[\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indentation)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let texts = members.map { "\(inner)\(Self.quoted($0.key)): \($0.value.rendered(indentation: inner))" }
            return "{\n" + texts.joined(separator: ",\n") + "\n\(indentation)}"
        }
    }

    private var isPlain: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    /// The text as a JSON string, quotes and escapes included.
    package static func quoted(_ text: some StringProtocol) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // Other control characters could steer a terminal.
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
