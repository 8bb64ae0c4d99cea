/// Takes the credentials out of URLs, in any text that goes to an error, a log or a person.
enum Redaction {
    /// `text` with the user information of every URL (`scheme://user:password@host`) replaced by `***`.
    static func redacted(_ text: String) -> String {
        guard text.range(of: "://") != nil else { return text }
        var result = ""
        var rest = text[...]
        while let separator = rest.range(of: "://") {
            result += rest[..<separator.upperBound]
            rest = rest[separator.upperBound...]
            let authority = rest.prefix { !"/?#'\"<>".contains($0) && !$0.isWhitespace }
            if let at = authority.lastIndex(of: "@") {
                result += "***@"
                rest = rest[rest.index(after: at)...]
            }
        }
        return result + rest
    }
}
