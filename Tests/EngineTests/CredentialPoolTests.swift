import Agents
import ConfigurationFiles
import Observability
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("The credential pool")
struct CredentialPoolTests {
    private static let first = "sk-ant-api03-first-0123456789abcdef"
    private static let second = "sk-ant-oat01-second-0123456789abcdef"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func keys() throws -> APIKeysFile {
        let text = #"[{"name": "work", "apiKey": "\#(Self.first)"}, {"name": "spare", "oauthToken": "\#(Self.second)"}]"#
        try folder.write(text, to: "api-keys.json")
        return try #require(try APIKeysFile.load(path: folder.path + "/api-keys.json", file: "api-keys.json"))
    }

    /// The environment of somebody who is not logged in, or is.
    private func environment(loggedIn: Bool) throws -> [String: String] {
        if loggedIn { try folder.write("{}", to: ".credentials.json") }
        return ["HOME": "/nowhere", "CLAUDE_CONFIG_DIR": folder.path]
    }

    private func tiers(_ mode: OrchestratorConfiguration.AuthMode, loggedIn: Bool) throws -> [String] {
        let pool = try CredentialPool(
            mode: mode, keys: try keys(), usesSeveralSubscriptions: true, environment: try environment(loggedIn: loggedIn))
        #expect(Set(pool.environments.keys) == Set(pool.slots.map(\.id)))
        #expect(pool.usesStoredLogin == pool.slots.contains { $0.id == CredentialPool.login })
        return pool.slots.map { "\($0.id):\($0.tier)" }
    }

    @Test("oauth uses the login first and then the keys")
    func oauth() throws {
        #expect(try tiers(.oauth, loggedIn: false) == ["work:1", "spare:1"])
        #expect(try tiers(.oauth, loggedIn: true) == ["cli-login:0", "work:1", "spare:1"])
    }

    @Test("api-keys-first uses the keys first and then the login")
    func keysFirst() throws {
        #expect(try tiers(.apiKeysFirst, loggedIn: false) == ["work:0", "spare:0"])
        #expect(try tiers(.apiKeysFirst, loggedIn: true) == ["work:0", "spare:0", "cli-login:1"])
    }

