/// Tells environment variables that carry credentials from plain settings, by their names.
package enum CredentialName {
    private static let telling: Set<String> = [
        "KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "HEADERS",
    ]

    /// The same rule as a regular expression for the JSON Schema.
    static let pattern = "(^|_)(" + telling.sorted().joined(separator: "|") + ")(_|$)"

    /// Whether the value of a variable of this name has to be treated as a secret.
    ///
    /// Whole words count: `ANTHROPIC_API_KEY` and `GITHUB_TOKEN` do, `MAX_THINKING_TOKENS` and `KEYBOARD` don't.
    package static func isCredential(_ name: String) -> Bool {
        name.uppercased().split(separator: "_").contains { telling.contains(String($0)) }
    }

    /// Whether `name` can be the name of an environment variable.
    static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { JSONScanner.isWordByte($0) && $0 < 0x80 }
    }
}
