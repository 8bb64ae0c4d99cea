import FoundationEssentials

/// A JSON value of any shape.
///
/// The Messages API carries JSON whose shape only the caller knows (tool inputs, report schemas). This type lets scripts write
/// such values as literals and read them back, without giving each of them a Swift type.
package enum JSONFragment: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONFragment])
    case object([String: JSONFragment])

    /// Parses JSON text.
    ///
    /// - Throws: `DecodingError` if the text is not JSON.
    package init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONFragment.self, from: Data(text.utf8))
    }

    /// The value as JSON text on one line, with the keys of objects in alphabetical order.
    ///
    /// - Throws: `EncodingError` if the value holds a number that JSON cannot express, such as infinity.
    package func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The member of an object, or nil if there is none or the value is not an object.
    package subscript(key: String) -> JSONFragment? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text, if the value is a string.
    package var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The elements, if the value is an array.
    package var arrayValue: [JSONFragment]? {
        guard case .array(let value) = self else { return nil }
        return value
    }
}

extension JSONFragment: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {  // a mismatch means: try the next shape
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONFragment].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONFragment].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONFragment: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONFragment...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONFragment)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