    @Test("api-keys-only never uses the login")
    func keysOnly() throws {
        #expect(try tiers(.apiKeysOnly, loggedIn: true) == ["work:0", "spare:0"])
        #expect {
            _ = try CredentialPool(mode: .apiKeysOnly, keys: nil, environment: try environment(loggedIn: true))
        } throws: { "\($0)".contains("api-keys-only") && "\($0)".contains("api-keys.json") }
    }

    @Test(
        "without a login and without a key there is an error that names the mode",
        arguments: [OrchestratorConfiguration.AuthMode.oauth, .apiKeysFirst])
    func nothing(mode: OrchestratorConfiguration.AuthMode) throws {
        #expect {
            _ = try CredentialPool(mode: mode, keys: nil, environment: try environment(loggedIn: false))
        } throws: { $0 is CredentialPoolError && "\($0)".contains(mode.rawValue) }
    }

    private func parse(_ text: String) throws -> APIKeysFile { try APIKeysFile.parse(Array(text.utf8), file: "api-keys.json") }

    @Test("several subscriptions are used only when somebody has asked for that; a token that is there twice is one")
    func severalSubscriptions() throws {
        let stored = try environment(loggedIn: true)
        let token = ["CLAUDE_CODE_OAUTH_TOKEN": "token-1"]
        let two = try parse(#"[{"name": "a", "oauthToken": "token-1"}, {"name": "b", "oauthToken": "token-2"}]"#)
        let one = try parse(#"[{"name": "a", "oauthToken": "token-1"}, {"name": "k", "apiKey": "key-1"}]"#)
        func refusal(_ mode: OrchestratorConfiguration.AuthMode, _ keys: APIKeysFile, _ environment: [String: String]) throws -> String? {
            _ = try CredentialPool(mode: mode, keys: keys, usesSeveralSubscriptions: true, environment: environment)
            do {
                _ = try CredentialPool(mode: mode, keys: keys, environment: environment)
                return nil
            } catch { return "\(error)" }
        }
        let refused = try #require(try refusal(.apiKeysOnly, two, [:]))
        #expect(refused.contains("2 subscriptions (a, b)") && refused.contains("useSeveralSubscriptions") && refused.contains("terms"))
        #expect(try refusal(.oauth, one, stored)?.contains("(cli-login, a)") == true)
        #expect(try refusal(.apiKeysFirst, two, token)?.contains("b)") == true)
        #expect(try refusal(.oauth, one, token) == nil, "the same token")
        #expect(try refusal(.apiKeysOnly, one, stored) == nil, "the login is not used")
        #expect(try refusal(.oauth, one, stored.merging(["ANTHROPIC_API_KEY": "key-2"]) { $1 }) == nil, "the login is a key")
        #expect(try refusal(.oauth, try parse("[]"), stored) == nil)
    }

    @Test("a key that the environment has as well is one credential, under its name in the file")
    func once() throws {
        let keys = try parse(#"[{"name": "a", "apiKey": "key-1", "maxConcurrency": 2}]"#)
        func names(_ environment: [String: String]) throws -> [String] {
            try CredentialPool(mode: .oauth, keys: keys, environment: environment).slots.map(\.id.name)
        }
        #expect(try names(["ANTHROPIC_API_KEY": "key-1"]) == ["a"])
        #expect(try names(["ANTHROPIC_API_KEY": "key-2"]) == ["cli-login", "a"])
        #expect(try names(["ANTHROPIC_API_KEY": "key-1", "ANTHROPIC_BASE_URL": "https://gateway.example"]) == ["cli-login", "a"])
        #expect(try names(["CLAUDE_CODE_USE_MANTLE": "1"]) == ["cli-login", "a"], "every cloud is a login")
    }

    @Test("a key's limits go with its name")
    func limits() throws {
        let keys = try parse(#"[{"name": "a", "apiKey": "k", "maxConcurrency": 2, "maxBudgetUsd": 1.5}]"#)
        let pool = try CredentialPool(mode: .apiKeysOnly, keys: keys, environment: [:])
        #expect(pool.slots == [CredentialSlot(id: ID("a"), tier: 0, maxConcurrency: 2, maxBudgetUsd: 1.5)])
    }

    @Test("a login may be given by a variable or by a cloud's switch")
    func logins() {
        #expect(CredentialPool.hasLogin(["CLAUDE_CODE_OAUTH_TOKEN": "token"]))
        #expect(CredentialPool.hasLogin(["CLAUDE_CODE_USE_BEDROCK": "1"]))
        #expect(!CredentialPool.hasLogin(["CLAUDE_CODE_USE_BEDROCK": "0", "ANTHROPIC_API_KEY": "", "HOME": "/nowhere"]))
        #expect(!CredentialPool.hasLogin([:]))
    }

    @Test("each key goes to agents as what it is")
    func environments() throws {
        let pool = try CredentialPool(mode: .apiKeysOnly, keys: try keys(), environment: [:])
        #expect(pool.environments[ID("work")]?.kind == .apiKey(Self.first))
        #expect(pool.environments[ID("spare")]?.kind == .oauthToken(Self.second))
    }

    @Test("every key and every login variable is a secret, and the pool prints none of them")
    func secrecy() throws {
        let login = "login-token-0123456789abcdef"
        let pool = try CredentialPool(
            mode: .oauth, keys: try keys(), usesSeveralSubscriptions: true, environment: ["CLAUDE_CODE_OAUTH_TOKEN": login])
        let secrets = CredentialPool.secrets(of: try keys().keys, ["CLAUDE_CODE_OAUTH_TOKEN": login])
        let redactor = Redactor(secrets: secrets)
        var dumped = ""
        dump(pool, to: &dumped)
        for secret in [Self.first, Self.second, login] {
            #expect(!redactor.redacted("before \(secret) after").contains(secret))
            for text in [dumped, "\(pool)", String(reflecting: pool)] { #expect(!text.contains(secret)) }
        }
    }

    @Test("a concealed credential is not in the environment under its usual name; the channel is named instead")
    func channel() {
        for (name, channel) in [
            ("ANTHROPIC_API_KEY", "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR"),
            ("CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR"),
        ] {
            var variables = [name: "the-secret", "PATH": "/bin"]
            SecretChannel.conceal(&variables, credential: Set(variables.keys).subtracting(["PATH"]))
            #expect(variables == ["PATH": "/bin", "CCO_SECRET": "the-secret", "CCO_SECRET_VARIABLE": channel])
        }
    }

    @Test("nothing to conceal changes nothing but takes an empty variable away")
    func noChannel() {
        var variables = ["ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "bearer"]
        SecretChannel.conceal(&variables, credential: Set(variables.keys).subtracting(["PATH"]))
        #expect(variables["ANTHROPIC_AUTH_TOKEN"] == "bearer" && variables["ANTHROPIC_API_KEY"] == nil)
        #expect(variables["CCO_SECRET"] == nil && variables["CCO_SECRET_VARIABLE"] == nil)
    }

    @Test("what has no channel is dropped by the shell in front of every command, whose words and exit code stay as they are")
    func hiddenFromTools() async throws {
        var variables = ["ANTHROPIC_AUTH_TOKEN": "bearer", "AWS_SECRET_ACCESS_KEY": "cloud", "bad name; id": "x", "PATH": "/usr/bin:/bin"]
        SecretChannel.conceal(&variables, credential: ["ANTHROPIC_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY", "bad name; id", "AWS_REGION"])
        #expect(variables["ANTHROPIC_AUTH_TOKEN"] == "bearer", "the CLI itself needs it")
        let prefix = try #require(variables["CLAUDE_CODE_SHELL_PREFIX"])
        #expect(prefix.ranges(of: " -").count == 1, "the CLI parts program and options at the last one")
        #expect(!prefix.contains("bad name"))
        let result = try await ChildCommand(
            "/bin/bash", ["-c", prefix + #" 'env; printf "%s|" "a  b" $((1 + 1)); exit 7'"#], environment: variables
        ).run()
        #expect(result.exit == .exited(7))
        #expect(result.outputText.hasSuffix("a  b|2|"))
        #expect(!result.outputText.contains("bearer") && !result.outputText.contains("cloud"))
    }

    @Test("with both credentials in the environment, neither stays under its usual name")
    func bothConcealed() {
        var variables = ["ANTHROPIC_API_KEY": "one", "CLAUDE_CODE_OAUTH_TOKEN": "two"]
        SecretChannel.conceal(&variables, credential: Set(variables.keys).subtracting(["PATH"]))
        #expect(variables["ANTHROPIC_API_KEY"] == nil)
        #expect(variables["CLAUDE_CODE_OAUTH_TOKEN"] == nil)
    }
}
