import Glibc

/// The escapes of a JSON string.
enum JSONEscapes {
    static func resolved(in part: UnsafeBufferPointer<UInt8>) throws(JSONCursor.Unexpected) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(part.count)
        guard let base = part.baseAddress else { return output }
        var index = 0
        while index < part.count {
            let next = memchr(base + index, 0x5C, part.count - index).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? part.count
            output.append(contentsOf: part[index..<next])
            guard next < part.count else { break }
            guard next + 1 < part.count else { throw JSONCursor.Unexpected() }
            index = next + 2
            switch part[next + 1] {
            case 0x22, 0x5C, 0x2F: output.append(part[next + 1])
            case 0x62: output.append(0x08)
            case 0x66: output.append(0x0C)
            case 0x6E: output.append(0x0A)
            case 0x72: output.append(0x0D)
            case 0x74: output.append(0x09)
            case 0x75: output.append(contentsOf: Array(String(try scalar(part, &index)).utf8))
            default: throw JSONCursor.Unexpected()
            }
        }
        return output
    }

    /// The scalar of `\uXXXX`, or of two of them, whose digits begin at `index`.
    private static func scalar(_ part: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(JSONCursor.Unexpected) -> Unicode.Scalar {
        let first = try digits(part, &index)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), index + 6 <= part.count, part[index] == 0x5C, part[index + 1] == 0x75 else {
            throw JSONCursor.Unexpected()
        }
        index += 2
        let second = try digits(part, &index)
        guard (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
            throw JSONCursor.Unexpected()
        }
        return scalar
    }

    private static func digits(_ part: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(JSONCursor.Unexpected) -> UInt32 {
        guard index + 4 <= part.count else { throw JSONCursor.Unexpected() }
        var value: UInt32 = 0
        for byte in part[index..<(index + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw JSONCursor.Unexpected() }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
