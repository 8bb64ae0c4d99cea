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
    private let longestText: Int

    /// - Parameters:
    ///   - bytes: must outlive the cursor.
    ///   - longestText: bytes that ``text()`` keeps, of text with carriage returns twice as many.
    init(_ bytes: UnsafeBufferPointer<UInt8>, longestText: Int = .max) {
        self.bytes = bytes
        self.longestText = longestText
    }

    /// The next byte that is no white space; nothing is taken.
    @inline(__always)
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
        let part = try stringPart()
        try take(0x3A)
        return part.bytes
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
        try string(of: try stringPart())
    }

    /// A string of which an ASCII one is kept up to the longest text only; the rest is checked all the same.
    mutating func text() throws(Unexpected) -> String {
        try string(of: try stringPart(), longest: longestText)
    }

    private func string(of part: StringPart, longest: Int = .max) throws(Unexpected) -> String {
        // What is checked already need not be checked again, which is slow.
        if part.isASCII, part.escapes == .none { return String(decoding: part.bytes.prefix(longest.doubled), as: UTF8.self) }
        if part.isASCII, part.escapes == .single { return JSONEscapes.resolvedASCII(in: part.bytes, longest: longest) }
        guard
            let text = part.escapes == .none
                ? String(validating: part.bytes, as: UTF8.self)
                : String(validating: try JSONEscapes.resolved(in: part.bytes), as: UTF8.self)
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
        defer { ascend() }
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
        defer { ascend() }
        switch try peek() {
        case 0x22: _ = try stringPart()
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

    /// Goes into a value. Whoever walks through values in values by calling itself does so with each: an agent can nest a line deeper than any
    /// stack.
    mutating func descend() throws(Unexpected) {
        depth += 1
        guard depth < Self.deepest else { throw Unexpected() }
    }

    /// Leaves the value that was gone into.
    mutating func ascend() { depth -= 1 }

    private mutating func skipNumber() throws(Unexpected) {
        let start = position
        scan: while position < bytes.count {
            switch bytes[position] {
            case 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x45, 0x65: position += 1
            default: break scan
            }
        }
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

    /// The content of a string as it is written.
    private struct StringPart {
        enum Escapes {
            case none
            /// Those of one letter only, all of them right.
            case single
            case others
        }

        var bytes: UnsafeBufferPointer<UInt8>
        var escapes: Escapes
        /// Whether nothing but ASCII is in it, not counting escapes.
        var isASCII: Bool
    }

    /// Takes a string, eight bytes at a time.
    private mutating func stringPart() throws(Unexpected) -> StringPart {
        try take(0x22)
        guard let base = bytes.baseAddress else { throw Unexpected() }
        let start = position
        var index = start
        var escapes = StringPart.Escapes.none
        var seen: UInt64 = 0
        while true {
            while index + 8 <= bytes.count {
                let word = UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let hits = EightBytes.zeros(in: word ^ EightBytes.all(0x22)) | EightBytes.zeros(in: word ^ EightBytes.all(0x5C))
                guard hits != 0 else {
                    seen |= word
                    index += 8
                    continue
                }
                let plain = hits.trailingZeroBitCount & ~7
                seen |= word & (1 << UInt64(plain) &- 1)
                index += plain >> 3
                break
            }
            guard index < bytes.count else { throw Unexpected() }
            switch base[index] {
            case 0x22:
                position = index + 1
                return StringPart(
                    bytes: UnsafeBufferPointer(rebasing: bytes[start..<index]), escapes: escapes,
                    isASCII: seen & EightBytes.all(0x80) == 0)
            case 0x5C:
                guard index + 1 < bytes.count else { throw Unexpected() }
                switch base[index + 1] {
                case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: if escapes == .none { escapes = .single }
                default: escapes = .others
                }
                index += 2
            case let byte:
                seen |= UInt64(byte)
                index += 1
            }
        }
    }
}

/// Looks at eight bytes at once.
enum EightBytes {
    @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The high bit of the first byte that is zero, and perhaps of later ones; 0 when none is.
    @inline(__always)
    static func zeros(in word: UInt64) -> UInt64 { (word &- all(0x01)) & ~word & all(0x80) }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these bytes are the text.
    func isText(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && baseAddress.map { memcmp($0, text.utf8Start, count) == 0 } ?? true
    }
}

extension Int {
    /// Twice as much, or as much as there is.
    var doubled: Int { multipliedReportingOverflow(by: 2).overflow ? .max : self * 2 }
}
