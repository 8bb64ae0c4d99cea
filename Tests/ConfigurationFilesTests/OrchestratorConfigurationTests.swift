import Testing

@testable import ConfigurationFiles

@Suite("orchestrator.json")
struct OrchestratorConfigurationTests {
    @Test("two options are enough; the others have the documented defaults")
    func defaults() throws {
        let configuration = try parse(#"{"repositoryUrl": "https://example.org/a.git", "workerCount": 2}"#)
        #expect(configuration.repositoryUrl == "https://example.org/a.git")
        #expect(configuration.workerCount == 2)
        #expect(configuration.branch == "main")
        #expect(!configuration.unlimitedWorkers)
        #expect(!configuration.useRunBranch)
        #expect(configuration.authMode == .oauth)
        #expect(configuration.logDirectory == nil)
        #expect(configuration.model == nil)
        #expect(configuration.engineerManagerGroupSize == 4)
        #expect(configuration.maxRunDurationMinutes == 120)
        #expect(configuration.verifyCommand == nil)
        #expect(configuration.verifyTimeoutMinutes == 30)
        #expect(configuration.taskTimeoutMinutes == 60)
        #expect(configuration.maxTaskAttempts == 3)
        #expect(configuration.maxTaskReturns == 5)
        #expect(configuration.maxBudgetUsd == nil)
        #expect(configuration.maxRunTokens == nil && configuration.maxTurnTokens == nil)
        #expect(configuration.budgetReservePercent == 10)
        #expect(configuration.runawayFloorUsd == 10 && configuration.runawayFactor == 5)
        #expect(configuration.envFiles.isEmpty)
        #expect(configuration.agentEnvironment.isEmpty)
        #expect(configuration.gitCloneOptions.isEmpty)
        #expect(configuration.roles.isEmpty)
        #expect(configuration.review == .engineerManager)
        #expect(configuration.promotion == .director)
        #expect(configuration.push)
        #expect(!configuration.keepWorktrees)
        #expect(configuration.minimumFreeDiskMb == 1024)
        #expect(configuration.claudeExecutable == nil)
        #expect(configuration.warnings.isEmpty)
    }

    @Test("a configuration made in code has the same defaults and the same checks")
    func inCode() throws {
        let made = try OrchestratorConfiguration(repositoryUrl: "/srv/a.git", workerCount: 20)
        #expect(made.branch == "main")
        #expect(problems { _ = try OrchestratorConfiguration(repositoryUrl: "/srv/a.git", workerCount: 0) }.count == 1)
    }

    @Test("every option is read")
    func everything() throws {
        let configuration = try parse(
            """
            {
              "$schema": "./orchestrator.schema.json",
              "repositoryUrl": "git@example.org:a/b.git",
              "branch": "release/1.0",
              "workerCount": 40,
              "unlimitedWorkers": true,
              "useRunBranch": true,
              "authMode": "api-keys-first",
              "logDirectory": "~/logs",
              "model": "claude-opus-4-5",
              "engineerManagerGroupSize": 5,
              "maxRunDurationMinutes": 600,
              "verifyCommand": "make test",
              "verifyTimeoutMinutes": 10,
              "taskTimeoutMinutes": 20,
              "maxTaskAttempts": 2,
              "maxBudgetUsd": 12.5,
              "envFiles": ["../shared/.env", "extra.env"],
              "agentEnvironment": {"NODE_ENV": "test", "MAX_THINKING_TOKENS": "1000"},
              "gitCloneOptions": ["--depth=50", "--filter=blob:none", "--no-tags"],
              "roles": {"director": {"model": "opus", "effort": "xhigh"}, "worker": {"effort": "low"}},
              "review": "none",
              "promotion": "auto",
              "push": false,
              "keepWorktrees": true,
              "minimumFreeDiskMb": 0,
              "claudeExecutable": "/opt/claude/bin/claude"
            }
            """)
        #expect(configuration.branch == "release/1.0")
        #expect(configuration.workerCount == 40)
        #expect(configuration.unlimitedWorkers && configuration.useRunBranch && configuration.keepWorktrees && !configuration.push)
        #expect(configuration.authMode == .apiKeysFirst)
        #expect(configuration.logDirectory == "~/logs")
        #expect(configuration.engineerManagerGroupSize == 5)
        #expect(configuration.maxRunDurationMinutes == 600)
        #expect(configuration.verifyCommand == "make test")
        #expect(configuration.verifyTimeoutMinutes == 10)
        #expect(configuration.taskTimeoutMinutes == 20)
        #expect(configuration.maxTaskAttempts == 2)
        #expect(configuration.maxBudgetUsd == 12.5)
        #expect(configuration.envFiles == ["../shared/.env", "extra.env"])
        #expect(configuration.agentEnvironment == ["NODE_ENV": "test", "MAX_THINKING_TOKENS": "1000"])
        #expect(configuration.gitCloneOptions == ["--depth=50", "--filter=blob:none", "--no-tags"])
        #expect(configuration.review == .nobody)
        #expect(configuration.promotion == .automatic)
        #expect(configuration.minimumFreeDiskMb == 0)
        #expect(configuration.claudeExecutable == "/opt/claude/bin/claude")
        #expect(
            configuration.rolesEffective == [
                .director: .init(model: "opus", effort: .xhigh), .engineerManager: .init(model: "claude-opus-4-5"),
                .worker: .init(model: "claude-opus-4-5", effort: .low),
            ])
        #expect(configuration.warnings.isEmpty)
    }

