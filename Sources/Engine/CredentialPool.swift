import Agents
import ConfigurationFiles
import FoundationEssentials
import Observability
import Orchestration

/// The credentials of a run: what decisions know of them (names and tiers), and what agents get.
package struct CredentialPool: Sendable {
    package let slots: [CredentialSlot]
    package let environments: [CredentialID: CredentialEnvironment]
    /// Whether some turns use the login that the CLI keeps in the user's own configuration folder.
    package let usesStoredLogin: Bool

    /// The name of the CLI's own login among the credentials.
    package static let login: CredentialID = ID(APIKeysFile.reservedName)

    /// Puts the pool of an authentication mode together.
    ///
    /// - `oauth`: the CLI's own login first, then the keys.
    /// - `api-keys-first`: the keys first, then the login.
    /// - `api-keys-only`: the keys.
    ///
    /// - Parameters:
    ///   - usesSeveralSubscriptions: whether a person has asked for that; by itself cco never spreads a run over several subscriptions.
    ///   - environment: cco's own, in which a login may be given by variables.
    /// - Throws: `CredentialPoolError` when there is nothing to work with, or more subscriptions than were asked for.
    package init(
        mode: OrchestratorConfiguration.AuthMode, keys: APIKeysFile?, usesSeveralSubscriptions: Bool = false,
        environment: [String: String]
    ) throws {
        let keys = keys?.keys ?? []
        // What the environment and the file both have would be two credentials, with twice the turns that it bears.
        let hasLogin = CredentialPool.hasLogin(environment) && !CredentialPool.isLogin(among: keys, environment)
        var slots: [CredentialSlot] = []
        var environments: [CredentialID: CredentialEnvironment] = [:]
        func addKeys(tier: Int) {
            for key in keys {
                let id: CredentialID = ID(key.name)
                slots.append(CredentialSlot(id: id, tier: tier, maxConcurrency: key.maxConcurrency, maxBudgetUsd: key.maxBudgetUsd))
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
        let subscriptions = CredentialPool.subscriptions(keys, login: mode == .apiKeysOnly ? nil : environment)
        guard subscriptions.count <= 1 || usesSeveralSubscriptions else { throw CredentialPoolError.severalSubscriptions(subscriptions) }
        self.slots = slots
        self.environments = environments
        usesStoredLogin = environments[CredentialPool.login] != nil
    }

    /// What is kept out of every text, whether or not a run can be had with these keys.
    static func secrets(of keys: [APIKey], _ environment: [String: String]) -> [Observability.Secret] {
        keys.flatMap { key in key.secretValues.map { Observability.Secret(name: key.name, value: $0.reveal()) } }
            + loginVariables.compactMap { name in environment[name].map { Observability.Secret(name: name, value: $0) } }
    }

    /// Whether a key is the login that a variable gives, under another name.
    private static func isLogin(among keys: [APIKey], _ environment: [String: String]) -> Bool {
        keys.contains { key in
            guard key.baseUrl == environment["ANTHROPIC_BASE_URL"] else { return false }
            let variable =
                switch key.credential {
                case .apiKey: "ANTHROPIC_API_KEY"
                case .authToken: "ANTHROPIC_AUTH_TOKEN"
                case .oauthToken: "CLAUDE_CODE_OAUTH_TOKEN"
                case .environment: ""
                }
            return environment[variable].map { $0 == key.credential.secret?.reveal() } ?? false
        }
    }

    /// The names of the credentials that are subscriptions; a token that is there twice is one.
    private static func subscriptions(_ keys: [APIKey], login environment: [String: String]?) -> [String] {
        var tokens: Set<String> = []
        var names: [String] = []
        if let environment, hasSubscriptionLogin(environment) {
            names.append(login.name)
            if let token = environment["CLAUDE_CODE_OAUTH_TOKEN"] { tokens.insert(token) }
        }
        for key in keys {
            guard case .oauthToken(let secret) = key.credential, tokens.insert(secret.reveal()).inserted else { continue }
            names.append(key.name)
        }
        return names
    }

    /// Whether the CLI's own login is a subscription: with a key, a bearer token or a cloud in the environment it is not what the CLI uses.
    private static func hasSubscriptionLogin(_ environment: [String: String]) -> Bool {
        guard hasLogin(environment) else { return false }
        func isOn(_ name: String) -> Bool { environment[name].map { !["", "0", "false"].contains($0) } ?? false }
        return !(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] + APIKeysFile.providerSwitches).contains(where: isOn)
    }

    private static let loginVariables = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"]

    /// Whether the CLI would find a way in by itself. The stored login is only looked for, never read.
    package static func hasLogin(_ environment: [String: String]) -> Bool {
        if loginVariables.contains(where: { environment[$0].map { !$0.isEmpty } ?? false }) { return true }
        if APIKeysFile.providerSwitches.contains(where: { environment[$0].map { !["", "0", "false"].contains($0) } ?? false }) {
            return true
        }
        let folder = environment["CLAUDE_CONFIG_DIR"] ?? environment["HOME"].map { $0 + "/.claude" }
        return folder.map { PrivateFiles.exists($0 + "/.credentials.json") } ?? false
    }
}

/// Why no agent could be started.
package enum CredentialPoolError: Error, CustomStringConvertible {
    case noKeys
    case nothing(String)
    /// More than one subscription, by name, and nobody has asked for that.
    case severalSubscriptions([String])

    package var description: String {
        switch self {
        case .noKeys:
            "authMode is \"api-keys-only\", but there is no api-keys.json in the configuration folder. Write one ([{\"name\": …, \"apiKey\": …}], mode 0600), or set authMode to \"oauth\"."
        case .severalSubscriptions(let names):
            "the run would use \(names.count) subscriptions (\(names.joined(separator: ", "))). Whether one project may be spread over several is for the provider's terms to say: read them, then set \"useSeveralSubscriptions\": true in orchestrator.json, or keep one."
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
