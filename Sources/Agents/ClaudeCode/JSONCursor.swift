import Glibc
import JSON

/// Walks through JSON text once, from its beginning, and makes values only of what it is asked for.
///
/// It is for text that is nearly always well-formed and of a known shape. Whatever it does not expect it throws at, and its user then takes the
/// slow way of `JSONDecoder`, which says what is wrong. What is skipped is checked for its structure only.
struct JSONCursor {
    struct Unexpected: Error {}

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    private static let deepest = 200

    /// - Parameter bytes: must outlive the cursor.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The next byte that is no white space; nothing is taken.
    mutating func peek() throws(Unexpected) -> UInt8 {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case let byte: return byte
            }
        }
        throw Unexpected()
    }

    mutating func take(_ byte: UInt8) throws(Unexpected) {
        guard try peek() == byte else { throw Unexpected() }
        position += 1
    }

    /// Fails unless only white space is left.
    mutating func end() throws(Unexpected) {
        while position < bytes.count {
            guard [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) else { throw Unexpected() }
            position += 1
        }
    }

    /// Goes to the next member of an object whose brace has been taken; `nil` at its end, which is taken too.
    ///
    /// - Parameter isFirst: true before the first member; kept by the cursor.
    mutating func nextKey(_ isFirst: inout Bool) throws(Unexpected) -> UnsafeBufferPointer<UInt8>? {
        guard try nextElement(&isFirst, end: 0x7D) else { return nil }
        let (range, _) = try stringRange()
        try take(0x3A)
        return UnsafeBufferPointer(rebasing: bytes[range])
    }

    /// Goes to the next element of an array whose bracket has been taken; false at its end, which is taken too.
    mutating func nextElement(_ isFirst: inout Bool, end: UInt8 = 0x5D) throws(Unexpected) -> Bool {
        if try peek() == end {
            position += 1
            return false
        }
        if !isFirst { try take(0x2C) }
        isFirst = false
        return true
    }

    mutating func string() throws(Unexpected) -> String {
        let (range, isEscaped) = try stringRange()
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        guard
            let text = isEscaped
                ? String(validating: try JSONEscapes.resolved(in: part), as: UTF8.self) : String(validating: part, as: UTF8.self)
        else { throw Unexpected() }
        return text
    }

    /// A string, or `nil` for null.
    mutating func optionalString() throws(Unexpected) -> String? {
        guard try peek() == 0x22 else {
            try literal("null")
            return nil
        }
        return try string()
    }

    /// A boolean, or `nil` for null.
    mutating func optionalBool() throws(Unexpected) -> Bool? {
        switch try peek() {
        case 0x74:
            try literal("true")
            return true
        case 0x66:
            try literal("false")
            return false
        default:
            try literal("null")
            return nil
        }
    }

    /// An integer, or `nil` for null. Numbers with a fraction or an exponent are not expected.
    mutating func optionalInteger() throws(Unexpected) -> Int64? {
        if try peek() == 0x6E {
            try literal("null")
            return nil
        }
        return try integer()
    }

    private mutating func integer() throws(Unexpected) -> Int64 {
        let isNegative = try peek() == 0x2D
        if isNegative { position += 1 }
        let start = position
        var value: Int64 = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            guard position - start < 18 else { throw Unexpected() }
            value = value * 10 + Int64(bytes[position] - 0x30)
            position += 1
        }
        guard position > start, position - start == 1 || bytes[start] != 0x30 else { throw Unexpected() }
        if position < bytes.count, [0x2E, 0x65, 0x45].contains(bytes[position]) { throw Unexpected() }
        return isNegative ? -value : value
    }

    /// Any value.
    mutating func value() throws(Unexpected) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        switch try peek() {
        case 0x22: return .string(try string())
        case 0x7B:
            position += 1
            var members: [String: JSONValue] = [:]
            var isFirst = true
            while try nextElement(&isFirst, end: 0x7D) {
                let key = try string()
                try take(0x3A)
                members[key] = try value()
            }
            return .object(members)
        case 0x5B:
            position += 1
            var elements: [JSONValue] = []
            var isFirst = true
            while try nextElement(&isFirst) { elements.append(try value()) }
            return .array(elements)
        case 0x74, 0x66: return .bool(try optionalBool() ?? false)
        case 0x6E:
            try literal("null")
            return .null
        default: return .integer(try integer())
        }
    }

    mutating func skip() throws(Unexpected) {
        try descend()
        defer { depth -= 1 }
        switch try peek() {
        case 0x22: _ = try stringRange()
        case 0x7B:
            position += 1
            var isFirst = true
            while try nextKey(&isFirst) != nil { try skip() }
        case 0x5B:
            position += 1
            var isFirst = true
            while try nextElement(&isFirst) { try skip() }
        case 0x74: try literal("true")
        case 0x66: try literal("false")
        case 0x6E: try literal("null")
        default: try skipNumber()
        }
    }

    private mutating func descend() throws(Unexpected) {
        depth += 1
        guard depth < Self.deepest else { throw Unexpected() }
    }

    private mutating func skipNumber() throws(Unexpected) {
        let start = position
        while position < bytes.count, "+-.eE0123456789".utf8.contains(bytes[position]) { position += 1 }
        guard position > start else { throw Unexpected() }
    }

    private mutating func literal(_ word: StaticString) throws(Unexpected) {
        _ = try peek()
        let length = word.utf8CodeUnitCount
        guard let base = bytes.baseAddress, bytes.count - position >= length, memcmp(base + position, word.utf8Start, length) == 0 else {
            throw Unexpected()
        }
        position += length
    }

    /// Takes a string; where its content stands, and whether it has escapes.
    private mutating func stringRange() throws(Unexpected) -> (Range<Int>, isEscaped: Bool) {
        try take(0x22)
        guard let base = bytes.baseAddress else { throw Unexpected() }
        let start = position
        var from = start
        var quote = -1
        var isEscaped = false
        while true {
            if quote < from {
                guard let hit = memchr(base + from, 0x22, bytes.count - from) else { throw Unexpected() }
                quote = hit - UnsafeMutableRawPointer(mutating: base)
            }
            guard let hit = memchr(base + from, 0x5C, quote - from) else { break }
            isEscaped = true
            from = hit - UnsafeMutableRawPointer(mutating: base) + 2
            guard from <= bytes.count else { throw Unexpected() }
        }
        position = quote + 1
        return (start..<quote, isEscaped)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these bytes are the text.
    func isText(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && baseAddress.map { memcmp($0, text.utf8Start, count) == 0 } ?? true
    }
}
