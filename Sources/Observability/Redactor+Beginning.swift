extension Redactor {
    /// The beginning of `line` without its secrets: at most `longest` characters, and an ellipsis if there is more.
    ///
    /// Secrets are taken out first, because half a secret would not be found. A longer line that comes with an ellipsis at its end was cut
    /// before: what may be the beginning of a secret there is left out with the rest of it.
    package func beginning(of line: String, longest: Int) -> String {
        let ellipsis = "…"
        let wasCut = line.utf8.count > longest && line.unicodeScalars.last == "\u{2026}"
        let clean: String
        if wasCut {
            var stream = RedactingStream(self)
            clean = String(decoding: stream.append(line.utf8.dropLast(ellipsis.utf8.count)), as: UTF8.self)
        } else {
            clean = redacted(line)
        }
        // No text has more characters than bytes.
        if clean.utf8.count > longest {
            let end = clean.index(clean.startIndex, offsetBy: longest, limitedBy: clean.endIndex) ?? clean.endIndex
            if end < clean.endIndex { return String(clean[..<end]) + ellipsis }
        }
        return wasCut ? clean + ellipsis : clean
    }
}
