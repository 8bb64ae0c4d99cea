/// A key as a person presses it.
package enum Key: Sendable, Equatable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, tab, backTab, escape, backspace
    /// Ctrl and a letter.
    case control(Character)
    /// Text that was pasted, or a part of it: whatever it says, it is no command.
    case paste(String)
}

/// Reads keys out of the bytes that a terminal sends (xterm's sequences, which all of today's terminals send).
package struct KeyReader: Sendable {
    /// The beginning of a character that a read has cut; in a paste also of its end, or of a line's.
    private var rest: [UInt8] = []
    /// The end of the last read, where a paste may begin in it: what follows must not be taken for keys.
    private var begun: [UInt8] = []
    /// Whether what comes belongs to a paste.
    private var isPasting = false

    /// The marks that a terminal puts around what is pasted (xterm's bracketed paste, which the view asks for).
    private static let pasteStart = Array("\u{1B}[200~".utf8)
    private static let pasteEnd = Array("\u{1B}[201~".utf8)
    private static let interrupt: UInt8 = 0x03

    package init() {}

    /// A lone escape byte at the end of a read is the escape key: terminals send a sequence in one piece. A paste comes in any pieces;
    /// should its end never come, Ctrl-C by itself is a key all the same.
    package mutating func keys(in bytes: some Sequence<UInt8>) -> [Key] {
        let bytes = Array(bytes)
        if isPasting, bytes == [Self.interrupt] { (isPasting, rest) = (false, []) }
        var input = rest + bytes
        let joined = begun + bytes
        if !begun.isEmpty, joined.starts(with: Self.pasteStart) || Self.pasteStart.starts(with: joined) { input = joined }
        (rest, begun) = ([], [])
        var keys: [Key] = []
        while let first = input.first {
            if isPasting {
                let text = pasted(&input)
                if !text.isEmpty { keys.append(.paste(text)) }
            } else if input.starts(with: Self.pasteStart) {
                isPasting = true
                input.removeFirst(Self.pasteStart.count)
            } else if first == 0x1B {
                if Self.pasteStart.starts(with: input) { begun = input }
                let (key, length) = Self.sequence(input)
                if let key { keys.append(key) }
                input.removeFirst(length)
            } else if first < 0x20 || first == 0x7F {
                keys.append(Self.control(first))
                input.removeFirst()
            } else {
                let length = Self.characterLength(first)
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

    /// Bytes of a character, as its first one says.
    private static func characterLength(_ first: UInt8) -> Int { first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

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

extension KeyReader {
    /// Takes what belongs to the paste: up to its end, or as far as it has come.
    private mutating func pasted(_ input: inout [UInt8]) -> String {
        if let end = input.indices.first(where: { input[$0...].starts(with: Self.pasteEnd) }) {
            let text = Self.text(input[..<end])
            input.removeFirst(end + Self.pasteEnd.count)
            isPasting = false
            return text
        }
        let settled = input.count - Self.unsettled(input)
        rest = Array(input[settled...])
        let text = Self.text(input[..<settled])
        input = []
        return text
    }

    /// Bytes at the end of a piece of a paste of which only the next piece says what they are: of the mark at its end, of the end of a
    /// line, of a character.
    private static func unsettled(_ bytes: [UInt8]) -> Int {
        for length in 1..<pasteEnd.count where bytes.suffix(length).elementsEqual(pasteEnd.prefix(length)) { return length }
        if bytes.last == 0x0D { return 1 }
        guard let start = bytes.suffix(3).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return 0 }
        let length = bytes.count - start
        return characterLength(bytes[start]) > length ? length : 0
    }

    /// What a message can hold of a paste. Terminals send for the end of a line what the enter key sends.
    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        var last: Unicode.Scalar?
        for scalar in String(decoding: Array(bytes), as: UTF8.self).unicodeScalars {
            if scalar == "\r" || scalar == "\n" {
                // The second half of one end.
                if scalar == "\r" || last != "\r" { text.unicodeScalars.append("\n") }
            } else if scalar == "\t" || scalar.properties.generalCategory != .control {
                text.unicodeScalars.append(scalar)
            }
            last = scalar
        }
        return text
    }
}
