import Orchestration
import Testing

@testable import Agents

@Suite("The environment of an agent")
struct AgentEnvironmentTests {
    private let parent = [
        "PATH": "/bin", "HOME": "/home/me", "LC_ALL": "C", "XDG_CACHE_HOME": "/c", "CARGO_HOME": "/cargo", "HTTPS_PROXY": "http://p",
        "SSH_AUTH_SOCK": "/s", "GITHUB_TOKEN": "gh", "GH_TOKEN": "gh", "AWS_SECRET_ACCESS_KEY": "aws", "OPENAI_API_KEY": "o",
        "NPM_TOKEN": "n",
        "ANTHROPIC_API_KEY": "parent-key", "ANTHROPIC_AUTH_TOKEN": "parent-token", "ANTHROPIC_BASE_URL": "http://parent",
        "CLAUDE_CODE_OAUTH_TOKEN": "parent-oauth", "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": "outer", "CLAUDE_CODE_ENTRYPOINT": "cli",
        "GIT_DIR": "/elsewhere", "GIT_CONFIG_COUNT": "7", "LD_PRELOAD": "/x.so", "BASH_ENV": "/x", "NODE_OPTIONS": "-r x",
    ]
    private let invocation = Invocation(
        executable: "claude", arguments: [], standardInput: .init(path: "p", contents: ""), files: [],
        environment: ["DISABLE_TELEMETRY": "1"])

    private func variables(_ credential: CredentialEnvironment, parent: [String: String]? = nil) -> [String: String] {
        AgentEnvironment(parent: parent ?? self.parent, credential: credential, agent: "worker-3", turnMarker: "turn-9.2").variables(
            for: invocation)
    }

    @Test(
        "exactly the chosen credential is there and none of the parent's",
        arguments: [
            (CredentialEnvironment(.apiKey("secret")), ["ANTHROPIC_API_KEY"]),
            (CredentialEnvironment(.authToken("secret")), ["ANTHROPIC_AUTH_TOKEN"]),
            (CredentialEnvironment(.oauthToken("secret")), ["CLAUDE_CODE_OAUTH_TOKEN"]),
            (CredentialEnvironment(.entriesOnly, entries: ["AWS_PROFILE": "secret"]), ["AWS_PROFILE"]),
        ])
    func oneCredential(credential: CredentialEnvironment, names: [String]) {
        let variables = variables(credential)
        #expect(variables.filter { $0.value == "secret" }.keys.sorted() == names)
        let foreign = ["parent-key", "parent-token", "parent-oauth", "http://parent", "gh", "aws", "o", "n", "/s"]
        #expect(variables.values.allSatisfy { !foreign.contains($0) })
    }

