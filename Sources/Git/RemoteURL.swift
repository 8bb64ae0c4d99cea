/// The origin of a run, checked before git ever sees it.
///
/// The password of an `https://user:password@host/…` URL is split off: git would put it in the arguments of its helpers, where every
/// process of the machine can read it. ``HubRepository`` hands it over in a private file instead.
package struct RemoteURL: Sendable, Equatable, CustomStringConvertible {
    /// How the origin is reached.
    package enum Transport: Sendable, Equatable {
        case https, http, ssh
        /// A folder of this machine, absolute.
        case local(path: String)
    }

    /// How the origin is reached.
    package let transport: Transport
    /// What git gets; without a password.
    package let location: String
    /// `scheme://user:password@host`, if the URL had a password; a secret.
    let credentialLine: String?

    /// Parses a `repositoryUrl`.
    ///
    /// - Parameters:
    ///   - text: `https://`, `http://`, `ssh://`, `user@host:path`, `file://`, or a local path.
    ///   - folder: what a relative local path is relative to; absolute.
    /// - Throws: ``GitError`` of kind `invalidInput`, which says what is wrong and never repeats a credential.
    package init(_ text: String, relativeTo folder: String) throws(GitError) {
        let text = text.trimmed
        func refused(_ reason: String) -> GitError { .invalid("reading repositoryUrl", reason) }
        guard !text.isEmpty else { throw refused("it is empty; give the repository's URL or path") }
        guard !text.hasPrefix("-") else { throw refused("it begins with a dash, which git would take for an option") }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw refused("it contains a control character")
        }
        let scheme = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "+" || $0 == "-" || $0 == ".") }
        let afterScheme = text[scheme.endIndex...]
        if afterScheme.hasPrefix("::") {
            throw refused("\"\(scheme)::\" names a transport that can run any command; use https, ssh or a path")
        }
        if afterScheme.hasPrefix("://") {
            self = try Self.parsed(scheme: scheme.lowercased(), rest: afterScheme.dropFirst(3), folder: folder, refused: refused)
            return
        }
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
            let host = text[..<colon].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            guard !host.isEmpty, !host.hasPrefix("-"), text.index(after: colon) < text.endIndex else {
                throw refused("\"\(text)\" looks like user@host:path but has no usable host or path")
            }
            self.init(transport: .ssh, location: text, credentialLine: nil)
            return
        }
        guard !text.hasPrefix("~") else { throw refused("\"~\" is not expanded here; write the full path instead of \(text)") }
        let path = text.hasPrefix("/") ? text : folder + "/" + text
        let clean = Self.normalised(path)
        self.init(transport: .local(path: clean), location: clean, credentialLine: nil)
    }

    private init(transport: Transport, location: String, credentialLine: String?) {
        self.transport = transport
        self.location = location
        self.credentialLine = credentialLine
    }

    private static func parsed(
        scheme: String, rest: Substring, folder: String, refused: (String) -> GitError
    ) throws(GitError) -> RemoteURL {
        if scheme == "file" {
            guard rest.hasPrefix("/") else { throw refused("a file URL needs an absolute path: file:///path/to/repository") }
            let path = normalised(String(rest))
            return RemoteURL(transport: .local(path: path), location: "file://" + path, credentialLine: nil)
        }
        let transports: [String: Transport] = ["https": .https, "http": .http, "ssh": .ssh]
        guard let transport = transports[scheme] else {
            throw refused("the scheme \"\(scheme)\" is not supported; use https, http, ssh, file, user@host:path or a path")
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest[authority.endIndex...]
        let at = authority.lastIndex(of: "@")
        let host = at.map { authority[authority.index(after: $0)...] } ?? authority
        guard !host.isEmpty, !host.hasPrefix("-"), !host.hasPrefix(":") else { throw refused("the \(scheme) URL has no usable host") }
        guard let at, let colon = authority[..<at].firstIndex(of: ":") else {
            return RemoteURL(transport: transport, location: "\(scheme)://\(rest)", credentialLine: nil)
        }
        guard transport != .ssh else { throw refused("ssh takes no password in the URL; use a key or an agent") }
        let user = authority[..<colon]
        let named = user.isEmpty ? "" : "\(user)@"
        return RemoteURL(
            transport: transport, location: "\(scheme)://\(named)\(host)\(path)", credentialLine: "\(scheme)://\(authority)")
    }

    /// Whether the origin is a folder of this machine.
    package var isLocalPath: Bool { localPath != nil }

    /// The origin's folder, if it is on this machine.
    package var localPath: String? {
        if case .local(let path) = transport { path } else { nil }
    }

    /// For logs and people: without user information.
    package var redacted: String { Redaction.redacted(location) }

    package var description: String { redacted }

    /// The absolute `path` without `.`, `..` and double slashes.
    private static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
