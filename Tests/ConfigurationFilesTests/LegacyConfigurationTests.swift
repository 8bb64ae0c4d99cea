import Testing

@testable import ConfigurationFiles

@Suite("Configurations of earlier versions")
struct LegacyConfigurationTests {
    @Test("a file with every option of the TypeScript versions is accepted, with a warning for each")
    func accepted() throws {
        let configuration = try parse(
            """
            {
              "repositoryUrl": "git@example.org:a/b.git",
              "branch": "main",
              "cloneDepth": 100,
              "useRunBranch": true,
              "workspaceDir": "./workspace",
              "logDirectory": "logs",
              "localRepoPath": "/srv/b",
              "workerCount": 4,
              "groupSize": 2,
              "model": "haiku",
              "authMode": "api-keys-first",
              "taskTimeoutMs": 630000,
              "pollIntervalMs": 5000,
              "maxToolUsesPerInstance": 500,
              "maxTotalToolUses": 2000,
              "maxRunDurationMinutes": 5,
              "envFiles": [".env"],
              "env": {"NODE_ENV": "test"},
              "mergeStrategy": "auto-resolve",
              "maxAutoResolveConflicts": 100,
              "timingBaseMs": 30000,
              "stuckThresholdMs": 300000,
              "hookServerPort": 3000,
              "serverPort": 3000,
              "healthCheckIntervalMs": 30000,
              "managerHeartbeatIntervalMs": 600000,
              "rateLimitCheckIntervalMs": 10000,
              "claudeConfigs": "~/.claude-configs/*.json"
            }
            """)
        #expect(configuration.gitCloneOptions == ["--depth=100"])
        #expect(configuration.engineerManagerGroupSize == 2)
        #expect(configuration.taskTimeoutMinutes == 11)
        #expect(configuration.agentEnvironment == ["NODE_ENV": "test"])
        #expect(configuration.warnings.count == LegacyOption.all.count)
        for option in LegacyOption.all {
            #expect(configuration.warnings.contains { $0.message.hasPrefix("\"\(option.name)\" ") }, "\(option.name)")
        }
        #expect(
            configuration.warnings.first?.description
                == "c/orchestrator.json:4:3: \"cloneDepth\" is an option of an earlier version and is read as \"gitCloneOptions\"; "
                + "rename it to \"gitCloneOptions\"")
        #expect(
            configuration.warnings.map(\.description).contains(
                "c/orchestrator.json:6:3: \"workspaceDir\" has no effect in this version: "
                    + "the repositories of a run are kept in cco's state folder; "
                    + "remove it"))
    }

    @Test("the successor wins over an earlier option")
    func successorWins() throws {
        let configuration = try parse(with: #""groupSize": 2, "engineerManagerGroupSize": 7"#)
        #expect(configuration.engineerManagerGroupSize == 7)
        #expect(
            configuration.warnings.map(\.message) == ["\"groupSize\" has no effect: its successor \"engineerManagerGroupSize\" is set too"])
    }

    @Test("a translated value is checked like any other", arguments: [#""groupSize": 0"#, #""cloneDepth": "x""#, #""taskTimeoutMs": -1"#])
    func checked(member: String) {
        #expect(problems { _ = try parse(with: member) }.count == 1)
    }

    @Test("a credential in the earlier env option is refused with a pointer to the keys file")
    func credential() {
        let printed = problems { _ = try parse(with: #""env": {"ANTHROPIC_API_KEY": "sk-hunter2"}"#) }
        #expect(printed.count == 1)
        #expect(printed.first?.contains("api-keys.json") == true)
        #expect(!printed.joined().contains("hunter2"))
    }

    @Test("no earlier option has the name of a present one")
    func distinct() {
        let present = Set(OrchestratorConfiguration.Settings.definitions.map(\.name))
        #expect(LegacyOption.all.allSatisfy { !present.contains($0.name) })
    }
}