    @Test("what a build needs arrives, what could redirect it does not")
    func allowList() {
        let variables = variables(CredentialEnvironment(.apiKey("k")))
        for name in ["PATH", "HOME", "LC_ALL", "XDG_CACHE_HOME", "CARGO_HOME", "HTTPS_PROXY"] { #expect(variables[name] == parent[name]) }
        for name in ["GIT_DIR", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS", "CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "SSH_AUTH_SOCK"] {
            #expect(variables[name] == nil, "\(name)")
        }
        #expect(variables["DISABLE_TELEMETRY"] == "1")
        #expect(variables["CCO_TURN"] == "turn-9.2")
    }

    @Test("an index with a password in its address stays behind unless the configuration names it; a proxy's arrives")
    func passwordInAddress() {
        let parent = ["PIP_INDEX_URL": "https://u:p@host/simple", "GOPROXY": "https://host/a@b,direct", "https_proxy": "http://u:p@proxy"]
        let plain = variables(CredentialEnvironment(.apiKey("k")), parent: parent)
        #expect(plain["PIP_INDEX_URL"] == nil)
        #expect(plain["GOPROXY"] == "https://host/a@b,direct")
        #expect(plain["https_proxy"] == "http://u:p@proxy")
        let named = AgentEnvironment(
            parent: parent, credential: .init(.apiKey("k")), agent: "a", turnMarker: "t", additionalNames: ["PIP_INDEX_URL"])
        #expect(named.variables(for: invocation)["PIP_INDEX_URL"] == "https://u:p@host/simple")
    }

    @Test(
        "sessions are kept in the same folder whatever the credential", arguments: [CredentialEnvironment(.cliLogin), .init(.apiKey("k"))])
    func sessionFolder(credential: CredentialEnvironment) {
        #expect(variables(credential, parent: ["CLAUDE_CONFIG_DIR": "/mine"])["CLAUDE_CONFIG_DIR"] == "/mine")
    }

    @Test("the CLI's own login brings the parent's provider variables, and a cloud's only where the cloud is used")
    func cliLogin() {
        let plain = variables(CredentialEnvironment(.cliLogin))
        #expect(plain["ANTHROPIC_API_KEY"] == "parent-key")
        #expect(plain["CLAUDE_CODE_OAUTH_TOKEN"] == "parent-oauth")
        #expect(plain["AWS_SECRET_ACCESS_KEY"] == nil)
        #expect(plain["CLAUDE_CODE_SESSION_ID"] == nil)
        let bedrock = variables(CredentialEnvironment(.cliLogin), parent: parent.merging(["CLAUDE_CODE_USE_BEDROCK": "1"]) { $1 })
        #expect(bedrock["AWS_SECRET_ACCESS_KEY"] == "aws")
        #expect(bedrock["CLAUDE_CODE_USE_BEDROCK"] == "1")
    }

    @Test("a credential's own address and entries win")
    func entries() {
        let variables = variables(
            CredentialEnvironment(.apiKey("k"), baseUrl: "http://mine", entries: ["DISABLE_TELEMETRY": "0", "X": "y"]))
        #expect(variables["ANTHROPIC_BASE_URL"] == "http://mine")
        #expect(variables["DISABLE_TELEMETRY"] == "0")
        #expect(variables["X"] == "y")
    }

    @Test("the agent signs its commits with its own name and cannot push or ask")
    func git() throws {
        let variables = variables(CredentialEnvironment(.apiKey("k")))
        #expect(variables["GIT_AUTHOR_NAME"] == "worker-3 (cco)")
        #expect(variables["GIT_COMMITTER_EMAIL"] == "worker-3@cco.invalid")
        #expect(variables["GIT_TERMINAL_PROMPT"] == "0")
        let count = try #require(variables["GIT_CONFIG_COUNT"].flatMap { Int($0) })
        let settings = Dictionary(
            uniqueKeysWithValues: try (0..<count).map {
                (try #require(variables["GIT_CONFIG_KEY_\($0)"]), try #require(variables["GIT_CONFIG_VALUE_\($0)"]))
            })
        #expect(settings["credential.helper"] == "")
        #expect(settings["commit.gpgSign"] == "false")
        #expect(settings["url.agents-of-cco-do-not-push://.pushInsteadOf"] == "")
        #expect(variables["GIT_CONFIG_KEY_\(count)"] == nil)
    }

    @Test("printing a credential does not show it")
    func redaction() {
        for credential in [
            CredentialEnvironment(.apiKey("secret")), .init(.authToken("secret"), baseUrl: "secret", entries: ["A": "secret"]),
        ] {
            var dumped = ""
            dump(credential, to: &dumped)
            for text in [
                "\(credential)", String(reflecting: credential), String(describing: credential.kind), String(reflecting: credential.kind),
                dumped,
            ] {
                #expect(!text.contains("secret"), "\(text)")
            }
        }
    }

    @Test("a configuration folder and further names come from cco's configuration")
    func additions() {
        let variables = AgentEnvironment(
            parent: parent, credential: .init(.apiKey("k")), agent: "a", turnMarker: "t", configDirectory: "/cfg",
            additionalNames: ["NPM_TOKEN"]
        ).variables(for: invocation)
        #expect(variables["CLAUDE_CONFIG_DIR"] == "/cfg")
        #expect(variables["NPM_TOKEN"] == "n")
    }
}
