extension APIKeysFile {
    /// The table of the fields of a key.
    enum Fields {
        static let name = Setting.string("name", .keyName, defaultText: "`key-1`, `key-2`, …", "Name for logs and views; no secret.")
        static let apiKey = Setting.string("apiKey", .credential, "API key; agents get it as `ANTHROPIC_API_KEY`.")
        static let authToken = Setting.string("authToken", .credential, "Bearer token; agents get it as `ANTHROPIC_AUTH_TOKEN`.")
        static let oauthToken = Setting.string(
            "oauthToken", .credential, "Token of `claude setup-token`; agents get it as `CLAUDE_CODE_OAUTH_TOKEN`.")
        static let baseUrl = Setting.string("baseUrl", .baseURL, "Address of the API for this key, as `ANTHROPIC_BASE_URL`.")
        static let env = Setting.environment(
            "env",
            EnvironmentRule(
                refused: ["HOME", "PATH", "CLAUDE_CONFIG_DIR", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"],
                refusal: "cco sets it for every agent", refusesCredentials: false, credentialAdvice: ""),
            "Further environment variables for agents that use this key; enough alone for cloud providers (`CLAUDE_CODE_USE_BEDROCK`).")
        static let maxConcurrency = Setting.integer(
            "maxConcurrency", to: 1000, "Most turns that may use this key at once. Absent means as many as there are.")
        static let maxBudgetUsd = Setting.number(
            "maxBudgetUsd", above: 0, "Most that this key may cost in a run, in US dollars; then it is not used any more.")
        static let primaryApiKey = Setting<String>(
            definition: SettingDefinition(
                "primaryApiKey", .string(.credential), isDeprecated: true, "Field of an earlier version; now \"apiKey\"."),
            read: \.string, fallback: nil)
        static let envOverrides = Setting<[String: String]>(
            definition: SettingDefinition(
                "envOverrides", env.definition.shape, isDeprecated: true, "Field of an earlier version; now \"env\"."),
            read: env.read, fallback: [:])
        static let source = Setting<String>(
            definition: SettingDefinition("source", .anything, isDeprecated: true, "Field of an earlier version without effect."),
            read: \.string, fallback: nil)

        /// The fields that hold a credential, each with the variable that means the same within `env`.
        static let credentials: [(field: Setting<String>, variable: String, make: @Sendable (Secret) -> APIKey.Credential)] = [
            (apiKey, "ANTHROPIC_API_KEY", { .apiKey($0) }),
            (authToken, "ANTHROPIC_AUTH_TOKEN", { .authToken($0) }),
            (oauthToken, "CLAUDE_CODE_OAUTH_TOKEN", { .oauthToken($0) }),
            (primaryApiKey, "", { .apiKey($0) }),
        ]

        static let definitions: [SettingDefinition] = [
            name.definition, apiKey.definition, authToken.definition, oauthToken.definition, baseUrl.definition, env.definition,
            maxConcurrency.definition, maxBudgetUsd.definition,
            primaryApiKey.definition, envOverrides.definition, source.definition,
        ]
    }

    /// The fields of a key as a markdown table for the documentation.
    package static var markdownTable: String {
        let head = ["| Field | Type | Default | Description |", "|-------|------|---------|-------------|"]
        let current = Fields.definitions.filter { !$0.isDeprecated }
        return (head + SettingDefinition.markdownRows(of: current)).joined(separator: "\n") + "\n"
    }
}

extension StringRule {
    /// A name that is fit for logs: short, plain and no key.
    static let keyName = StringRule("a name", pattern: "^(?!sk-)[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,63}$") { text in
        if text.hasPrefix("sk-") { return Objection("looks like a credential; names appear in logs", "choose another name") }
        let isPlain = text.utf8.allSatisfy {
            JSONScanner.isWordByte($0) && $0 < 0x80 && $0 != UInt8(ascii: "_") || " ._@/-".utf8.contains($0)
        }
        let first = text.utf8.first.map { JSONScanner.isWordByte($0) && $0 != UInt8(ascii: "_") } ?? false
        guard isPlain, first, text.utf8.count <= 64 else {
            return Objection("must have 1 to 64 letters, digits, spaces or . _ @ / - and begin with a letter or digit")
        }
        return nil
    }

    /// A credential: printable ASCII without spaces, so that it fits in an HTTP header. Objections never repeat it.
    static let credential = StringRule("a credential", pattern: "^[!-~]*[^.\\s]$") { text in
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return Objection("must be printable ASCII without spaces", "copy it again")
        }
        return text.hasSuffix("...") ? Objection("still is the placeholder of an example", "put the real one there") : nil
    }

    /// The address of an API. It must not carry a credential, since addresses are logged.
    static let baseURL = StringRule("an http:// or https:// URL", pattern: "^https?://[^\\s/@?#]+(/[^\\s@?#]*)?$") { text in
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : nil
        guard let rest, let first = rest.first, !"/?#".contains(first) else { return Objection("must be an http:// or https:// URL") }
        if rest.contains("@") { return Objection("must not hold a user or password", "put the credential in its own field") }
        if rest.contains(where: { "?#".contains($0) }) {
            return Objection("must not hold ? or #", "name the address alone; paths are appended to it")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return Objection("must be an http:// or https:// URL") }
        let host = rest.prefix { $0 != "/" }
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return nil }
        let port = host[host.index(after: colon)...]
        let isPort = port.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && (1...65_535).contains(Int(port) ?? 0)
        return isPort ? nil : Objection("must have a port from 1 to 65535 after the colon")
    }
}
