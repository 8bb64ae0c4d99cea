/// Builds the environment of an agent's process from nothing, so that it holds what a build needs, one credential, and no one else's.
///
/// Inherited are only names from an allow-list. What is not on it does not arrive: `SSH_AUTH_SOCK`, `GITHUB_TOKEN`, `AWS_*`,
/// other providers' keys, addresses with a password in them (a proxy's excepted), and the variables by which a Claude Code session
/// that started cco would be mistaken for the agent's own.
package struct AgentEnvironment: Sendable {
    /// The variables of cco's own process.
    package var parent: [String: String]
    package var credential: CredentialEnvironment
    /// The agent's id, such as `worker-3`. It becomes the author of its commits.
    package var agent: String
    /// Names this turn's processes, so that survivors can be found: the turn's id and generation.
    package var turnMarker: String
    /// Where the CLI keeps its sessions, if not where it does by itself.
    package var configDirectory: String?
    /// Further names that the user's configuration lets through.
    package var additionalNames: Set<String>

    package init(
        parent: [String: String], credential: CredentialEnvironment, agent: String, turnMarker: String, configDirectory: String? = nil,
        additionalNames: Set<String> = []
    ) {
        self.parent = parent
        self.credential = credential
        self.agent = agent
        self.turnMarker = turnMarker
        self.configDirectory = configDirectory
        self.additionalNames = additionalNames
    }

    /// The variable that marks every process of a turn.
    package static let markerName = "CCO_TURN"

    /// The environment for a process that `invocation` describes.
    package func variables(for invocation: Invocation) -> [String: String] {
        var variables = parent.filter { name, value in additionalNames.contains(name) || Self.isInherited(name, value) }
        for layer in [invocation.environment, git, credential.variables(parent: parent)] {
            variables.merge(layer) { _, new in new }
        }
        if let configDirectory { variables["CLAUDE_CONFIG_DIR"] = configDirectory }
        variables[Self.markerName] = turnMarker
        return variables
    }

    /// Names of all variables that the credential brings, its address and its switches included.
    package var credentialNames: Set<String> { Set(credential.variables(parent: parent).keys) }

    /// Whether a variable is on the allow-list and carries no password.
    static func isInherited(_ name: String, _ value: String) -> Bool {
        guard inheritedNames.contains(name) || inheritedPrefixes.contains(where: { name.hasPrefix($0) }) else { return false }
        return !carriesPassword(value) || name.lowercased().hasSuffix("_proxy")
    }

    /// Whether a value is an address with a user or password in it, as package indexes and mirrors often have.
    private static func carriesPassword(_ value: String) -> Bool {
        value.ranges(of: "://").contains { value[$0.upperBound...].prefix { $0 != "/" }.contains("@") }
    }

    private static let inheritedPrefixes = ["LC_", "XDG_"]

    private static let inheritedNames: Set = [
        // The person and the machine.
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "TMPDIR", "TZ", "HOSTNAME",
        // Where the CLI keeps sessions: the same for every credential, or a session could not go on under another one.
        "CLAUDE_CONFIG_DIR",
        // The way out, and who is trusted on it.
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
        // Where toolchains, their caches and their package mirrors are.
        "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "GOPATH", "GOROOT", "GOBIN", "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY",
        "GOPRIVATE", "GONOSUMDB", "GOSUMDB", "GOTOOLCHAIN", "JAVA_HOME", "JDK_HOME", "MAVEN_HOME", "M2_HOME", "MAVEN_OPTS", "GRADLE_HOME",
        "GRADLE_USER_HOME", "KOTLIN_HOME", "SDKMAN_DIR", "ANDROID_HOME", "ANDROID_SDK_ROOT", "NVM_DIR", "NVM_BIN", "FNM_DIR", "VOLTA_HOME",
        "BUN_INSTALL", "DENO_DIR", "PNPM_HOME", "COREPACK_HOME", "NPM_CONFIG_PREFIX", "NPM_CONFIG_CACHE", "NPM_CONFIG_REGISTRY",
        "npm_config_registry", "PLAYWRIGHT_BROWSERS_PATH", "PYENV_ROOT", "PYENV_VERSION", "CONDA_PREFIX", "CONDA_EXE", "POETRY_HOME",
        "UV_CACHE_DIR", "UV_PYTHON", "PIP_INDEX_URL", "PIP_CACHE_DIR", "RBENV_ROOT", "GEM_HOME", "GEM_PATH", "BUNDLE_PATH",
        "COMPOSER_HOME", "DOTNET_ROOT", "NUGET_PACKAGES", "MIX_HOME", "HEX_HOME", "GHCUP_INSTALL_BASE_PREFIX", "STACK_ROOT", "OPAMROOT",
        "SWIFTLY_HOME_DIR", "SWIFTLY_BIN_DIR", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "CCACHE_DIR", "SCCACHE_DIR", "NIX_PATH",
        "NIX_PROFILES", "NIX_SSL_CERT_FILE", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "CC", "CXX",
    ]
}
