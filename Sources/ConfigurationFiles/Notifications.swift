/// Whom a run tells what: the option `notifications`.
package struct Notifications: Sendable, Equatable {
    /// What is told; the words of `Notification.Kind`.
    package enum Kind: String, Sendable, CaseIterable {
        case finished, failed, needsYou, budget, stuck, limit
    }

    package enum Format: String, Sendable, CaseIterable {
        /// Every member of a notification.
        case json
        /// `{"text": "…"}`, as Slack and many others take it.
        case slack
    }

    /// Where the webhook's address is, which is a secret.
    package enum Address: Sendable, Equatable {
        case url(Secret)
        /// A path as it was written.
        case file(String)
        /// An environment variable of cco.
        case variable(String)
    }

    package var events: Set<Kind>
    /// A program and its arguments; empty for none.
    package var command: [String]
    package var webhook: Address?
    package var format: Format
    package var desktop: Bool

    enum Fields {
        static let events = Setting.list("events", of: .notificationKind, "What is told; absent means everything.")
        static let command = Setting<[String]>(
            definition: SettingDefinition(
                "command", .words(.argument),
                "A program with its arguments, run for each notification. It gets the notification as JSON on its standard input."),
            read: { $0.array?.compactMap(\.string) }, fallback: [])
        static let webhookUrl = Setting.string(
            "webhookUrl", .webhookURL, "Address of a webhook. It is a secret: better in a file or a variable.")
        static let webhookUrlFile = Setting.string(
            "webhookUrlFile", .path, "A file with that address; relative to the configuration folder.")
        static let webhookUrlVariable = Setting.string(
            "webhookUrlVariable", .variableName, "An environment variable of cco with that address.")
        static let webhookFormat = Setting<Format>.choice(
            "webhookFormat", default: .json, "What the webhook is sent: everything, or Slack's `{\"text\": …}`.")
        static let desktop = Setting.boolean("desktop", default: false, "Whether the desktop shows notifications (`notify-send`).")

        static let definitions = [
            events.definition, command.definition, webhookUrl.definition, webhookUrlFile.definition, webhookUrlVariable.definition,
            webhookFormat.definition, desktop.definition,
        ]
    }

    init?(_ value: JSONValue) {
        guard let members = value.object else { return nil }
        func read<Value>(_ setting: Setting<Value>) -> Value? {
            members.first { $0.key == setting.name }.flatMap { setting.read($0.value) } ?? setting.fallback
        }
        let named = (read(Fields.events) ?? []).compactMap(Kind.init(rawValue:))
        events = named.isEmpty ? Set(Kind.allCases) : Set(named)
        command = read(Fields.command) ?? []
        format = read(Fields.webhookFormat) ?? .json
        desktop = read(Fields.desktop) ?? false
        webhook =
            read(Fields.webhookUrl).map { .url(Secret($0)) } ?? read(Fields.webhookUrlFile).map { .file($0) }
            ?? read(Fields.webhookUrlVariable).map { .variable($0) }
    }

    /// The webhook's address, read from where it is; `nil` without one.
    ///
    /// - Parameter folder: the absolute path of the configuration folder.
    /// - Throws: `ConfigurationError`, which never repeats the address.
    package func webhookAddress(
        folder: String, environment: [String: String], home: String? = ConfigurationPath.home
    ) throws(ConfigurationError) -> Secret? {
        let text: String
        let source: String
        switch webhook {
        case nil: return nil
        case .url(let secret): return secret
        case .file(let path):
            source = ConfigurationPath.resolve(path, relativeTo: folder, home: home)
            do throws(RegularFile.Failure) {
                text = String(decoding: try RegularFile(reading: source, limit: 4096).bytes, as: UTF8.self)
            } catch {
                throw ConfigurationError([error.problem(file: source)])
            }
        case .variable(let name):
            source = "$\(name)"
            guard let value = environment[name] else {
                throw ConfigurationError([
                    ConfigurationProblem(
                        file: source, "the variable of \"notifications.webhookUrlVariable\" is not set",
                        suggestion: "set it where cco is started")
                ])
            }
            text = value
        }
        let trimmed = text.split(whereSeparator: \.isWhitespace)
        guard trimmed.count == 1, let address = trimmed.first.map(String.init) else {
            throw ConfigurationError([ConfigurationProblem(file: source, "expected one address and nothing else")])
        }
        if let objection = StringRule.webhookURL.check(address) {
            throw ConfigurationError([
                ConfigurationProblem(file: source, "the address \(objection.message)", suggestion: objection.suggestion)
            ])
        }
        return Secret(address)
    }
}

extension StringRule {
    /// A word of what is told.
    static let notificationKind = StringRule(
        "one of \(Notifications.Kind.allCases.map(\.rawValue).joined(separator: ", "))",
        pattern: "^(\(Notifications.Kind.allCases.map(\.rawValue).joined(separator: "|")))$"
    ) { text in
        let words = Notifications.Kind.allCases.map(\.rawValue)
        guard !words.contains(text) else { return nil }
        return Objection(
            "must be one of \(words.joined(separator: ", "))", NearestName.of(text, among: words).map { "did you mean \"\($0)\"?" })
    }

    /// A program, or one of its arguments.
    static let argument = StringRule("a program or an argument")

    static let variableName = StringRule("the name of an environment variable", pattern: "^[A-Za-z_][A-Za-z0-9_]*$") { text in
        CredentialName.isVariable(text) ? nil : Objection("is no name of an environment variable")
    }

    /// Encrypted, or to this machine. Objections never repeat it.
    static let webhookURL = StringRule("an https:// URL", pattern: "^https?://[!-~]+$") { text in
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
            return Objection("must be a URL: printable ASCII without spaces and quotes")
        }
        if text.hasPrefix("https://"), let first = text.dropFirst(8).first, !"/?#:@".contains(first) { return nil }
        let rest = text.hasPrefix("http://") ? text.dropFirst(7) : ""
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let isLoopback = host == "localhost" || host == "[::1]" || isLoopbackAddress(host)
        guard isLoopback, !authority.contains("@") else {
            return Objection("must begin with https:// (http:// is only for this machine's own 127.0.0.1, [::1] and localhost)")
        }
        return nil
    }

    /// `127.` and three more numbers.
    private static func isLoopbackAddress(_ host: some StringProtocol) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
