/// What a string option accepts: the check that the parser runs and the pattern that the JSON Schema carries.
struct StringRule: Sendable {
    /// What is wrong with a string, and what to do about it.
    struct Objection: Sendable {
        let message: String
        let suggestion: String?

        init(_ message: String, _ suggestion: String? = nil) {
            self.message = message
            self.suggestion = suggestion
        }
    }

    /// What is accepted, in words that fit after "expected".
    let expectation: String
    /// A regular expression that every accepted string matches; it may let more through than `objection` does.
    let pattern: String
    /// Looks at a string that is neither empty nor has control characters.
    let objection: @Sendable (String) -> Objection?
    /// Whether line breaks and tabs are allowed.
    let isMultiline: Bool

    init(
        _ expectation: String, pattern: String = "\\S", isMultiline: Bool = false,
        objection: @escaping @Sendable (String) -> Objection? = { _ in nil }
    ) {
        self.expectation = expectation
        self.pattern = pattern
        self.isMultiline = isMultiline
        self.objection = objection
    }

    /// The first objection to `text`, or nil when it is accepted.
    func check(_ text: String) -> Objection? {
        let isBlank = text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        if isBlank { return Objection("must not be empty") }
        let hasControl = text.unicodeScalars.contains { scalar in
            (scalar.value < 0x20 && !(isMultiline && ["\n", "\t"].contains(scalar))) || scalar.value == 0x7F
        }
        if hasControl { return Objection("must not hold a control character" + (isMultiline ? "" : " or a line break")) }
        return objection(text)
    }
}

extension StringRule {
    /// Any text that is not blank.
    static let path = StringRule("a path")

    /// A command for `sh -c`, which may have several lines.
    static let command = StringRule("a shell command", isMultiline: true)

    /// A model name: an alias or a full id.
    static let model = StringRule("a model name without spaces", pattern: "^[^\\s-]\\S*$") { text in
        if text.unicodeScalars.contains(where: \.properties.isWhitespace) { return Objection("must not hold spaces") }
        if text.hasPrefix("-") { return Objection("must not begin with \"-\"") }
        return nil
    }

    /// The options of `git clone` that change what is fetched and nothing else.
    static let gitCloneOption = StringRule(
        "an option of git clone",
        pattern:
            "^--(depth=[1-9][0-9]*|filter=(blob:none|blob:limit=[0-9]+[kmg]?|tree:[0-9]+)|no-tags|single-branch"
            + "|shallow-since=\\S.*|recurse-submodules)$"
    ) { text in
        let names = ["--depth=N", "--filter=…", "--no-tags", "--single-branch", "--shallow-since=…", "--recurse-submodules"]
        let name = String(text.prefix { $0 != "=" })
        let value = text.dropFirst(name.count + 1)
        switch name {
        case "--no-tags", "--single-branch", "--recurse-submodules":
            return name == text ? nil : Objection("\(JSONLiteral.quoted(name)) takes no value")
        case "--depth":
            let isCount = !value.isEmpty && value.utf8.allSatisfy { (0x30...0x39).contains($0) } && value.first != "0"
            return isCount ? nil : Objection("\"--depth\" needs a number of commits", "write it as \"--depth=50\"")
        case "--filter":
            return isFilter(value) ? nil : Objection("\"--filter\" needs a filter", "write it as \"--filter=blob:none\"")
        case "--shallow-since":
            return value.isEmpty ? Objection("\"--shallow-since\" needs a date", "write it as \"--shallow-since=2026-01-31\"") : nil
        default:
            return Objection(
                "\(JSONLiteral.quoted(text)) is not an option that may be passed on", "allowed: " + names.joined(separator: ", "))
        }
    }

    private static func isFilter(_ value: Substring) -> Bool {
        func isCount(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        if value == "blob:none" { return true }
        if value.hasPrefix("tree:") { return isCount(value.dropFirst(5)) }
        guard value.hasPrefix("blob:limit=") else { return false }
        let limit = value.dropFirst(11)
        return isCount(limit) || (limit.last.map { "kmg".contains($0) } ?? false) && isCount(limit.dropLast())
    }

    /// A file that is copied into worktrees under its base name, so that name must not be git's own.
    static let environmentFile = StringRule("a path of a file") { text in
        let name = ConfigurationPath.lastComponent(text)
        if text.hasSuffix("/") || name == "." || name == ".." { return Objection("names a folder, not a file") }
        return name == ".git" ? Objection("must not replace the worktree's own .git") : nil
    }

    /// The name of a branch, as `git check-ref-format --branch` would have it.
    static let branch = StringRule(
        "the name of a branch",
        pattern: "^(?!refs/|HEAD$|@$|[-./])(?!.*(\\.\\.|//|/\\.|@\\{|\\.lock(/|$)))[^\\s~^:?*\\[\\\\]*[^\\s~^:?*\\[\\\\./]$"
    ) { text in
        if text.hasPrefix("refs/") { return Objection("must be a branch name, not a ref", "leave \"refs/heads/\" away") }
        if text.hasPrefix("-") { return Objection("must not begin with \"-\"") }
        if text == "HEAD" || text == "@" { return Objection("must name a branch; \(text) is none") }
        if let wrong = text.unicodeScalars.first(where: { $0.properties.isWhitespace || "~^:?*[\\".unicodeScalars.contains($0) }) {
            return Objection("must not hold \(JSONLiteral.quoted(String(wrong))), which git forbids in branch names")
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isSound = parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
        guard isSound, !text.contains(".."), !text.contains("@{"), !text.hasSuffix(".") else {
            return Objection("is no name that git accepts for a branch")
        }
        return nil
    }
}
