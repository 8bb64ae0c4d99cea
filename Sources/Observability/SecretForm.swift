/// One way in which a secret may turn up in text: as it is, or encoded.
struct SecretForm {
    let bytes: [UInt8]
    /// Base64 is often broken into lines, so line breaks between its characters do not end a match.
    let allowsLineBreaks: Bool

    /// All ways in which `value` is looked for, none twice.
    static func all(of value: [UInt8]) -> [SecretForm] {
        var seen: Set<[UInt8]> = []
        var forms: [SecretForm] = []
        func add(_ bytes: [UInt8], allowsLineBreaks: Bool = false) {
            guard bytes.count >= 8, seen.insert(bytes).inserted else { return }
            forms.append(SecretForm(bytes: bytes, allowsLineBreaks: allowsLineBreaks))
        }
        add(value)
        for unicode in [false, true] {
            for slash in [false, true] {
                let once = jsonEscaped(value, escapesSlash: slash, escapesUnicode: unicode)
                add(once)
                // JSON inside a JSON string, as tools' output is in an agent's event stream.
                add(jsonEscaped(once, escapesSlash: slash, escapesUnicode: unicode))
            }
        }
        add(Array(HTMLText.escaped(String(decoding: value, as: UTF8.self)).utf8))
        for digits in [hexUpper, hexLower] {
            for plus in [false, true] { add(percentEncoded(value, digits: digits, spaceAsPlus: plus)) }
        }
        for alphabet in [standardAlphabet, urlAlphabet] {
            for offset in 0..<3 { add(base64(value, offset: offset, alphabet: alphabet), allowsLineBreaks: true) }
        }
        return forms
    }

    /// The base64 characters that depend on `value` alone when it stands `offset` (mod 3) bytes after the start of what is encoded.
    private static func base64(_ value: [UInt8], offset: Int, alphabet: [UInt8]) -> [UInt8] {
        let padded = [UInt8](repeating: 0, count: offset) + value
        // A character is six bits; the first ones and the last one may be shared with neighbours.
        let first = (offset * 8 + 5) / 6
        let end = padded.count * 8 / 6
        return (first..<end).map { character in
            let bit = character * 6
            let high = UInt16(padded[bit / 8])
            let low = bit / 8 + 1 < padded.count ? UInt16(padded[bit / 8 + 1]) : 0
            return alphabet[Int((high << 8 | low) >> UInt16(10 - bit % 8) & 0x3F)]
        }
    }

    private static func percentEncoded(_ value: [UInt8], digits: [UInt8], spaceAsPlus: Bool) -> [UInt8] {
        value.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
            case 0x20 where spaceAsPlus: [0x2B]
            default: [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func jsonEscaped(_ value: [UInt8], escapesSlash: Bool, escapesUnicode: Bool) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in String(decoding: value, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"", "\\": result += [0x5C, UInt8(truncatingIfNeeded: scalar.value)]
            case "/" where escapesSlash: result += [0x5C, 0x2F]
            case "\n": result += [0x5C, 0x6E]
            case "\r": result += [0x5C, 0x72]
            case "\t": result += [0x5C, 0x74]
            case _ where scalar.value < 0x20 || escapesUnicode && scalar.value > 0x7E:
                for unit in String(scalar).utf16 {
                    result += [0x5C, 0x75]
                    for shift: UInt16 in [12, 8, 4, 0] { result.append(hexLower[Int(unit >> shift & 15)]) }
                }
            default: result += Array(String(scalar).utf8)
            }
        }
        return result
    }

    private static let hexUpper = Array("0123456789ABCDEF".utf8)
    private static let hexLower = Array("0123456789abcdef".utf8)
    private static let standardAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
