/// Where the repository of a run comes from.
package enum RepositoryLocation: Hashable, Sendable {
    /// A URL, or the `user@host:path` form of SSH, exactly as git takes it.
    case remote(String)
    /// The absolute path of a repository on this machine.
    case local(String)

    /// What git is given.
    package var argument: String {
        switch self {
        case .remote(let text), .local(let text): text
        }
    }

    /// Reads a `repositoryUrl` that `StringRule.repository` has accepted.
    ///
    /// - Parameters:
    ///   - folder: the absolute path that relative paths start from.
    ///   - home: what `~` stands for.
    init(_ text: String, relativeTo folder: String, home: String?) {
        if text.hasPrefix("file://") {
            self = .local(ConfigurationPath.normalized(String(text.dropFirst(7))))
        } else if Self.isPath(text) {
            self = .local(ConfigurationPath.resolve(text, relativeTo: folder, home: home))
        } else {
            self = .remote(text)
        }
    }

    /// What a `repositoryUrl` has to say where a person in `folder` has named `text`: a relative path is meant from there, and in the file
    /// it would count from the configuration folder.
    ///
    /// - Parameter folder: absolute.
    package static func written(_ text: String, namedIn folder: String) -> String {
        isRelativePath(text) ? ConfigurationPath.resolve(text, relativeTo: folder, home: nil) : text
    }

    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") || text == "~" || text.hasPrefix("~/") || isRelativePath(text)
    }

    private static func isRelativePath(_ text: String) -> Bool {
        text == "." || text == ".." || text.hasPrefix("./") || text.hasPrefix("../")
    }
}

extension StringRule {
    /// What git can clone from, without the transports that run commands and without a credential inside.
    static let repository = StringRule(
        "the URL or path of a git repository",
        pattern: "^((https?|ssh)://[^\\s/]\\S*|file:///\\S*|[^\\s:/-][^\\s:/]*:(?!:|//)\\S+|[/~.].*)$"
    ) { text in
        if RepositoryLocation.isPath(text) { return nil }
        let advice = "write an https:// or ssh:// URL, user@host:path, or a path that begins with / ~/ ./ or ../"
        if text.unicodeScalars.contains(where: \.properties.isWhitespace) { return Objection("must not hold spaces", advice) }
        if text.hasPrefix("-") { return Objection("must not begin with \"-\"", advice) }
        guard let schemeEnd = text.range(ofText: "://") else { return objectionToShortForm(text, advice: advice) }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        let authority = text[schemeEnd.upperBound...].prefix { $0 != "/" }
        // Whoever is on the way could change what is built; git:// is refused when an origin is opened, too.
        if scheme == "git" {
            return Objection("has the scheme \"git\", which is not supported: it neither encrypts nor tells who answers", advice)
        }
        guard ["https", "http", "ssh", "file"].contains(scheme) else {
            return Objection("has the scheme \(JSONLiteral.quoted(scheme)), which is not supported", advice)
        }
        if scheme == "file" { return authority.isEmpty ? nil : Objection("must be file:///PATH with three slashes") }
        guard let at = authority.lastIndex(of: "@") else { return authority.isEmpty ? Objection("names no host", advice) : nil }
        let user = authority[..<at]
        // A long user name of an https URL is a token: that form is common, and it would show up in process lists and logs.
        if user.contains(":") || (scheme.hasPrefix("http") && user.count >= 20) {
            return Objection(
                "must not hold a password or token: process lists and logs would show it", "use a git credential helper or SSH")
        }
        return nil
    }

    private static func objectionToShortForm(_ text: String, advice: String) -> Objection? {
        if text.range(ofText: "::") != nil { return Objection("uses a remote helper of git, which is not supported", advice) }
        guard let colon = text.firstIndex(of: ":") else {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let isShorthand = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            let proposal = isShorthand ? "did you mean \"https://github.com/\(text).git\" or \"./\(text)\"?" : advice
            return Objection("is neither a URL nor a path", proposal)
        }
        let isSound = colon != text.startIndex && text.index(after: colon) != text.endIndex && !text[..<colon].contains("/")
        return isSound ? nil : Objection("is neither a URL nor a path", advice)
    }
}

extension String {
    /// Where `text` first occurs; the standard library has this for single characters only.
    fileprivate func range(ofText text: String) -> Range<String.Index>? { ranges(of: text).first }
}
