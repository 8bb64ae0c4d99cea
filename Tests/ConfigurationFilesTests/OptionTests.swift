import Testing

@testable import ConfigurationFiles

/// One option with values that must be accepted and values that must be refused.
struct OptionCase: Sendable, CustomTestStringConvertible {
    let name: String
    let good: [String]
    let wrongType: [String]
    var outOfRange: [String] = []
    /// A misspelling that must lead back to the name.
    let misspelt: String

    var testDescription: String { name }

    private static let notText = ["1", "true", "[]", "{}", "null", #""""#, #"" ""#]
    private static let notBoolean = [#""true""#, "1", "null", "[]"]
    private static let notNumber = [#""3""#, "true", "null", "[3]", "{}"]
    private static let notInteger = [#""3""#, "1.5", "true", "null", "[3]", "{}"]
    private static let minutes = ["0", "-1", "5256001", "1e300"]

    static let all: [OptionCase] = [
        OptionCase(
            name: "repositoryUrl",
            good: [
                "https://h/a.git", "http://h/a", "ssh://git@h:22/a", "file:///srv/a", "git@h:a/b.git", "host:a", "/srv/a",
                "~/a", "./a",
                "../a", "https://user@h/a.git",
            ].map { "\"\($0)\"" },
            wrongType: notText,
            outOfRange: [
                "-oProxyCommand=x", "--upload-pack=x", "ext::sh -c x", "fd::17", "ftp://h/a", "git://h/a", "a/b", "a", "https://",
                "https:///a", "file://h/a", "h:", ":a", "https://h/a b", "a/b:c",
            ].map { "\"\($0)\"" },
            misspelt: "repositoryURLs"),
        OptionCase(
            name: "branch", good: [#""main""#, #""feature/x-1.2""#, #""ümlaut""#], wrongType: notText,
            outOfRange: [
                "-x", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.", "a@{0}", "@",
                "HEAD",
                "refs/heads/a", "a\\\\b", "a\\nb",
            ].map { "\"\($0)\"" },
            misspelt: "brunch"),
        OptionCase(
            name: "workerCount", good: ["1", "20", "4.0"], wrongType: notInteger, outOfRange: ["0", "-1", "21", "1e99"],
            misspelt: "workerCuont"),
        OptionCase(name: "unlimitedWorkers", good: ["true", "false"], wrongType: notBoolean, misspelt: "unlimitedWorker"),
        OptionCase(name: "adaptiveWidth", good: ["true", "false"], wrongType: notBoolean, misspelt: "adaptivWidth"),
        OptionCase(name: "useRunBranch", good: ["true", "false"], wrongType: notBoolean, misspelt: "useRunbranches"),
        OptionCase(
            name: "authMode", good: [#""oauth""#, #""api-keys-first""#, #""api-keys-only""#], wrongType: notText,
            outOfRange: [#""OAuth""#, #""api-keys""#], misspelt: "authmod"),
        OptionCase(
            name: "useSeveralSubscriptions", good: ["true", "false"], wrongType: notBoolean, misspelt: "useSeveralSubscription"),
        OptionCase(
            name: "logDirectory", good: [#""logs""#, #""/var/log/cco""#, #""~/logs""#], wrongType: notText, misspelt: "logDirectroy"),
        OptionCase(
            name: "model", good: [#""haiku""#, #""sonnet""#, #""opus""#, #""claude-opus-4-5-20251101""#, #""x/y:z[1m]""#],
            wrongType: notText,
            outOfRange: [#""claude opus""#, #""-x""#, #""a\tb""#], misspelt: "modell"),
        OptionCase(
            name: "engineerManagerGroupSize", good: ["1", "50"], wrongType: notInteger, outOfRange: ["0", "-4", "10001"],
            misspelt: "engineeringManagerGroupSize"),
        OptionCase(
            name: "maxRunDurationMinutes", good: ["1", "100000"], wrongType: notInteger, outOfRange: minutes,
            misspelt: "maxRunDurationMinute"),
        OptionCase(
            name: "verifyCommand", good: [#""make test""#, #""a\nb\t|| c""#], wrongType: notText, outOfRange: [#""a\u0000b""#],
            misspelt: "verifyComand"),
        OptionCase(
            name: "verifyTimeoutMinutes", good: ["1", "90"], wrongType: notInteger, outOfRange: minutes, misspelt: "verifyTimeoutMins"),
        OptionCase(
            name: "quickVerifyCommand", good: [#""make lint""#], wrongType: notText, outOfRange: [#""a\u0000b""#],
            misspelt: "quickVerifyComand"),
        OptionCase(
            name: "quickVerifyTimeoutMinutes", good: ["1", "90"], wrongType: notInteger, outOfRange: minutes,
            misspelt: "quickVerifyTimeoutMins"),
        OptionCase(name: "gateSlots", good: ["1", "1000"], wrongType: notInteger, outOfRange: ["0", "1001"], misspelt: "gateSlot"),
        OptionCase(
            name: "gateCores", good: ["1", "0.5", "0.01", "64"], wrongType: notNumber, outOfRange: ["0", "-1", "0.009", "1e-20", "10001"],
            misspelt: "gateCore"),
        OptionCase(name: "gateMemoryMb", good: ["1", "65536"], wrongType: notInteger, outOfRange: ["0", "-1"], misspelt: "gateMemoryMB"),
        OptionCase(
            name: "gateCache", good: [#""none""#, #""verified""#, #""always""#], wrongType: notText,
            outOfRange: [#""Verified""#, #""yes""#],
            misspelt: "gateCahce"),
        OptionCase(
            name: "taskTimeoutMinutes", good: ["1", "90"], wrongType: notInteger, outOfRange: minutes, misspelt: "taskTimoutMinutes"),
        OptionCase(
            name: "requestTimeoutMinutes", good: ["1", "90", "0.5"], wrongType: notNumber, outOfRange: minutes,
            misspelt: "requestTimoutMinutes"),
        OptionCase(
            name: "stallTimeoutMinutes", good: ["1", "90", "0.5"], wrongType: notNumber, outOfRange: minutes, misspelt: "stallTimoutMinutes"
        ),
        OptionCase(
            name: "toolTimeoutMinutes", good: ["1", "90", "1e-3"], wrongType: notNumber, outOfRange: minutes, misspelt: "toolTimoutMinutes"),
        OptionCase(
            name: "maxTaskAttempts", good: ["1", "100"], wrongType: notInteger, outOfRange: ["0", "101"], misspelt: "maxTaskAttempt"),
        OptionCase(
            name: "maxBudgetUsd", good: ["0.01", "5", "1e3"], wrongType: [#""5""#, "true", "null", "[]"], outOfRange: ["0", "-1"],
            misspelt: "maxBudgetUSDs"),
        OptionCase(
            name: "maxRunTokens", good: ["1000", "50000000"], wrongType: notInteger, outOfRange: ["999", "-1", "1000000000001"],
            misspelt: "maxRunTokenss"),
        OptionCase(
            name: "maxTeamTokens", good: ["1000", "50000000"], wrongType: notInteger, outOfRange: ["999", "-1", "1000000000001"],
            misspelt: "maxTeamTokenss"),
        OptionCase(
            name: "maxTaskTokens", good: ["1000", "50000000"], wrongType: notInteger, outOfRange: ["999", "-1", "1000000000001"],
            misspelt: "maxTaskTokenss"),
        OptionCase(
            name: "maxTurnTokens", good: ["1000", "50000000"], wrongType: notInteger, outOfRange: ["999", "-1", "1000000000001"],
            misspelt: "maxTurnTokenss"),
        OptionCase(
            name: "maxTeamBudgetUsd", good: ["0.01", "5"], wrongType: notNumber, outOfRange: ["0", "-1"], misspelt: "maxTeamBudgetUsds"),
        OptionCase(
            name: "maxTaskBudgetUsd", good: ["0.01", "5"], wrongType: notNumber, outOfRange: ["0", "-1"], misspelt: "maxTaskBudgetUsds"),
        OptionCase(
            name: "maxTurnBudgetUsd", good: ["0.01", "5"], wrongType: notNumber, outOfRange: ["0", "-1"], misspelt: "maxTurnBudgetUsds"),
        OptionCase(
            name: "maxTaskReturns", good: ["1", "100"], wrongType: notInteger, outOfRange: ["0", "101"], misspelt: "maxTaskReturn"),
        OptionCase(
            name: "budgetReservePercent", good: ["0", "90"], wrongType: notInteger, outOfRange: ["-1", "91"],
            misspelt: "budgetReservePercents"),
        OptionCase(
            name: "runawayFloorUsd", good: ["0.5", "100"], wrongType: notNumber, outOfRange: ["0", "-1"], misspelt: "runawayFloorUSDs"),
        OptionCase(name: "runawayFactor", good: ["0.5", "10"], wrongType: notNumber, outOfRange: ["0", "-1"], misspelt: "runawayFactors"),
        OptionCase(
            name: "envFiles", good: ["[]", #"["a", "../b/.env", "/c/x", "~/y"]"#], wrongType: [#""a""#, "1", "{}", "null", "[1]", "[[]]"],
            outOfRange: [#"[""]"#, #"["a/"]"#, #"[".."]"#, #"["a/.git"]"#, #"["a", "a"]"#], misspelt: "envFile"),
        OptionCase(
            name: "agentEnvironment", good: ["{}", #"{"A_1": "", "_b": "x\ny", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "1"}"#],
            wrongType: ["[]", #""A=1""#, "null", #"{"A": 1}"#, #"{"A": null}"#],
            outOfRange: [
                #"{"ANTHROPIC_API_KEY": "x"}"#, #"{"CLAUDE_CODE_OAUTH_TOKEN": "x"}"#, #"{"DB_PASSWORD": "x"}"#, #"{"github_token": "x"}"#,
                #"{"AWS_SECRET_ACCESS_KEY": "x"}"#, #"{"HOME": "/x"}"#, #"{"GIT_DIR": "/x"}"#, #"{"1A": "x"}"#, #"{"A B": "x"}"#,
                #"{"": "x"}"#,
                #"{"A=B": "x"}"#, #"{"A": "\u0000"}"#,
            ], misspelt: "agentEnviroment"),
        OptionCase(
            name: "gitCloneOptions",
            good: [
                "[]", #"["--depth=1"]"#, #"["--filter=blob:none", "--no-tags", "--single-branch"]"#, #"["--filter=blob:limit=10k"]"#,
                #"["--filter=tree:0", "--shallow-since=2026-01-31", "--recurse-submodules"]"#,
            ], wrongType: [#""--depth=1""#, "null", "[1]"],
            outOfRange: [
                "--depth", "--depth=0", "--depth=x", "-c", "--upload-pack=x", "--config=core.sshCommand=x", "--template=/x", "--no-tags=1",
                "depth=1",
                "--filter=sparse:oid=x", "--filter=", "--shallow-since=", "--recurse-submodules=.", "--mirror", "--reference=/x",
            ].map { "[\"\($0)\"]" }, misspelt: "gitCloneOption"),
        OptionCase(
            name: "roles", good: ["{}", #"{"worker": {}}"#, #"{"engineerManager": {"model": "opus", "effort": "max"}}"#],
            wrongType: ["[]", #""opus""#, "null", #"{"worker": "opus"}"#, #"{"worker": {"model": 1}}"#, #"{"worker": {"effort": null}}"#],
            outOfRange: [
                #"{"boss": {}}"#, #"{"worker": {"effort": "huge"}}"#, #"{"worker": {"model": "a b"}}"#, #"{"worker": {"speed": "x"}}"#,
            ],
            misspelt: "rolls"),
        OptionCase(
            name: "taskSizes", good: ["{}", #"{"small": {"model": "opus", "effort": "max"}}"#],
            wrongType: ["[]", #""opus""#, "null", #"{"small": "opus"}"#],
            outOfRange: [#"{"boss": {}}"#, #"{"small": {"effort": "huge"}}"#, #"{"small": {"model": "a b"}}"#], misspelt: "taskSize"),
        OptionCase(
            name: "escalation", good: ["{}", #"{"worker": {"model": "opus", "effort": "max"}}"#],
            wrongType: ["[]", #""opus""#, "null", #"{"worker": "opus"}"#],
            outOfRange: [#"{"boss": {}}"#, #"{"worker": {"effort": "huge"}}"#, #"{"worker": {"model": "a b"}}"#], misspelt: "escalatio"),
        OptionCase(
            name: "purposes", good: ["{}", #"{"gate-fix": {"model": "opus", "effort": "max"}}"#],
            wrongType: ["[]", #""opus""#, "null", #"{"conflict": "opus"}"#],
            outOfRange: [#"{"plan": {}}"#, #"{"review": {"effort": "huge"}}"#, #"{"rework": {"model": "a b"}}"#], misspelt: "purpose"),
        OptionCase(
            name: "scarcity", good: ["{}", #"{"worker": {"model": "haiku", "effort": "low"}}"#],
            wrongType: ["[]", #""haiku""#, "null", #"{"worker": "haiku"}"#],
            outOfRange: [#"{"boss": {}}"#, #"{"worker": {"effort": "huge"}}"#, #"{"worker": {"model": "a b"}}"#], misspelt: "scarcty"),
        OptionCase(name: "review", good: [#""em""#, #""none""#], wrongType: notText, outOfRange: [#""director""#], misspelt: "reviews"),
        OptionCase(
            name: "questionTimeoutMinutes", good: ["1", "10080"], wrongType: notInteger, outOfRange: ["0", "-1", "10081"],
            misspelt: "questionTimoutMinutes"),
        OptionCase(
            name: "approve", good: [#""none""#, #""plan""#, #""promotion""#], wrongType: notText, outOfRange: [#""main""#],
            misspelt: "aprove"),
        OptionCase(
            name: "approvalTimeoutMinutes", good: ["1", "525600"], wrongType: notInteger, outOfRange: ["0", "-1", "525601"],
            misspelt: "approvalTimoutMinutes"),
        OptionCase(
            name: "notifications",
            good: [
                "{}", #"{"command": ["notify", "-x", "-x"], "events": ["failed", "needsYou"]}"#,
                #"{"webhookUrl": "https://h.example/x", "webhookFormat": "slack", "desktop": true}"#,
                #"{"webhookUrl": "http://127.0.0.1:80/x"}"#, #"{"webhookUrl": "http://localhost/x"}"#,
                #"{"webhookUrl": "http://[::1]:8/x"}"#,
                #"{"webhookUrlFile": "url.txt"}"#, #"{"webhookUrlVariable": "HOOK"}"#,
            ],
            wrongType: [
                "[]", #""x""#, "null", #"{"command": "notify"}"#, #"{"desktop": "true"}"#, #"{"events": "failed"}"#,
                #"{"webhookUrl": 1}"#,
            ],
            outOfRange: [
                #"{"command": []}"#, #"{"command": [""]}"#, #"{"events": ["everything"]}"#, #"{"webhookFormat": "xml"}"#,
                #"{"webhookUrl": "http://h.example/x"}"#, #"{"webhookUrl": "http://127.0.0.1.h.example/x"}"#,
                #"{"webhookUrl": "http://localhost@h.example/x"}"#, #"{"webhookUrl": "ftp://h/x"}"#, #"{"webhookUrl": "https://"}"#,
                #"{"webhookUrl": "https://h/\"x"}"#, #"{"webhookUrlVariable": "1X"}"#,
                #"{"webhookUrl": "https://h/x", "webhookUrlFile": "y"}"#, #"{"webhokUrl": "https://h/x"}"#,
            ],
            misspelt: "notification"),
        OptionCase(
            name: "promotion", good: [#""director""#, #""auto""#], wrongType: notText, outOfRange: [#""em""#], misspelt: "promotoin"),
        OptionCase(name: "push", good: ["true", "false"], wrongType: notBoolean, misspelt: "psuh"),
        OptionCase(name: "sparseCheckout", good: ["true", "false"], wrongType: notBoolean, misspelt: "sparseCheckot"),
        OptionCase(name: "keepWorktrees", good: ["true", "false"], wrongType: notBoolean, misspelt: "keepWorkTree"),
        OptionCase(
            name: "minimumFreeDiskMb", good: ["0", "4096"], wrongType: notInteger, outOfRange: ["-1"], misspelt: "minimumFreeDiskMiB"),
        OptionCase(
            name: "maxWorkspaceMb", good: ["100", "4096"], wrongType: notInteger, outOfRange: ["99", "-1"], misspelt: "maxWorkspaceMiB"),
        OptionCase(name: "maxOutputMb", good: ["1", "4096"], wrongType: notInteger, outOfRange: ["0", "-1"], misspelt: "maxOutputMiB"),
        OptionCase(name: "memoryLimitMb", good: ["0", "4096"], wrongType: notInteger, outOfRange: ["-1"], misspelt: "memoryLimitMiB"),
        OptionCase(name: "processLimit", good: ["0", "4096"], wrongType: notInteger, outOfRange: ["-1"], misspelt: "processLimits"),
        OptionCase(name: "maxFileSizeMb", good: ["0", "4096"], wrongType: notInteger, outOfRange: ["-1"], misspelt: "maxFileSizeMiB"),
        OptionCase(name: "cpuWeight", good: ["0", "10000"], wrongType: notInteger, outOfRange: ["-1", "10001"], misspelt: "cpuWeigth"),
        OptionCase(name: "claudeExecutable", good: [#""claude""#, #""~/bin/claude""#], wrongType: notText, misspelt: "claudeExecutible"),
        OptionCase(name: "$schema", good: [#""./x.json""#, #""https://h/x""#], wrongType: ["1", "null"], misspelt: "$shema"),
    ]
}

@Suite("Each option")
struct OptionTests {
    /// The required options with `value` in place, on lines of their own.
    private func document(_ name: String, _ value: String) -> String {
        var members = ["repositoryUrl": #""/srv/a""#, "workerCount": "2"]
        members[name] = nil
        let others = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value),\n" }.joined()
        return "{\n\(others)\"\(name)\": \(value)\n}"
    }

    @Test("the table of cases covers every option")
    func complete() {
        #expect(Set(OptionCase.all.map(\.name)) == Set(OrchestratorConfiguration.Settings.definitions.map(\.name)))
    }

    @Test("good values are accepted without a warning", arguments: OptionCase.all)
    func good(option: OptionCase) throws {
        for value in option.good {
            let configuration = try parse(document(option.name, value))
            #expect(configuration.warnings.isEmpty, "\(value)")
            #expect(configuration.positions[option.name] != nil)
        }
    }

    @Test("values of a wrong type or out of range are refused once, in their line, by name", arguments: OptionCase.all)
    func bad(option: OptionCase) {
        let line = option.name == "repositoryUrl" || option.name == "workerCount" ? 3 : 4
        for value in option.wrongType + option.outOfRange {
            let printed = problems { _ = try parse(document(option.name, value)) }
            #expect(printed.count == 1, "\(value): \(printed)")
            #expect(printed.allSatisfy { $0.hasPrefix("c/orchestrator.json:\(line):") }, "\(printed)")
            #expect(printed.allSatisfy { $0.contains(option.name) }, "\(printed)")
        }
    }

    @Test("a wrong spelling is refused and leads to the right one", arguments: OptionCase.all)
    func misspelt(option: OptionCase) throws {
        let text = #"{"repositoryUrl": "/srv/a", "workerCount": 2, "\#(option.misspelt)": \#(option.good[0])}"#
        let nearest = problems { _ = try parse(text) }
        #expect(
            nearest == ["c/orchestrator.json:1:47: unknown option \"\(option.misspelt)\"; did you mean \"\(option.name)\"?"])
    }
}
