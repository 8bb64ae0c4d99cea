/// Who made a commit.
package struct GitIdentity: Sendable, Equatable {
    /// Shown as the author's or committer's name.
    package let name: String
    /// An address, which need not exist.
    package let email: String

    /// Characters that git's format cannot hold (angle brackets, control characters) are left out.
    package init(name: String, email: String) {
        self.name = Self.cleaned(name, fallback: "cco")
        self.email = Self.cleaned(email, fallback: "cco@localhost")
    }

    private static func cleaned(_ text: String, fallback: String) -> String {
        let kept = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F && $0 != "<" && $0 != ">" && $0 != "\"" && $0 != "\\" }
        let trimmed = String(String.UnicodeScalarView(kept)).trimmed
        return trimmed.isEmpty ? fallback : trimmed
    }

    /// The variables that make git use this identity, and `date` in seconds since 1970 (UTC).
    func environment(date: Int64) -> [String: String] {
        [
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": "@\(date) +0000",
            "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email, "GIT_COMMITTER_DATE": "@\(date) +0000",
        ]
    }
}
