/// The name of a git object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
///
/// Decisions carry object ids and never branch names where a moving name could mean something else later.
package struct ObjectID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The full hexadecimal name.
    package let hex: String

    /// Accepts only a full object name, so that nothing else (an option, a path, an abbreviated id) can pass for one.
    package init?(_ hex: some StringProtocol) {
        guard hex.utf8.count == 40 || hex.utf8.count == 64 else { return nil }
        var text = String(hex)
        guard text.withUTF8(Self.areDigits) else { return nil }
        self.hex = text
    }

    /// The same for text that is not a string yet.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 40 || bytes.count == 64, bytes.withMemoryRebound(to: UInt8.self, Self.areDigits) else { return nil }
        hex = String(decoding: bytes, as: UTF8.self)
    }

    /// A state that is read has two or three ids in each task, so this is done a byte at a time and without anything generic.
    private static func areDigits(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in bytes {
            let isDigit = byte &- 0x30 < 10 || byte &- 0x61 < 6
            if !isDigit { return false }
        }
        return true
    }

    /// Reads the hexadecimal name; throws `DecodingError` for anything that is not a full object name.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ObjectID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a full git object id: \(text)")
        }
        self = id
    }

    /// Writes the hexadecimal name.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }

    /// The first ten digits, for people.
    package var short: String { String(hex.prefix(10)) }

    package var description: String { hex }
}
