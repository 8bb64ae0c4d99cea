/// An option of the TypeScript versions of cco, so that their configuration files go on working.
struct LegacyOption: Sendable {
    /// What becomes of it.
    enum Effect: Sendable {
        /// It goes by another name now; the closure turns its value into the new one.
        case renamed(to: String, convert: @Sendable (JSONValue) -> JSONValue)
        /// It has nothing to act on any more, for the reason given.
        case ignored(String)
    }

    let name: String
    let effect: Effect

    private static let noPolling = "nothing is polled any more"
    private static let noServer = "agents are no longer reached through a hook server"
    private static let mechanicalMerges = "a merge conflict goes back to the author of the task"
    private static let costLimit = "runs are limited by \"maxBudgetUsd\" and \"maxRunDurationMinutes\""

    /// Every option that a published version had and this one has not.
    static let all: [LegacyOption] = [
        LegacyOption(name: "groupSize", effect: .renamed(to: "engineerManagerGroupSize") { $0 }),
        LegacyOption(name: "env", effect: .renamed(to: "agentEnvironment") { $0 }),
        LegacyOption(name: "cloneDepth", effect: .renamed(to: "gitCloneOptions", convert: depthOption)),
        LegacyOption(name: "taskTimeoutMs", effect: .renamed(to: "taskTimeoutMinutes", convert: minutes)),
        LegacyOption(name: "workspaceDir", effect: .ignored("the repositories of a run are kept in cco's state folder")),
        LegacyOption(name: "localRepoPath", effect: .ignored("worktrees borrow their objects from one local repository anyway")),
        LegacyOption(name: "claudeConfigs", effect: .ignored("keys are read from api-keys.json")),
        LegacyOption(name: "maxToolUsesPerInstance", effect: .ignored(costLimit)),
        LegacyOption(name: "maxTotalToolUses", effect: .ignored(costLimit)),
        LegacyOption(name: "mergeStrategy", effect: .ignored(mechanicalMerges)),
        LegacyOption(name: "maxAutoResolveConflicts", effect: .ignored(mechanicalMerges)),
        LegacyOption(name: "hookServerPort", effect: .ignored(noServer)),
        LegacyOption(name: "serverPort", effect: .ignored(noServer)),
        LegacyOption(name: "stuckThresholdMs", effect: .ignored("a turn ends after \"taskTimeoutMinutes\"")),
        LegacyOption(name: "timingBaseMs", effect: .ignored(noPolling)),
        LegacyOption(name: "pollIntervalMs", effect: .ignored(noPolling)),
        LegacyOption(name: "healthCheckIntervalMs", effect: .ignored(noPolling)),
        LegacyOption(name: "managerHeartbeatIntervalMs", effect: .ignored(noPolling)),
        LegacyOption(name: "rateLimitCheckIntervalMs", effect: .ignored(noPolling)),
    ]

    /// What editors are told.
    var definition: SettingDefinition {
        let text =
            switch effect {
            case .renamed(let newName, _): "Option of an earlier version; now \"\(newName)\"."
            case .ignored(let reason): "Option of an earlier version without effect: \(reason)."
            }
        return SettingDefinition(name, .anything, isDeprecated: true, text)
    }

    /// Replaces the options of earlier versions by their successors, with a warning for each.
    static func translate(_ members: [JSONMember], file: String) -> (members: [JSONMember], warnings: [ConfigurationProblem]) {
        let given = Set(members.map(\.key))
        var warnings: [ConfigurationProblem] = []
        let translated = members.compactMap { member -> JSONMember? in
            guard let option = all.first(where: { $0.name == member.key }) else { return member }
            func warn(_ message: String, _ suggestion: String? = nil) {
                warnings.append(
                    ConfigurationProblem(file: file, at: member.keyPosition, "\"\(option.name)\" \(message)", suggestion: suggestion))
            }
            switch option.effect {
            case .ignored(let reason):
                warn("has no effect in this version: \(reason)", "remove it")
                return nil
            case .renamed(let newName, _) where given.contains(newName):
                warn("has no effect: its successor \"\(newName)\" is set too", "remove it")
                return nil
            case .renamed(let newName, let convert):
                warn("is an option of an earlier version and is read as \"\(newName)\"", "rename it to \"\(newName)\"")
                return JSONMember(key: newName, keyPosition: member.keyPosition, value: convert(member.value))
            }
        }
        return (translated, warnings)
    }

    private static func depthOption(_ value: JSONValue) -> JSONValue {
        guard let depth = value.integer else { return value }
        return JSONValue(.array([JSONValue(.string("--depth=\(depth)"), at: value.position)]), at: value.position)
    }

    /// Milliseconds as whole minutes, rounded up.
    private static func minutes(_ value: JSONValue) -> JSONValue {
        guard let milliseconds = value.integer else { return value }
        let whole = milliseconds / 60_000 + (milliseconds % 60_000 > 0 ? 1 : 0)
        return JSONValue(.number(String(whole)), at: value.position)
    }
}
