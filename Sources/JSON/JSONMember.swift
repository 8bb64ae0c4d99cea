/// A member of an object that is open: where it is, and what orders it.
struct JSONMember {
    /// Where the key's opening quote is.
    fileprivate let start: Int
    /// How many bytes the key has, and how many as it was written.
    private let length: Int
    private let writtenLength: Int
    /// The key's first bytes, filled up with zeros, so that most comparisons are ones of two numbers.
    private let prefix: UInt64

    /// Appends the key and the colon.
    init(writing key: String, to bytes: inout [UInt8]) {
        var key = key
        start = bytes.count
        (length, prefix) = key.withUTF8 { text in
            bytes.append(quoted: text)
            return (text.count, Self.prefix(text))
        }
        writtenLength = bytes.count - start - 2
        bytes.append(0x3A)
    }

    private static func prefix(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        if text.count >= 8 { return UInt64(bigEndian: UnsafeRawBufferPointer(text).loadUnaligned(as: UInt64.self)) }
        var prefix: UInt64 = 0
        for byte in text { prefix = prefix << 8 | UInt64(byte) }
        return prefix << UInt64(64 - 8 * text.count)
    }

    /// Whether the key is the smaller one, by its bytes: so the library orders keys.
    func precedes(_ other: JSONMember, in bytes: [UInt8]) -> Bool { bytes.withUnsafeBufferPointer { compare(other, in: $0) < 0 } }

    /// Negative if the key is the smaller one, 0 if both are the same.
    fileprivate func compare(_ other: JSONMember, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        if prefix != other.prefix { return prefix < other.prefix ? -1 : 1 }
        if length <= 8 || other.length <= 8 { return length - other.length }
        guard length == writtenLength, other.length == other.writtenLength else {
            let (left, right) = (key(in: bytes), other.key(in: bytes))
            return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        }
        for index in 8..<min(length, other.length) {
            let (left, right) = (bytes[start + 1 + index], bytes[other.start + 1 + index])
            if left != right { return Int(left) - Int(right) }
        }
        return length - other.length
    }

    func name(in bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { String(decoding: key(in: $0), as: UTF8.self) } }

    /// The key's bytes as they were before they were escaped.
    private func key(in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var key: [UInt8] = []
        var written = bytes[(start + 1)..<(start + 1 + writtenLength)]
        while let byte = written.popFirst() {
            guard byte == 0x5C, let escape = written.popFirst() else {
                key.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "b"): key.append(0x08)
            case UInt8(ascii: "f"): key.append(0x0C)
            case UInt8(ascii: "n"): key.append(0x0A)
            case UInt8(ascii: "r"): key.append(0x0D)
            case UInt8(ascii: "t"): key.append(0x09)
            case UInt8(ascii: "u"):
                key.append(UInt8(String(decoding: written.prefix(4), as: UTF8.self), radix: 16) ?? 0)
                written = written.dropFirst(4)
            default: key.append(escape)
            }
        }
        return key
    }
}

extension [UInt8] {
    /// Puts the members, with which the text ends, in the order of their keys. Of those with one key only the last stays, as in a
    /// dictionary.
    mutating func reorder(_ members: ArraySlice<JSONMember>) {
        guard let first = members.first?.start else { return }
        var parts: [(member: JSONMember, end: Int)] = []
        parts.reserveCapacity(members.count)
        var end = count
        for member in members.reversed() {
            parts.append((member, end))
            // The comma before it.
            end = member.start - 1
        }
        let ordered: [UInt8] = withUnsafeBufferPointer { text in
            parts.sort {
                let order = $0.member.compare($1.member, in: text)
                return order < 0 || order == 0 && $0.member.start > $1.member.start
            }
            var ordered: [UInt8] = []
            ordered.reserveCapacity(text.count - first)
            var last: JSONMember?
            for (member, end) in parts {
                if let last {
                    if last.compare(member, in: text) == 0 { continue }
                    ordered.append(0x2C)
                }
                ordered.append(contentsOf: text[member.start..<end])
                last = member
            }
            return ordered
        }
        removeLast(count - first)
        append(contentsOf: ordered)
    }
}
