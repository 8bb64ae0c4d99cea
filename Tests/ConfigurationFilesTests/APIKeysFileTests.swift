import Glibc
import Testing

@testable import ConfigurationFiles

@Suite("api-keys.json")
struct APIKeysFileTests {
    private func parse(_ text: String) throws -> APIKeysFile {
        try APIKeysFile.parse(Array(text.utf8), file: "c/api-keys.json")
    }

    @Test("the documented form is read in order")
    func documented() throws {
        let file = try parse(#"[{"name": "key-1", "apiKey": "sk-ant-1"}, {"name": "second", "apiKey": "sk-ant-2"}]"#)
        #expect(
            file.keys == [
                APIKey(name: "key-1", credential: .apiKey(Secret("sk-ant-1"))),
                APIKey(name: "second", credential: .apiKey(Secret("sk-ant-2"))),
            ])
        #expect(file.warnings.isEmpty)
        #expect(try parse("[]").keys.isEmpty)
    }

    @Test("every kind of credential becomes its variable, with base URL and further variables")
    func kinds() throws {
        let file = try parse(
            """
            [
              {"apiKey": "a-1"},
              {"authToken": "b-1", "baseUrl": "https://example.org/anthropic", "env": {"X": "1"}},
              {"oauthToken": "c-1"},
              {"name": "cloud", "env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_SECRET_ACCESS_KEY": "aws-secret", "AWS_REGION": "eu-west-1"}}
            ]
            """)
        #expect(file.keys.map(\.name) == ["key-1", "key-2", "key-3", "cloud"])
        let variables = file.keys.map { $0.agentEnvironment.mapValues { $0.reveal() } }
        #expect(
            variables == [
                ["ANTHROPIC_API_KEY": "a-1"],
                ["ANTHROPIC_AUTH_TOKEN": "b-1", "ANTHROPIC_BASE_URL": "https://example.org/anthropic", "X": "1"],
                ["CLAUDE_CODE_OAUTH_TOKEN": "c-1"],
                ["CLAUDE_CODE_USE_BEDROCK": "1", "AWS_SECRET_ACCESS_KEY": "aws-secret", "AWS_REGION": "eu-west-1"],
            ])
        #expect(file.secretValues.map { $0.reveal() } == ["a-1", "b-1", "c-1", "aws-secret"])
    }

    @Test("the forms of earlier versions are read as what they mean")
    func earlierForms() throws {
        let file = try parse(
            """
            ["bare-1",
             {"name": "z", "primaryApiKey": "primary-1", "source": "z.ai"},
             {"name": "e", "env": {"ANTHROPIC_AUTH_TOKEN": "token-1", "ANTHROPIC_BASE_URL": "https://api.example.org"}},
             {"name": "o", "envOverrides": {"ANTHROPIC_API_KEY": "over-1"}}]
            """)
        #expect(
            file.keys == [
                APIKey(name: "key-1", credential: .apiKey(Secret("bare-1"))), APIKey(name: "z", credential: .apiKey(Secret("primary-1"))),
                APIKey(name: "e", credential: .authToken(Secret("token-1")), baseUrl: "https://api.example.org"),
                APIKey(name: "o", credential: .apiKey(Secret("over-1"))),
            ])
        #expect(file.warnings.map(\.line) == [1, 2, 2, 4])
    }

    @Test(
        "what is wrong is said with its place, and never with a value",
        arguments: [
            (#"{"name": "x"}"#, "1:1: expected a list of keys, found an object; write it as [{\"name\": \"key-1\", \"apiKey\": \"…\"}]"),
            (#"[17]"#, "1:2: key 1: expected an object, found a number"),
            (
                #"[{"name": "x"}]"#,
                "1:2: key 1 has no credential; add \"apiKey\", \"authToken\" or \"oauthToken\", or \"env\" for a cloud provider"
            ),
            (#"[{"apiKey": ""}]"#, "1:13: \"key 1: apiKey\" must not be empty"),
            (#"[{"apiKey": " "}]"#, "1:13: \"key 1: apiKey\" must not be empty"),
            (#"[{"apiKey": 17}]"#, "1:13: \"key 1: apiKey\": expected a credential as a string, found a number; put it in double quotes"),
            (#"[{"apiKey": null}]"#, "1:13: \"key 1: apiKey\": expected a credential as a string, found null"),
            (#"[{"apiKey": "hunter2 hunter2"}]"#, "1:13: \"key 1: apiKey\" must be printable ASCII without spaces; copy it again"),
            (#"[{"apiKey": "hunter2\n"}]"#, "1:13: \"key 1: apiKey\" must not hold a control character or a line break"),
            (
                #"[{"apiKey": "sk-ant-..."}]"#,
                "1:13: \"key 1: apiKey\" still is the placeholder of an example; put the real one there"
            ),
            (
                #"[{"apiKey": "hunter2", "authToken": "hunter2b"}]"#,
                "1:2: key 1 has more than one credential: \"apiKey\" and \"authToken\"; keep one, or make two keys of it"
            ),
            (
                #"[{"apiKey": "hunter2", "env": {"ANTHROPIC_API_KEY": "hunter2"}}]"#,
                "1:2: key 1 has more than one credential: \"apiKey\" and \"env.ANTHROPIC_API_KEY\"; keep one, or make two keys of it"
            ),
            (#"[{"env": {"ANTHROPIC_API_KEY": ""}}]"#, "1:2: key 1: \"env.ANTHROPIC_API_KEY\" must not be empty"),
            (
                #"[{"name": "a", "apiKey": "hunter2"},{"name": "a", "apiKey": "hunter3"}]"#,
                "1:46: key 2 has the same name as the key in line 1; give each key a name of its own"
            ),
            (#"[{"apikey": "hunter2", "oauthToken": "hunter2"}]"#, "1:3: unknown field \"key 1: apikey\"; did you mean \"apiKey\"?"),
            (
                #"[{"sk-ant-hunter2": "x", "apiKey": "y"}]"#,
                "1:3: unknown field; valid: name, apiKey, authToken, oauthToken, baseUrl, env, maxConcurrency, maxBudgetUsd"
            ),
            (#"[{"apiKey": "x", "baseUrl": "example.org"}]"#, "1:29: \"key 1: baseUrl\" must be an http:// or https:// URL"),
            (#"[{"apiKey": "x", "baseUrl": "ftp://example.org"}]"#, "1:29: \"key 1: baseUrl\" must be an http:// or https:// URL"),
            (
                #"[{"apiKey": "x", "baseUrl": "http://[::1]:0"}]"#,
                "1:29: \"key 1: baseUrl\" must have a port from 1 to 65535 after the colon"
            ),
            (
                #"[{"apiKey": "x", "baseUrl": "http://127.0.0.1:99999/v1"}]"#,
                "1:29: \"key 1: baseUrl\" must have a port from 1 to 65535 after the colon"
            ),
            (
                #"[{"apiKey": "x", "baseUrl": "http://127.0.0.1:9/?x=1"}]"#,
                "1:29: \"key 1: baseUrl\" must not hold ? or #; name the address alone; paths are appended to it"
            ),
            (#"[{"apiKey": "x", "baseUrl": "https://"}]"#, "1:29: \"key 1: baseUrl\" must be an http:// or https:// URL"),
            (
                #"[{"apiKey": "x", "baseUrl": "https://hunter2@h"}]"#,
                "1:29: \"key 1: baseUrl\" must not hold a user or password; put the credential in its own field"
            ),
            (#"[{"apiKey": "x", "env": {"A": 1}}]"#, "1:31: \"key 1: env.A\": expected a string, found a number; put it in double quotes"),
            (
                #"[{"apiKey": "x", "env": {"sk-hunter2": "a"}}]"#,
                "1:26: \"key 1: env\": a name is no name of an environment variable; "
                    + "use letters, digits and \"_\", not beginning with a digit"
            ),
            (#"[{"apiKey": "x", "env": {"HOME": "/x"}}]"#, "1:26: \"key 1: env.HOME\" can't be set here; cco sets it for every agent"),
            (
                #"[{"apiKey": "x", "name": "sk-ant-hunter2"}]"#,
                "1:26: \"key 1: name\" looks like a credential; names appear in logs; choose another name"
            ),
            (
                #"[{"apiKey": "x", "name": "cli-login"}]"#,
                "1:26: key 1: the name \"cli-login\" stands for the CLI's own login; choose another name"
            ),
            (
                #"[{"name": "a", "apiKey": "hunter2"},{"name": "b", "apiKey": "hunter2"}]"#,
                "1:37: \"b\" holds the same credential as \"a\"; keep one of them"
            ),
            (
                #"[{"name": "a", "env": {"CLAUDE_CODE_USE_BEDROK": "1", "AWS_REGION": "hunter2"}}]"#,
                "1:2: key 1 has no credential, and its \"env\" switches no cloud provider on that is known; "
                    + "did you mean \"CLAUDE_CODE_USE_BEDROCK\"?"
            ),
            (
                #"[{"env": {"CLAUDE_CODE_USE_BEDROCK": "0"}}]"#,
                "1:2: key 1 has no credential, and its \"env\" switches no cloud provider on that is known; "
                    + "did you mean \"CLAUDE_CODE_USE_BEDROCK\"?"
            ),
            (
                #"[{"apiKey": "k", "env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}]"#,
                "1:2: key 1 has a credential and switches a cloud provider on: CLAUDE_CODE_USE_BEDROCK; keep one of them, or make two keys of it; "
                    + "without CLAUDE_CODE_USE_BEDROCK it is the provider's own address or `baseUrl`"
            ),
            (
                #"[{"authToken": "t", "env": {"CLAUDE_CODE_USE_BEDROK": "1"}}]"#,
                "1:2: key 1: \"env.CLAUDE_CODE_USE_BEDROK\" is no cloud provider that is known; did you mean \"CLAUDE_CODE_USE_BEDROCK\"?"
            ),
            (
                #"[{"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_USE_VERTEX": "true"}}]"#,
                "1:2: key 1 switches several cloud providers on: CLAUDE_CODE_USE_BEDROCK, CLAUDE_CODE_USE_VERTEX; "
                    + "keep one, or make two keys of it"
            ),
            (
                #"[{"apiKey": "sk-ant-oat01-hunter"}]"#,
                "1:13: key 1: \"apiKey\" holds a token of a subscription; call it \"oauthToken\""
            ),
            (
                #"[{"apiKey": "sk-ant-oat01-hunter", "baseUrl": "https://API.anthropic.com:443/v1"}]"#,
                "1:13: key 1: \"apiKey\" holds a token of a subscription; call it \"oauthToken\""
            ),
            (
                #"[{"oauthToken": "sk-ant-api03-hunter"}]"#, "1:17: key 1: \"oauthToken\" holds an API key; call it \"apiKey\""
            ),
            (#"[{"apiKey": "x", "maxConcurrency": 0}]"#, "1:36: \"key 1: maxConcurrency\" must be from 1 to 1000, found a number"),
            (
                #"[{"apiKey": "x", "maxConcurrency": "3"}]"#,
                "1:36: \"key 1: maxConcurrency\": expected a whole number, found a string; remove the quotes"
            ),
            (#"[{"apiKey": "x", "maxBudgetUsd": -1}]"#, "1:34: \"key 1: maxBudgetUsd\" must be greater than 0, found a number"),
            (#"[{"apiKey": "hunter2", "name": "my hunter2"}]"#, "1:2: the name of a key holds a credential; choose another name"),
        ])
    func wrong(text: String, message: String) {
        let printed = problems { _ = try parse(text) }
        let expected =
            text.contains("null") ? "c/api-keys.json:\(message); leave the option out to get its default" : "c/api-keys.json:\(message)"
        #expect(printed == [expected])
        #expect(!printed.joined().contains("hunter"))
    }

    @Test("a key's own limits are read, and a key may come twice for two addresses")
    func limits() throws {
        let file = try parse(
            #"[{"apiKey": "x-1", "maxConcurrency": 3, "maxBudgetUsd": 2.5}, {"apiKey": "x-1", "baseUrl": "https://example.org"}]"#)
        #expect(file.keys.map(\.maxConcurrency) == [3, nil])
        #expect(file.keys.map(\.maxBudgetUsd) == [2.5, nil])
    }

    @Test("variables alone are enough for each cloud provider that the CLI knows", arguments: APIKeysFile.providerSwitches)
    func providers(name: String) throws {
        #expect(try parse(#"[{"env": {"\#(name)": "true"}}]"#).keys.map(\.credential) == [.environment])
    }

    @Test("a file that cannot be read is a problem with its name, not a file that is not there")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        // A folder in its place, which nobody can read as a file, whoever they are.
        #expect(mkdir(folder("api-keys.json"), 0o700) == 0)
        let printed = problems { _ = try APIKeysFile.load(path: folder("api-keys.json"), file: "c/api-keys.json") }
        #expect(printed.count == 1 && printed[0].hasPrefix("c/api-keys.json: "), "\(printed)")
    }

    @Test("an address without encryption gets a warning unless it is this machine")
    func encryption() throws {
        func warnings(_ url: String) throws -> Int { try parse(#"[{"apiKey": "x", "baseUrl": "\#(url)"}]"#).warnings.count }
        #expect(try warnings("http://example.org") == 1)
        #expect(try warnings("http://127.0.0.1:8080") == 0)
        #expect(try warnings("http://localhost:8080/x") == 0)
        #expect(try warnings("http://[::1]:8080") == 0)
        #expect(try warnings("https://example.org") == 0)
    }

    @Test(
        "a file that others can open is refused with the command that mends it", arguments: [0o644, 0o640, 0o620, 0o601, 0o606] as [mode_t])
    func permissions(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        try folder.write(#"[{"apiKey": "hunter2"}]"#, to: "api-keys.json", mode: mode)
        let printed = problems { _ = try APIKeysFile.load(path: folder("api-keys.json"), file: "my config/api-keys.json") }
        let octal = String(mode, radix: 8)
        #expect(
            printed == [
                "my config/api-keys.json: the file holds credentials but others may open it (mode \(octal)); "
                    + "run: chmod 600 'my config/api-keys.json'"
            ])
    }

    @Test("a private file is read, and a missing one is no error", arguments: [0o600, 0o400] as [mode_t])
    func privateFile(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        #expect(try APIKeysFile.load(path: folder("api-keys.json"), file: "f") == nil)
        try folder.write(#"[{"apiKey": "k-1"}]"#, to: "api-keys.json", mode: mode)
        #expect(try APIKeysFile.load(path: folder("api-keys.json"), file: "f")?.keys.count == 1)
    }

    @Test("a file of another user is refused")
    func owner() throws {
        let folder = try TemporaryFolder()
        try folder.write("[]", to: "api-keys.json")
        let user = geteuid()
        #expect(
            problems { _ = try APIKeysFile.load(path: folder("api-keys.json"), file: "f", user: user + 1) } == [
                "f: the file holds credentials but belongs to user \(user), not to you (user \(user + 1)); run: chown \(user + 1) f"
            ])
    }

    @Test("no way of printing a file of keys shows a secret")
    func nothingPrintsASecret() throws {
        let file = try parse(
            #"[{"apiKey": "hunter2", "env": {"A_TOKEN": "hunter3"}}, {"env": {"B": "hunter4", "CLAUDE_CODE_USE_VERTEX": "1"}}]"#)
        var dumped = ""
        dump(file, to: &dumped)
        dump(file.secretValues, to: &dumped)
        let printed =
            "\(file) \(file.keys) \(file.secretValues) \(String(reflecting: file)) \(String(describing: file.keys[0].credential))" + dumped
        #expect(!printed.contains("hunter"))
        #expect("\(Secret("hunter2"))" == "<redacted>")
        #expect(String(reflecting: Secret("hunter2")) == "<redacted>")
        #expect(Mirror(reflecting: Secret("hunter2")).children.isEmpty)
        #expect(!(Secret("x") as Any is any Encodable))
    }

    @Test("the field table of the documentation names every field")
    func markdown() {
        for name in ["name", "apiKey", "authToken", "oauthToken", "baseUrl", "env", "maxConcurrency", "maxBudgetUsd"] {
            #expect(APIKeysFile.markdownTable.contains("| `\(name)` |"))
        }
        #expect(!APIKeysFile.markdownTable.contains("primaryApiKey"))
    }
}
