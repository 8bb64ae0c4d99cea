extension GitError.Kind {
    /// Reads the kind from what git says under `LC_ALL=C`.
    ///
    /// The order matters: git ends many unrelated failures of a remote with the same general advice about access rights.
    init(standardError text: String) {
        if let path = Self.lockPath(in: text) {
            self = .lockHeld(path: path)
            return
        }
        let lower = text.lowercased()
        for (kind, phrases) in Self.phrases where phrases.contains(where: { lower.contains($0) }) {
            self = kind
            return
        }
        self = .other
    }

    private static let phrases: [(GitError.Kind, [String])] = [
        // A checkout does not say why it could not write; making a file that may not be made reads differently.
        (.diskFull, ["no space left on device", "disk quota exceeded", "unable to write file "]),
        (
            .outOfResources,
            [
                "out of memory", "cannot allocate memory", "cannot fork", "resource temporarily unavailable", "too many open files",
                "unable to create thread",
            ]
        ),
        (.cannotSign, ["does not support --signed push", "failed to sign the push certificate"]),
        (
            .accessDenied,
            [
                "permission denied (", "authentication failed", "could not read username", "could not read password",
                "returned error: 401", "returned error: 403", "host key verification failed", "repository not found", "access denied",
                "returned error: 404", "permission to ", "invalid username or password", "too many authentication failures",
            ]
        ),
        (.tooLargeToCompare, ["unable to generate diff"]),
        (.noSuchBranch, ["couldn't find remote ref", "unknown revision", "not a valid object name", "needed a single revision"]),
        (
            .unreachable,
            [
                "could not resolve host", "name or service not known", "temporary failure in name resolution", "connection refused",
                "connection timed out", "connection reset", "network is unreachable", "no route to host", "operation timed out",
                "failed to connect", "couldn't connect", "early eof", "returned error: 5", "returned error: 429",
                "ssl_error", "gnutls", "connection closed by", "operation too slow",
            ]
        ),
        (.notARepository, ["not a git repository", "does not appear to be a git repository", "does not exist"]),
        (.accessDenied, ["permission denied"]),
        (.unreachable, ["hung up unexpectedly", "could not read from remote repository", "unable to access"]),
    ]

    /// The path in "Unable to create '/x/index.lock': File exists."
    private static func lockPath(in text: String) -> String? {
        guard text.contains(".lock': File exists"), let start = text.range(of: "nable to create '") else { return nil }
        let rest = text[start.upperBound...]
        guard let end = rest.range(of: "': File exists") else { return nil }
        return String(rest[..<end.lowerBound])
    }
}

extension GitError {
    /// Whether the origin is not to be had now: it does not answer, or there is no repository in its place, as where a disk is not mounted.
    /// Of a missing repository of cco's own git has other words.
    package var isOriginAway: Bool {
        kind == .unreachable || (kind == .notARepository && detail.range(of: "not a git repository") == nil)
    }
}

extension StringProtocol {
    /// The first place of a literal text; the standard library has none without Foundation or a regex.
    func range(of needle: String) -> Range<Index>? {
        let pattern = Array(needle.utf8)
        guard !pattern.isEmpty else { return nil }
        var start = utf8.startIndex
        while let candidate = utf8[start...].firstIndex(of: pattern[0]) {
            var index = candidate
            var matched = 0
            while matched < pattern.count, index < utf8.endIndex, utf8[index] == pattern[matched] {
                matched += 1
                index = utf8.index(after: index)
            }
            if matched == pattern.count { return candidate..<index }
            start = utf8.index(after: candidate)
        }
        return nil
    }
}
