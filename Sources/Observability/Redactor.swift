/// Replaces secrets in text by `<redacted:NAME>`: the configured ones and everything that looks like a well-known credential.
///
/// A configured secret is found as it is, JSON-escaped (also twice), HTML-escaped, percent-encoded and in base64 at each of the three alignments, the last
/// also when it is folded into lines; a part of sixteen bytes or more is found too. Works on bytes, so invalid UTF-8 hides nothing.
/// What it cannot find is a secret that was taken apart or encoded otherwise on purpose.
package struct Redactor: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Shorter values are not looked for: they would hit ordinary words.
    package static let shortestSecret = 8

    /// Names of the secrets that are too short to be looked for; worth a warning.
    package let ignoredNames: [String]

    let index: SecretIndex
    let replacements: [[UInt8]]
    let shapeLeads: ShapeLeads

    package init(secrets: [Secret]) {
        let used = secrets.filter { $0.value.count >= Self.shortestSecret }
        ignoredNames = secrets.filter { $0.value.count < Self.shortestSecret }.map(\.name)
        index = SecretIndex(used)
        replacements = used.map { Self.replacement($0.name) }
        shapeLeads = ShapeLeads(TokenShape.all.map(\.prefix) + [Array("://".utf8)])
    }

    /// Whether they take out the same.
    package static func == (left: Redactor, right: Redactor) -> Bool {
        left.replacements == right.replacements && left.index == right.index
    }

    /// `bytes` without its secrets. For text that comes in pieces use a `RedactingStream`.
    package func redacted(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes(replacing) ?? bytes
    }

    /// The whole text with what is to be replaced; `nil` when that is nothing.
    private func replacing(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard cleanPart(of: text, from: 0, isFinal: true) == nil else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var state = ScanState()
        _ = scan(text, from: 0, isFinal: true, state: &state, into: &output)
        return output
    }

    /// `text` without its secrets.
    package func redacted(_ text: String) -> String {
        var bytes = text
        return bytes.withUTF8 { replacing(UnsafeRawBufferPointer($0)) }.map { String(decoding: $0, as: UTF8.self) } ?? text
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
