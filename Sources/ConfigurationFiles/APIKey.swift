/// One entry of `api-keys.json`: a credential for agents and what goes with it.
package struct APIKey: Sendable, Equatable {
    /// How an agent shows who it is.
    package enum Credential: Sendable, Equatable {
        /// `ANTHROPIC_API_KEY`.
        case apiKey(Secret)
        /// `ANTHROPIC_AUTH_TOKEN`, a bearer token.
        case authToken(Secret)
        /// `CLAUDE_CODE_OAUTH_TOKEN`, a subscription's token from `claude setup-token`.
        case oauthToken(Secret)
        /// The variables of `environment` alone, for cloud providers.
        case environment

        /// The variable that carries the credential.
        package var variable: String? {
            switch self {
            case .apiKey: "ANTHROPIC_API_KEY"
            case .authToken: "ANTHROPIC_AUTH_TOKEN"
            case .oauthToken: "CLAUDE_CODE_OAUTH_TOKEN"
            case .environment: nil
            }
        }

        /// The credential, if it is one value.
        package var secret: Secret? {
            switch self {
            case .apiKey(let secret), .authToken(let secret), .oauthToken(let secret): secret
            case .environment: nil
            }
        }
    }

    /// A name for logs and views; unique in its file and no secret.
    package let name: String
    package let credential: Credential
    /// `ANTHROPIC_BASE_URL` for this key.
    package let baseUrl: String?
    /// Further variables for the agents that use this key.
    package let environment: [String: Secret]
    /// Turns that may use it at once; absent means no limit.
    package let maxConcurrency: Int?
    /// US dollars that it may cost in a run; absent means no limit.
    package let maxBudgetUsd: Double?

    package init(
        name: String, credential: Credential, baseUrl: String? = nil, environment: [String: Secret] = [:], maxConcurrency: Int? = nil,
        maxBudgetUsd: Double? = nil
    ) {
        self.maxConcurrency = maxConcurrency
        self.maxBudgetUsd = maxBudgetUsd
        self.name = name
        self.credential = credential
        self.baseUrl = baseUrl
        self.environment = environment
    }

    /// All variables that an agent gets for this key.
    package var agentEnvironment: [String: Secret] {
        var variables = environment
        if let variable = credential.variable { variables[variable] = credential.secret }
        if let baseUrl { variables["ANTHROPIC_BASE_URL"] = Secret(baseUrl) }
        return variables
    }

    /// What a redactor must remove from every text: the credential, and the variables whose names say that they are one.
    package var secretValues: [Secret] {
        let telling = environment.filter { CredentialName.isCredential($0.key) && $0.value.reveal().utf8.count >= 4 }
        return ([credential.secret] + telling.sorted { $0.key < $1.key }.map(\.value)).compactMap { $0 }
    }
}
