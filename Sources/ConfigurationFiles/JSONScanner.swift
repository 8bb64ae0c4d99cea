/// Walks over the bytes of a JSON text and counts lines and columns as it goes.
struct JSONScanner {
    let bytes: [UInt8]
    let file: String
    let isConfidential: Bool
    var offset = 0
    var line = 1
    var column = 1
    var problems: [ConfigurationProblem] = []

    init(bytes: [UInt8], file: String, isConfidential: Bool) {
        self.bytes = bytes
        self.file = file
        self.isConfidential = isConfidential
        // A byte order mark is no part of the text.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    var position: SourcePosition { SourcePosition(line: line, column: column) }

    /// The byte under the cursor, or nil at the end.
    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func advance() {
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    /// The one value of the text, with nothing after it.
    mutating func document() throws(ConfigurationProblem) -> JSONValue {
        skipBlanks()
        guard next != nil else { throw problem("the file is empty") }
        let value = try value(depth: 0)
        skipBlanks()
        if next != nil { throw problem("expected the end of the file, found \(found)") }
        return value
    }

    mutating func value(depth: Int) throws(ConfigurationProblem) -> JSONValue {
        guard depth <= JSONDocument.depthLimit else {
            throw problem("lists and objects nest deeper than \(JSONDocument.depthLimit) levels")
        }
        let start = position
        switch next {
        case UInt8(ascii: "{"): return JSONValue(.object(try members(depth: depth)), at: start)
        case UInt8(ascii: "["): return JSONValue(.array(try elements(depth: depth)), at: start)
        case UInt8(ascii: "\""): return JSONValue(.string(try string()), at: start)
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return JSONValue(.number(try number()), at: start)
        default: break
        }
        for (word, content) in [("true", JSONValue.Content.boolean(true)), ("false", .boolean(false)), ("null", .null)] where take(word) {
            return JSONValue(content, at: start)
        }
        throw problem("expected a value, found \(found)", suggestion: quoteAdvice)
    }

    private mutating func members(depth: Int) throws(ConfigurationProblem) -> [JSONMember] {
        var members: [JSONMember] = []
        var seen: [String: SourcePosition] = [:]
        let start = position
        advance()
        skipBlanks()
        while next != UInt8(ascii: "}") {
            guard next == UInt8(ascii: "\"") else {
                throw problem("expected a key in double quotes, found \(found)", suggestion: quoteAdvice)
            }
            let keyPosition = position
            let key = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw problem("expected \":\" after the key, found \(found)") }
            advance()
            skipBlanks()
            let value = try value(depth: depth + 1)
            if let first = seen[key] {
                let name = isConfidential ? "a key" : "the key \(JSONLiteral.quoted(key))"
                problems.append(
                    ConfigurationProblem(
                        file: file, at: keyPosition, "\(name) is there twice, first in line \(first.line)", suggestion: "keep one"))
            }
            seen[key] = keyPosition
            members.append(JSONMember(key: key, keyPosition: keyPosition, value: value))
            try separator(closing: "}", opened: start)
        }
        advance()
        return members
    }

    private mutating func elements(depth: Int) throws(ConfigurationProblem) -> [JSONValue] {
        var elements: [JSONValue] = []
        let start = position
        advance()
        skipBlanks()
        while next != UInt8(ascii: "]") {
            elements.append(try value(depth: depth + 1))
            try separator(closing: "]", opened: start)
        }
        advance()
        return elements
    }

    /// Leaves the cursor at the closing bracket or at the next element.
    private mutating func separator(closing: Unicode.Scalar, opened start: SourcePosition) throws(ConfigurationProblem) {
        skipBlanks()
        let closingByte = UInt8(ascii: closing)
        if next == closingByte { return }
        guard next == UInt8(ascii: ",") else {
            throw problem("expected \",\" or \"\(closing)\", found \(found)", suggestion: "the bracket was opened in line \(start.line)")
        }
        let comma = position
        advance()
        skipBlanks()
        if next == closingByte {
            problems.append(
                ConfigurationProblem(file: file, at: comma, "JSON allows no comma before \"\(closing)\"", suggestion: "remove the comma"))
        } else if next == nil {
            throw problem("expected another element, found \(found)", suggestion: "the bracket was opened in line \(start.line)")
        }
    }

    /// Skips white space, and comments too once they are noted as a problem.
    mutating func skipBlanks() {
        while let byte = next {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): advance()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): skipComment { $0.next == UInt8(ascii: "\n") }
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipComment { $0.next == UInt8(ascii: "*") && $0.peek(1) == UInt8(ascii: "/") }
                for _ in 0..<2 where next != nil { advance() }
            case UInt8(ascii: "#"): skipComment { $0.next == UInt8(ascii: "\n") }
            default: return
            }
        }
    }

    private mutating func skipComment(until isEnd: (JSONScanner) -> Bool) {
        problems.append(ConfigurationProblem(file: file, at: position, "JSON allows no comments", suggestion: "remove the comment"))
        advance()
        if next != nil, next != UInt8(ascii: "\n") { advance() }
        while next != nil, !isEnd(self) { advance() }
    }

    func peek(_ distance: Int) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    /// Consumes `word` when it stands here as a whole word.
    private mutating func take(_ word: String) -> Bool {
        let utf8 = Array(word.utf8)
        guard bytes[offset...].starts(with: utf8), !(peek(utf8.count).map(Self.isWordByte) ?? false) else { return false }
        for _ in utf8 { advance() }
        return true
    }
}
