import Agents
import ConfigurationFiles
import FoundationEssentials
import Observability
import Orchestration

/// The credentials of a run: what decisions know of them (names and tiers), what agents get, and what is kept out of every text.
package struct CredentialPool: Sendable {
    package let slots: [CredentialSlot]
    package let environments: [CredentialID: CredentialEnvironment]
    package let secrets: [Observability.Secret]
    /// Whether some turns use the login that the CLI keeps in the user's own configuration folder.
    package let usesStoredLogin: Bool

    /// The name of the CLI's own login among the credentials.
    package static let login: CredentialID = ID("cli-login")

    /// Puts the pool of an authentication mode together.
    ///
    /// - `oauth`: the CLI's own login first, then the keys.
    /// - `api-keys-first`: the keys first, then the login.
    /// - `api-keys-only`: the keys.
    ///
    /// - Parameter environment: cco's own, in which a login may be given by variables.
    /// - Throws: `CredentialPoolError` when there is nothing to work with.
    package init(mode: OrchestratorConfiguration.AuthMode, keys: APIKeysFile?, environment: [String: String]) throws {
        let keys = keys?.keys ?? []
        let hasLogin = CredentialPool.hasLogin(environment)
        var slots: [CredentialSlot] = []
        var environments: [CredentialID: CredentialEnvironment] = [:]
        func addKeys(tier: Int) {
            for key in keys {
                let id: CredentialID = ID(key.name)
                slots.append(CredentialSlot(id: id, tier: tier))
                environments[id] = CredentialEnvironment(key)
            }
        }
        func addLogin(tier: Int) {
            guard hasLogin else { return }
            slots.append(CredentialSlot(id: CredentialPool.login, tier: tier))
            environments[CredentialPool.login] = CredentialEnvironment(.cliLogin)
        }
        switch mode {
        case .oauth:
            addLogin(tier: 0)
            addKeys(tier: 1)
        case .apiKeysFirst:
            addKeys(tier: 0)
            addLogin(tier: 1)
        case .apiKeysOnly:
            guard !keys.isEmpty else { throw CredentialPoolError.noKeys }
            addKeys(tier: 0)
        }
        guard !slots.isEmpty else { throw CredentialPoolError.nothing(mode.rawValue) }
        self.slots = slots
        self.environments = environments
        usesStoredLogin = environments[CredentialPool.login] != nil
        secrets =
            keys.flatMap { key in key.secretValues.map { Observability.Secret(name: key.name, value: $0.reveal()) } }
            + CredentialPool.loginVariables.compactMap { name in environment[name].map { Observability.Secret(name: name, value: $0) } }
    }

    private static let loginVariables = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"]

    /// Whether the CLI would find a way in by itself. The stored login is only looked for, never read.
    package static func hasLogin(_ environment: [String: String]) -> Bool {
        if loginVariables.contains(where: { environment[$0].map { !$0.isEmpty } ?? false }) { return true }
        let clouds = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"]
        if clouds.contains(where: { environment[$0].map { !["", "0", "false"].contains($0) } ?? false }) { return true }
        let folder = environment["CLAUDE_CONFIG_DIR"] ?? environment["HOME"].map { $0 + "/.claude" }
        return folder.map { PrivateFiles.exists($0 + "/.credentials.json") } ?? false
    }
}

/// Why no agent could be started.
package enum CredentialPoolError: Error, CustomStringConvertible {
    case noKeys
    case nothing(String)

    package var description: String {
        switch self {
        case .noKeys:
            "authMode is \"api-keys-only\", but there is no api-keys.json in the configuration folder. Write one ([{\"name\": …, \"apiKey\": …}], mode 0600), or set authMode to \"oauth\"."
        case .nothing(let mode):
            "no credentials: authMode is \"\(mode)\", the Claude Code CLI is not logged in, and api-keys.json has no key. Run `claude` once and log in, set CLAUDE_CODE_OAUTH_TOKEN or ANTHROPIC_API_KEY, or add keys to api-keys.json."
        }
    }
}

extension CredentialEnvironment {
    init(_ key: APIKey) {
        let kind: Kind =
            switch key.credential {
            case .apiKey(let secret): .apiKey(secret.reveal())
            case .authToken(let secret): .authToken(secret.reveal())
            case .oauthToken(let secret): .oauthToken(secret.reveal())
            case .environment: .entriesOnly
            }
        self.init(kind, baseUrl: key.baseUrl, entries: key.environment.mapValues { $0.reveal() })
    }
}
