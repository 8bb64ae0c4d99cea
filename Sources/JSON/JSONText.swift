extension [UInt8] {
    mutating func append(literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(number: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            repeat {
                start -= 1
                digits.initializeElement(at: start, to: 0x30 + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            append(contentsOf: digits[start...])
        }
    }

    mutating func append(quoted text: String) {
        var text = text
        text.withUTF8 { append(quoted: $0) }
    }

    /// Appends a string's text, in quotes and with what cannot stand in them escaped.
    mutating func append(quoted text: UnsafeBufferPointer<UInt8>) {
        append(0x22)
        var begin = 0
        while true {
            let end = text.firstToEscape(from: begin)
            append(contentsOf: UnsafeBufferPointer(rebasing: text[begin..<end]))
            guard end < text.count else { break }
            append(escaped: text[end])
            begin = end + 1
        }
        append(0x22)
    }

    private mutating func append(escaped byte: UInt8) {
        append(0x5C)
        switch byte {
        case 0x22, 0x5C: append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        default:
            append(literal: byte < 0x10 ? "u000" : "u001")
            append(byte % 16 < 10 ? 0x30 + byte % 16 : 0x57 + byte % 16)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the first quote, backslash or control character is; the end if there is none. Eight bytes at a time.
    fileprivate func firstToEscape(from begin: Int) -> Int {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let bytes = UnsafeRawBufferPointer(self)
        var index = begin
        while index + 8 <= count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let (quote, backslash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
            // A byte's high bit is set where the byte is below 0x20, or 0 in one of the others. Only above a true one can there be a false
            // one.
            let found =
                ((word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & highs
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return index }
            index += 1
        }
        return index
    }
}
