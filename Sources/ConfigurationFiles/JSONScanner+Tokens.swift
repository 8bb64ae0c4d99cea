/// Strings, numbers and the words of error messages.
extension JSONScanner {
    mutating func string() throws(ConfigurationProblem) -> String {
        let start = position
        var text: [UInt8] = []
        advance()
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20:
                throw problem(
                    byte == UInt8(ascii: "\n") ? "the string has no closing quote in its line" : "a string holds a control character",
                    suggestion: byte == UInt8(ascii: "\n")
                        ? "close it with \", or write a line break as \\n" : "write it as an escape such as \\t")
            default:
                text.append(byte)
                advance()
            }
        }
        throw problem("the string that begins in line \(start.line) has no closing quote")
    }

    private mutating func escape() throws(ConfigurationProblem) -> Unicode.Scalar {
        let start = position
        advance()
        guard let byte = next else { throw problem("the file ends within a string") }
        advance()
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default:
            throw problem("a backslash begins no known escape here", suggestion: "write a backslash itself as \\\\", at: start)
        }
        let first = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A high surrogate needs its low half in the escape that follows.
        if (0xD800..<0xDC00).contains(first), next == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
            advance()
            advance()
            let second = try hexadecimalUnit()
            if (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) {
                return scalar
            }
        }
        throw problem("a \\u escape is half of a surrogate pair", at: start)
    }

    private mutating func hexadecimalUnit() throws(ConfigurationProblem) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("\\u needs four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            advance()
        }
        return unit
    }

    mutating func number() throws(ConfigurationProblem) -> String {
        let start = position
        let begin = offset
        while let byte = next, Self.isWordByte(byte) || [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ".")].contains(byte) {
            advance()
        }
        let text = String(decoding: bytes[begin..<offset], as: UTF8.self)
        guard Self.isNumber(bytes[begin..<offset]) else {
            let shown = isConfidential ? "a number, found something else" : "a number, found \(text.prefix(40))"
            throw problem("expected \(shown)", suggestion: "put text in double quotes", at: start)
        }
        return text
    }

    /// The number grammar of RFC 8259.
    private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let whole = digits()
        guard whole > 0, !(whole > 1 && rest.first == UInt8(ascii: "0")) else { return false }
        rest = rest.dropFirst(whole)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let fraction = digits()
            guard fraction > 0 else { return false }
            rest = rest.dropFirst(fraction)
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
            let exponent = digits()
            guard exponent > 0 else { return false }
            rest = rest.dropFirst(exponent)
        }
        return rest.isEmpty
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    /// What stands under the cursor, in words that show nothing of a confidential file.
    var found: String {
        guard let byte = next else { return "the end of the file" }
        if isConfidential { return "something else" }
        if Self.isWordByte(byte) {
            let word = bytes[offset...].prefix(40).prefix { Self.isWordByte($0) }
            return JSONLiteral.quoted(String(decoding: word, as: UTF8.self))
        }
        return JSONLiteral.quoted(String(Character(Unicode.Scalar(byte))))
    }

    /// What to do when quotes are missing or of the wrong kind.
    var quoteAdvice: String? {
        guard let byte = next else { return nil }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") { return "use double quotes" }
        if byte == UInt8(ascii: ",") { return "remove the comma that stands alone" }
        return Self.isWordByte(byte) ? "put it in double quotes" : nil
    }

    func problem(_ message: String, suggestion: String? = nil, at place: SourcePosition? = nil) -> ConfigurationProblem {
        ConfigurationProblem(file: file, at: place ?? position, message, suggestion: suggestion)
    }
}