    @Test("a misspelt option is reported with its place and the nearest name")
    func misspelt() {
        let text = """
            {
              "repositoryUrl": "https://example.org/a.git",
              "workrCount": 2
            }
            """
        #expect(
            problems { _ = try parse(text) } == [
                "c/orchestrator.json:1:1: the option \"workerCount\" is required and missing; add \"workerCount\": number",
                "c/orchestrator.json:3:3: unknown option \"workrCount\"; did you mean \"workerCount\"?",
            ])
    }

    @Test("all problems of a file are reported at once, in the order of their lines")
    func allAtOnce() {
        let text = """
            {
              "repositoryUrl": "https://example.org/a.git", // the project
              "workerCount": "4",
              "authMode": "oath",
              "push": "no",
              "roles": {"directer": {}, "worker": {"effort": "hig", "modle": "opus"}},
              "engineerManagerGroupSize": 0,
            }
            """
        #expect(
            problems { _ = try parse(text) } == [
                "c/orchestrator.json:2:49: JSON allows no comments; remove the comment",
                "c/orchestrator.json:3:18: \"workerCount\": expected a whole number, found the string \"4\"; remove the quotes",
                "c/orchestrator.json:4:15: \"authMode\": expected one of \"oauth\", \"api-keys-first\", \"api-keys-only\", "
                    + "found the string \"oath\"; did you mean \"oauth\"?",
                "c/orchestrator.json:5:11: \"push\": expected true or false, found the string \"no\"",
                "c/orchestrator.json:6:13: unknown option \"roles.directer\"; did you mean \"director\"?",
                "c/orchestrator.json:6:50: \"roles.worker.effort\": expected one of \"low\", \"medium\", \"high\", \"xhigh\", \"max\", "
                    + "found the string \"hig\"; did you mean \"high\"?",
                "c/orchestrator.json:6:57: unknown option \"roles.worker.modle\"; did you mean \"model\"?",
                "c/orchestrator.json:7:31: \"engineerManagerGroupSize\" must be from 1 to 10000, found 0",
                "c/orchestrator.json:7:32: JSON allows no comma before \"}\"; remove the comma",
            ])
    }

    @Test("more than 20 workers need unlimitedWorkers")
    func workerLimit() throws {
        let text = #"{"repositoryUrl": "/r", "workerCount": 21}"#
        #expect(
            problems { _ = try parse(text) } == [
                "c/orchestrator.json:1:40: \"workerCount\" must be from 1 to 20, found 21; set \"unlimitedWorkers\": true to allow more"
            ])
        #expect(try parse(#"{"repositoryUrl": "/r", "workerCount": 20}"#).workerCount == 20)
        #expect(try parse(#"{"repositoryUrl": "/r", "workerCount": 21, "unlimitedWorkers": true}"#).workerCount == 21)
    }

    @Test("a document that is no object is refused")
    func noObject() {
        #expect(
            problems { _ = try parse("[]") } == [
                "c/orchestrator.json:1:1: expected an object of options, found a list; begin the file with {"
            ])
    }

    @Test("an unusual model name is accepted, one that nearly is an alias with a warning")
    func modelWarning() throws {
        #expect(try parse(with: #""model": "vendor/some-model[1m]""#).warnings.isEmpty)
        let configuration = try parse(with: #""model": "sonet""#)
        #expect(configuration.model == "sonet")
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.suggestion == "did you mean \"sonnet\"?")
    }

    @Test("two env files of one base name would overwrite each other and are refused")
    func sameBaseName() {
        let printed = problems { _ = try parse(with: #""envFiles": ["a/.env", "b/.env"]"#) }
        #expect(printed.count == 1)
        #expect(printed.first?.contains("\"envFiles[1]\" has the same base name as \"a/.env\"") == true)
    }

    @Test("a password in the repository's URL is refused and not repeated")
    func passwordInURL() {
        for url in ["https://me:hunter2@example.org/a.git", "https://hunter2hunter2hunter2@example.org/a.git", "ssh://me:hunter2@h/a"] {
            let printed = problems { _ = try parse(#"{"repositoryUrl": "\#(url)", "workerCount": 1}"#) }
            #expect(printed.count == 1)
            #expect(printed.first?.contains("must not hold a password or token") == true)
            #expect(!printed.joined().contains("hunter2"))
        }
    }

    @Test("the option table of the documentation names every option with its default")
    func markdown() {
        let table = OrchestratorConfiguration.markdownTable
        for definition in OrchestratorConfiguration.Settings.definitions { #expect(table.contains("| `\(definition.name)` |")) }
        #expect(table.contains("| `branch` | string | `\"main\"` | Base branch. |"))
        #expect(table.contains("| `repositoryUrl` | string | required |"))
        #expect(table.contains("| `logDirectory` | string | config path |"))
        #expect(table.contains("| `roles.<key>.effort` | string | - |"))
        #expect(table.split(separator: "\n").allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
    }
}
