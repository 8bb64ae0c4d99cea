/// A kind of credential that is recognised by its look, without knowing its value.
struct TokenShape: Sendable {
    /// What is shown in its place.
    let name: String
    /// What it begins with.
    let prefix: [UInt8]
    /// How many characters have to follow.
    let minimum: Int
    /// Which characters may follow.
    let alphabet: Alphabet
    /// Whether the prefix is no part of the secret and stays.
    var keepsPrefix = false

    /// A set of ASCII characters.
    struct Alphabet: Hashable, Sendable {
        private let low: UInt64
        private let high: UInt64

        init(_ characters: String) {
            var low: UInt64 = 0
            var high: UInt64 = 0
            for byte in characters.utf8 {
                if byte < 64 { low |= 1 << UInt64(byte) } else if byte < 128 { high |= 1 << UInt64(byte - 64) }
            }
            self.low = low
            self.high = high
        }

        func contains(_ byte: UInt8) -> Bool {
            byte < 64 ? low >> UInt64(byte) & 1 != 0 : byte < 128 && high >> UInt64(byte - 64) & 1 != 0
        }
    }

    static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static let word = Alphabet(letters + "0123456789_-")
    static let plain = Alphabet(letters + "0123456789_")
    static let bearer = Alphabet(letters + "0123456789_-.~+/=")

    /// All shapes but URLs' credentials, which have no fixed beginning.
    static let all: [TokenShape] =
        ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].map {
            TokenShape(name: "github-token", prefix: Array($0.utf8), minimum: 16, alphabet: plain)
        }
        + ["xoxb-", "xoxp-", "xoxa-"].map {
            TokenShape(name: "slack-token", prefix: Array($0.utf8), minimum: 10, alphabet: word)
        }
        + ["Bearer ", "bearer ", "BEARER "].map {
            TokenShape(name: "bearer-token", prefix: Array($0.utf8), minimum: 16, alphabet: bearer, keepsPrefix: true)
        }
        + [
            TokenShape(name: "anthropic-key", prefix: Array("sk-ant-".utf8), minimum: 8, alphabet: word),
            TokenShape(name: "openai-key", prefix: Array("sk-proj-".utf8), minimum: 16, alphabet: word),
            TokenShape(name: "gitlab-token", prefix: Array("glpat-".utf8), minimum: 16, alphabet: word),
            TokenShape(
                name: "aws-key", prefix: Array("AKIA".utf8), minimum: 16, alphabet: Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")),
        ]

    /// Whether the bytes from `start` are one. The text may end inside it: `.undecided` as long as it is shorter than the minimum.
    func match(_ text: UnsafeRawBufferPointer, at start: Int, isFinal: Bool) -> Match {
        var index = start
        for byte in prefix {
            if index == text.count { return isFinal ? .nothing : .undecided }
            guard text[index] == byte else { return .nothing }
            index += 1
        }
        let token = index
        while index < text.count, alphabet.contains(text[index]) { index += 1 }
        if index - token >= minimum { return .token(start: keepsPrefix ? token : start, end: index) }
        return index == text.count && !isFinal ? .undecided : .nothing
    }

    /// What stands at a position of a text.
    enum Match: Equatable {
        case nothing
        /// The bytes from `start` up to `end` are the secret.
        case token(start: Int, end: Int)
        /// The text ends before it can be told.
        case undecided
    }
}
