/// Replaces secrets in text by `<redacted:NAME>`: the configured ones and everything that looks like a well-known credential.
///
/// A configured secret is found as it is, JSON-escaped (also twice), percent-encoded and in base64 at each of the three alignments, the last
/// also when it is folded into lines; a part of sixteen bytes or more is found too. Works on bytes, so invalid UTF-8 hides nothing.
/// What it cannot find is a secret that was taken apart or encoded otherwise on purpose.
package struct Redactor: Sendable, CustomStringConvertible, CustomReflectable {
    /// Shorter values are not looked for: they would hit ordinary words.
    package static let shortestSecret = 8

    /// Names of the secrets that are too short to be looked for; worth a warning.
    package let ignoredNames: [String]

    let index: SecretIndex
    let replacements: [[UInt8]]
    /// A bitmap over all pairs of bytes: with which ones a shape may begin.
    let leads: [UInt64]

    package init(secrets: [Secret]) {
        let used = secrets.filter { $0.value.count >= Self.shortestSecret }
        ignoredNames = secrets.filter { $0.value.count < Self.shortestSecret }.map(\.name)
        index = SecretIndex(used)
        replacements = used.map { Self.replacement($0.name) }
        var leads = [UInt64](repeating: 0, count: 1_024)
        for prefix in TokenShape.all.map(\.prefix) + [Array("://".utf8)] {
            let pair = Int(prefix[1]) << 8 | Int(prefix[0])
            leads[pair >> 6] |= 1 << UInt64(pair & 63)
        }
        self.leads = leads
    }

    /// `bytes` without its secrets. For text that comes in pieces use a `RedactingStream`.
    package func redacted(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var state = ScanState()
        bytes.withUnsafeBytes { text in
            _ = scan(text, from: 0, isFinal: true, state: &state, into: &output)
        }
        return output
    }

    /// `text` without its secrets.
    package func redacted(_ text: String) -> String {
        String(decoding: redacted(Array(text.utf8)), as: UTF8.self)
    }

    /// A redactor's description never shows what it looks for.
    package var description: String { "redactor of \(replacements.count) secrets" }
    /// Shows the number of secrets only.
    package var customMirror: Mirror { Mirror(self, children: ["secrets": replacements.count]) }

    /// A name cannot break out of its brackets or of a JSON string.
    static func replacement(_ name: String) -> [UInt8] {
        let safe = name.unicodeScalars.map { scalar -> Character in
            TokenShape.bearer.contains(UInt8(truncatingIfNeeded: scalar.value)) && scalar.isASCII ? Character(scalar) : "-"
        }
        return Array("<redacted:\(String(safe))>".utf8)
    }
}
