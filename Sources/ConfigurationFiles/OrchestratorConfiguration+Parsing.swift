extension OrchestratorConfiguration {
    /// Reads the text of an `orchestrator.json` without looking at the disk.
    ///
    /// - Parameter file: the name that problems carry.
    /// - Throws: `ConfigurationError` with every problem of the text.
    package static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> OrchestratorConfiguration {
        let document = try JSONDocument(parsing: bytes, file: file)
        guard let members = document.root.object else {
            let problem = ConfigurationProblem(
                file: file, at: document.root.position, "expected an object of options, found \(document.root.shown)",
                suggestion: "begin the file with {")
            throw ConfigurationError(document.problems + [problem])
        }
        return try OrchestratorConfiguration(members: members, file: file, at: document.root.position, earlier: document.problems)
    }

    /// A configuration with the two required options and defaults for everything else.
    package init(repositoryUrl: String, workerCount: Int) throws(ConfigurationError) {
        let start = SourcePosition(line: 1, column: 1)
        let values: [(String, JSONValue.Content)] = [
            (Settings.repositoryUrl.name, .string(repositoryUrl)), (Settings.workerCount.name, .number(String(workerCount))),
        ]
        let members = values.map { JSONMember(key: $0.0, keyPosition: start, value: JSONValue($0.1, at: start)) }
        try self.init(members: members, file: Self.fileName, at: start, earlier: [])
    }

    private init(
        members: [JSONMember], file: String, at start: SourcePosition, earlier: [ConfigurationProblem]
    ) throws(ConfigurationError) {
        let (current, legacyWarnings) = LegacyOption.translate(members, file: file)
        var reader = ObjectReader(file: file)
        let accepted = reader.read(current, as: Settings.definitions, at: start)
        let values = SettingValues(accepted, file: file)
        Self.checkTogether(values, &reader)
        let problems = earlier + reader.problems
        guard problems.isEmpty else { throw ConfigurationError(problems) }

        repositoryUrl = try values.required(Settings.repositoryUrl)
        branch = try values.required(Settings.branch)
        workerCount = try values.required(Settings.workerCount)
        unlimitedWorkers = try values.required(Settings.unlimitedWorkers)
        adaptiveWidth = try values.required(Settings.adaptiveWidth)
        useRunBranch = try values.required(Settings.useRunBranch)
        authMode = try values.required(Settings.authMode)
        useSeveralSubscriptions = try values.required(Settings.useSeveralSubscriptions)
        logDirectory = values[Settings.logDirectory]
        model = values[Settings.model]
        engineerManagerGroupSize = try values.required(Settings.engineerManagerGroupSize)
        maxRunDurationMinutes = try values.required(Settings.maxRunDurationMinutes)
        verifyCommand = values[Settings.verifyCommand]
        verifyTimeoutMinutes = try values.required(Settings.verifyTimeoutMinutes)
        quickVerifyCommand = values[Settings.quickVerifyCommand]
        quickVerifyTimeoutMinutes = try values.required(Settings.quickVerifyTimeoutMinutes)
        gateSlots = values[Settings.gateSlots]
        gateCores = try values.required(Settings.gateCores)
        gateMemoryMb = try values.required(Settings.gateMemoryMb)
        gateCache = try values.required(Settings.gateCache)
        taskTimeoutMinutes = try values.required(Settings.taskTimeoutMinutes)
        stallTimeoutMinutes = try values.required(Settings.stallTimeoutMinutes)
        requestTimeoutMinutes = try values.required(Settings.requestTimeoutMinutes)
        toolTimeoutMinutes = try values.required(Settings.toolTimeoutMinutes)
        questionTimeoutMinutes = try values.required(Settings.questionTimeoutMinutes)
        approve = try values.required(Settings.approve)
        approvalTimeoutMinutes = values[Settings.approvalTimeoutMinutes]
        notifications = values[Settings.notifications]
        maxTaskAttempts = try values.required(Settings.maxTaskAttempts)
        maxTaskReturns = try values.required(Settings.maxTaskReturns)
        maxBudgetUsd = values[Settings.maxBudgetUsd]
        maxRunTokens = values[Settings.maxRunTokens]
        maxTeamBudgetUsd = values[Settings.maxTeamBudgetUsd]
        maxTeamTokens = values[Settings.maxTeamTokens]
        maxTaskBudgetUsd = values[Settings.maxTaskBudgetUsd]
        maxTaskTokens = values[Settings.maxTaskTokens]
        maxTurnBudgetUsd = values[Settings.maxTurnBudgetUsd]
        maxTurnTokens = values[Settings.maxTurnTokens]
        budgetReservePercent = try values.required(Settings.budgetReservePercent)
        runawayFloorUsd = try values.required(Settings.runawayFloorUsd)
        runawayFactor = try values.required(Settings.runawayFactor)
        envFiles = try values.required(Settings.envFiles)
        agentEnvironment = try values.required(Settings.agentEnvironment)
        gitCloneOptions = try values.required(Settings.gitCloneOptions)
        roles = try values.required(Settings.roles)
        taskSizes = try values.required(Settings.taskSizes)
        escalation = try values.required(Settings.escalation)
        purposes = try values.required(Settings.purposes)
        scarcity = try values.required(Settings.scarcity)
        review = try values.required(Settings.review)
        promotion = try values.required(Settings.promotion)
        push = try values.required(Settings.push)
        keepWorktrees = try values.required(Settings.keepWorktrees)
        sparseCheckout = try values.required(Settings.sparseCheckout)
        minimumFreeDiskMb = try values.required(Settings.minimumFreeDiskMb)
        maxWorkspaceMb = values[Settings.maxWorkspaceMb]
        maxOutputMb = try values.required(Settings.maxOutputMb)
        memoryLimitMb = try values.required(Settings.memoryLimitMb)
        processLimit = try values.required(Settings.processLimit)
        maxFileSizeMb = try values.required(Settings.maxFileSizeMb)
        cpuWeight = try values.required(Settings.cpuWeight)
        claudeExecutable = values[Settings.claudeExecutable]
        self.file = file
        positions = values.positions
        warnings = legacyWarnings + modelWarnings()
    }

    /// The rules that concern more than one option.
    private static func checkTogether(_ values: SettingValues, _ reader: inout ObjectReader) {
        if let count = values[Settings.workerCount], count > workerLimit, values[Settings.unlimitedWorkers] != true {
            reader.report(
                "\"workerCount\" must be from 1 to \(workerLimit), found \(count)", at: values.positions[Settings.workerCount.name],
                suggestion: "set \"unlimitedWorkers\": true to allow more")
        }
        Self.checkWebhook(values, &reader)
        var owners: [String: String] = [:]
        for (index, path) in (values[Settings.envFiles] ?? []).enumerated() {
            let name = ConfigurationPath.lastComponent(path)
            if let other = owners[name] {
                reader.report(
                    "\"envFiles[\(index)]\" has the same base name as \(JSONLiteral.quoted(other)), and only one can be copied",
                    at: values.positions["envFiles[\(index)]"], suggestion: "keep one, or rename it")
            }
            owners[name] = path
        }
    }

    /// The address of a webhook is in one place.
    private static func checkWebhook(_ values: SettingValues, _ reader: inout ObjectReader) {
        let names = [Notifications.Fields.webhookUrl, Notifications.Fields.webhookUrlFile, Notifications.Fields.webhookUrlVariable].map(
            \.name)
        let given = names.filter { values.positions["notifications.\($0)"] != nil }
        guard given.count > 1 else { return }
        reader.report(
            "\"notifications\" has \(given.joined(separator: " and "))", at: values.positions["notifications.\(given[1])"],
            suggestion: "keep one")
    }

    /// Any model name is accepted, since new ones appear; one that nearly is an alias is most likely misspelt.
    private func modelWarnings() -> [ConfigurationProblem] {
        let aliases = ["haiku", "sonnet", "opus"]
        var models = [("model", model)]
        for role in Role.allCases { models.append(("roles.\(role.rawValue).model", roles[role]?.model)) }
        for size in TaskSize.allCases { models.append(("taskSizes.\(size.rawValue).model", taskSizes[size]?.model)) }
        for role in Role.allCases { models.append(("escalation.\(role.rawValue).model", escalation[role]?.model)) }
        for purpose in Purpose.allCases { models.append(("purposes.\(purpose.rawValue).model", purposes[purpose]?.model)) }
        for role in Role.allCases { models.append(("scarcity.\(role.rawValue).model", scarcity[role]?.model)) }
        return models.compactMap { name, model in
            guard let model, !aliases.contains(model), let nearest = NearestName.of(model, among: aliases) else { return nil }
            return ConfigurationProblem(
                file: file, at: positions[name], "\"\(name)\" is \(JSONLiteral.quoted(model)), which is no known alias",
                suggestion: "did you mean \"\(nearest)\"?")
        }
    }
}
