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

    /// The beginning of ASCII text that has no escapes but right ones of one letter, with these resolved.
    ///
    /// - Parameter longest: bytes, twice as many where one of them is a carriage return.
    static func resolvedASCII(in part: UnsafeBufferPointer<UInt8>, longest: Int) -> String {
        guard let base = part.baseAddress else { return "" }
        let longer = min(longest.doubled, part.count)
        var most = min(longest, longer)
        // Eight bytes are written at a time.
        return String(unsafeUninitializedCapacity: longer + 8) { output in
            let target = UnsafeMutableRawBufferPointer(output)
            var index = 0
            var count = 0
            while index < part.count, count < most {
                if index + 8 <= part.count {
                    let word = UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    target.storeBytes(of: word, toByteOffset: count, as: UInt64.self)
                    let hits = EightBytes.zeros(in: UInt64(littleEndian: word) ^ EightBytes.all(0x5C))
                    let plain = hits.trailingZeroBitCount >> 3
                    index += plain
                    count += plain
                    guard hits != 0, count < most else { continue }
                }
                guard base[index] == 0x5C else {
                    target[count] = base[index]
                    index += 1
                    count += 1
                    continue
                }
                target[count] =
                    switch base[index + 1] {
                    case 0x62: 0x08
                    case 0x66: 0x0C
                    case 0x6E: 0x0A
                    case 0x72: 0x0D
                    case 0x74: 0x09
                    case let byte: byte
                    }
                if base[index + 1] == 0x72 { most = longer }
                index += 2
                count += 1
            }
            return min(count, most)
        }
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
