/// What an agent's process gets to be let in by the provider. Exactly one credential; printing it shows only its kind.
package struct CredentialEnvironment: Sendable, Equatable {
    /// What kind of secret it is, and the secret.
    package enum Kind: Sendable, Equatable {
        /// The CLI's own login: the one stored in its configuration folder, or what the variables of cco's own environment say,
        /// Bedrock, Vertex and Foundry included.
        case cliLogin
        /// An Anthropic API key.
        case apiKey(String)
        /// A bearer token, as gateways use it.
        case authToken(String)
        /// A subscription's token from `claude setup-token`.
        case oauthToken(String)
        /// Nothing but `entries`: a cloud provider's variables, for instance.
        case entriesOnly
    }

    package var kind: Kind
    /// Where the Messages API is, if not at the provider's own address.
    package var baseUrl: String?
    /// Further variables that belong to the credential; they are set last.
    package var entries: [String: String]

    package init(_ kind: Kind, baseUrl: String? = nil, entries: [String: String] = [:]) {
        self.kind = kind
        self.baseUrl = baseUrl
        self.entries = entries
    }

    /// The credential's variables, given those of cco's own environment.
    func variables(parent: [String: String]) -> [String: String] {
        var variables: [String: String] = [:]
        switch kind {
        case .cliLogin: variables = Self.login(in: parent)
        case .apiKey(let key): variables["ANTHROPIC_API_KEY"] = key
        case .authToken(let token): variables["ANTHROPIC_AUTH_TOKEN"] = token
        case .oauthToken(let token): variables["CLAUDE_CODE_OAUTH_TOKEN"] = token
        case .entriesOnly: break
        }
        if let baseUrl { variables["ANTHROPIC_BASE_URL"] = baseUrl }
        return variables.merging(entries) { _, entry in entry }
    }

    /// The variables that make up the CLI's own login. A cloud's variables come along only where the CLI is told to use that cloud.
    private static func login(in parent: [String: String]) -> [String: String] {
        var prefixes = ["ANTHROPIC_"]
        var names: Set = ["CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_API_KEY_HELPER_TTL_MS"]
        for cloud in ["BEDROCK", "MANTLE", "ANTHROPIC_AWS"] where isOn(parent["CLAUDE_CODE_USE_\(cloud)"]) {
            prefixes.append("AWS_")
            names.formUnion(["CLAUDE_CODE_USE_\(cloud)", "CLAUDE_CODE_SKIP_\(cloud)_AUTH"])
        }
        for cloud in ["VERTEX", "ANTHROPIC_GOOGLE_CLOUD"] where isOn(parent["CLAUDE_CODE_USE_\(cloud)"]) {
            prefixes += ["VERTEX_REGION_", "CLOUDSDK_"]
            names.formUnion([
                "CLAUDE_CODE_USE_\(cloud)", "CLAUDE_CODE_SKIP_\(cloud)_AUTH", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT",
                "GCLOUD_PROJECT", "CLOUD_ML_REGION",
            ])
        }
        if isOn(parent["CLAUDE_CODE_USE_FOUNDRY"]) {
            prefixes.append("AZURE_")
            names.formUnion(["CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_SKIP_FOUNDRY_AUTH"])
        }
        return parent.filter { name, _ in names.contains(name) || prefixes.contains { name.hasPrefix($0) } }
    }

    private static func isOn(_ value: String?) -> Bool {
        guard let value = value?.lowercased() else { return false }
        return !["", "0", "false", "no", "off"].contains(value)
    }
}

extension CredentialEnvironment: CustomStringConvertible, CustomReflectable {
    package var description: String { "credential(\(kind))" }

    package var customMirror: Mirror { Mirror(self, children: ["kind": kind.description]) }
}

extension CredentialEnvironment.Kind: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .cliLogin: "cli login"
        case .apiKey: "api key"
        case .authToken: "auth token"
        case .oauthToken: "oauth token"
        case .entriesOnly: "environment entries"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
