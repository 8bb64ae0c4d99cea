/// The user and password in `https://user:password@host`.
enum URLCredentials {
    static let name = "url-credentials"
    /// Bytes that are looked at for an `@`. What goes on longer without an end is no host, and counts as credentials up to its end.
    private static let longest = 1_024
    /// What credentials can go on with.
    static let alphabet = TokenShape.Alphabet(String(decoding: (UInt8(0x21)..<0x7F).filter { !isEnd($0) }, as: UTF8.self))

    /// Whether `://` and credentials begin at `start`. A user name alone counts when it is long enough to be a token (`git@` is not).
    static func match(_ text: UnsafeRawBufferPointer, at start: Int, isFinal: Bool) -> TokenShape.Match {
        for (index, byte) in [UInt8(0x3A), 0x2F, 0x2F].enumerated() {
            if start + index == text.count { return isFinal ? .nothing : .undecided }
            guard text[start + index] == byte else { return .nothing }
        }
        let first = start + 3
        var index = first
        var end: Int?
        while index < text.count, index - first < longest, !isEnd(text[index]) {
            // The last one counts: a password may have an @ in it.
            if text[index] == 0x40 { end = index }
            index += 1
        }
        if index - first == longest {
            while index < text.count, alphabet.contains(text[index]) { index += 1 }
            return .token(start: first, end: index)
        }
        if index == text.count && !isFinal { return .undecided }
        guard let end else { return .nothing }
        let colon = text[first..<end].firstIndex(of: 0x3A)
        guard end - first >= 16 || colon.map({ $0 + 1 < end }) == true else { return .nothing }
        return .token(start: first, end: end)
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, 0x22, 0x23, 0x27, 0x2F, 0x3C, 0x3E, 0x3F, 0x5C, 0x60: true
        default: false
        }
    }
}
