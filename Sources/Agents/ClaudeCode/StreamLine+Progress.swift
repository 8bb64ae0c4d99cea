import JSON

extension StreamLine {
    /// What the line says about whether the agent gets on: every line is a sign of life, and calls of tools have a beginning and an end.
    var progress: [ProgressMark] {
        let blocks: [ContentBlock]
        switch self {
        case .assistant(let message): blocks = message.content
        case .user(let message): blocks = message.content
        case .started: return [.began]
        case .result: return [.rested]
        case .replayed: return [.told]
        case .apiRetry: return [.retrying]
        case .malformed: return [.unreadable]
        default: blocks = []
        }
        let marks = blocks.compactMap { block -> ProgressMark? in
            switch block {
            case .toolUse(let id, let name, let input):
                .toolStarted(id: id, name: name, call: CallFingerprint.of(name, input), argument: Activity.argument(of: input))
            case .toolResult(let id, _, let isError): .toolEnded(id: id, failed: isError)
            case .text, .other: nil
            }
        }
        return marks.isEmpty ? Self.signOfLife : marks
    }

    private static let signOfLife: [ProgressMark] = [.output]
}

/// Tells equal calls from different ones, also for the next engine, because Swift's own hashes differ from one process to the next: as FNV-1a does it,
/// but eight bytes at a time where there are as many, turned so that each of them counts for every bit.
private struct CallFingerprint {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    static func of(_ name: String, _ input: JSONValue) -> Int {
        var fingerprint = CallFingerprint()
        fingerprint.add(name)
        fingerprint.add(input)
        return Int(truncatingIfNeeded: fingerprint.state)
    }

    /// Every kind of value begins with a byte of its own, and texts end with one that no UTF-8 has.
    private mutating func add(_ value: JSONValue) {
        switch value {
        case .null: mix(0)
        case .bool(let value): mix(value ? 2 : 1)
        case .integer(let value): add(3, bits: UInt64(bitPattern: value))
        case .number(let value): add(4, bits: value.bitPattern)
        case .string(let value):
            mix(5)
            add(value)
        case .array(let values):
            mix(6)
            for value in values { add(value) }
            mix(7)
        case .object(let members):
            mix(8)
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                add(key)
                add(value)
            }
            mix(9)
        }
    }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            let (raw, whole) = (UnsafeRawBufferPointer(bytes), bytes.count & ~7)
            for place in stride(from: 0, to: whole, by: 8) {
                let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                state = ((state << 27 | state >> 37) ^ word) &* 0x9E37_79B9_7F4A_7C15
            }
            for place in whole..<bytes.count { mix(bytes[place]) }
        }
        mix(0xFF)
    }

    private mutating func add(_ kind: UInt8, bits: UInt64) {
        mix(kind)
        for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    }

    private mutating func mix(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
