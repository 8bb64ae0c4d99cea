/// A key as a person presses it.
package enum Key: Sendable, Equatable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, tab, backTab, escape, backspace
    /// Ctrl and a letter.
    case control(Character)
}

/// Reads keys out of the bytes that a terminal sends (xterm's sequences, which all of today's terminals send).
package struct KeyReader: Sendable {
    /// The beginning of a character that a read has cut.
    private var rest: [UInt8] = []

    package init() {}

    /// A lone escape byte at the end of a read is the escape key: terminals send a sequence in one piece.
    package mutating func keys(in bytes: some Sequence<UInt8>) -> [Key] {
        var input = rest + Array(bytes)
        rest = []
        var keys: [Key] = []
        while let first = input.first {
            if first == 0x1B {
                let (key, length) = Self.sequence(input)
                if let key { keys.append(key) }
                input.removeFirst(length)
            } else if first < 0x20 || first == 0x7F {
                keys.append(Self.control(first))
                input.removeFirst()
            } else {
                let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
                guard input.count >= length else {
                    rest = input
                    break
                }
                // What is no UTF-8 is not a key.
                if let text = String(validating: input.prefix(length), as: UTF8.self) { keys += text.map { .character($0) } }
                input.removeFirst(length)
            }
        }
        return keys
    }

    private static func control(_ byte: UInt8) -> Key {
        switch byte {
        case 0x0D, 0x0A: .enter
        case 0x09: .tab
        case 0x7F, 0x08: .backspace
        default: .control(Character(Unicode.Scalar(byte | 0x60)))
        }
    }

    /// The key that an escape sequence stands for, if it is one that means something here, and the sequence's length.
    private static func sequence(_ input: [UInt8]) -> (Key?, Int) {
        guard input.count > 1 else { return (.escape, 1) }
        guard input[1] == UInt8(ascii: "[") || input[1] == UInt8(ascii: "O") else { return (.escape, 1) }
        var end = 2
        while end < input.count, (0x20...0x3F).contains(input[end]) { end += 1 }
        guard end < input.count else { return (nil, input.count) }
        let parameters = String(decoding: input[2..<end], as: UTF8.self)
        let key: Key? =
            switch (input[end], parameters.split(separator: ";").first ?? "") {
            case (UInt8(ascii: "A"), _): .up
            case (UInt8(ascii: "B"), _): .down
            case (UInt8(ascii: "C"), _): .right
            case (UInt8(ascii: "D"), _): .left
            case (UInt8(ascii: "H"), _): .home
            case (UInt8(ascii: "F"), _): .end
            case (UInt8(ascii: "Z"), _): .backTab
            case (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): .home
            case (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): .end
            case (UInt8(ascii: "~"), "5"): .pageUp
            case (UInt8(ascii: "~"), "6"): .pageDown
            default: nil
            }
        return (key, end + 1)
    }
}
