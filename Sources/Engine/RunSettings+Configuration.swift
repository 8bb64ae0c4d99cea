import ConfigurationFiles
import Orchestration

extension RunSettings {
    /// What decisions need of a configuration.
    ///
    /// - Parameters:
    ///   - repository: for display, without user information.
    ///   - targetBranch: the branch that gets the work.
    init(
        _ configuration: OrchestratorConfiguration, repository: String, targetBranch: String, credentials: [CredentialSlot],
        models: ModelChoice
    ) {
        let slots = GateSlots(configuration)
        self.init(
            repository: repository, branch: configuration.branch, targetBranch: targetBranch, workerCount: configuration.workerCount,
            engineerManagerGroupSize: configuration.engineerManagerGroupSize, maxRunMinutes: configuration.maxRunDurationMinutes,
            maxBudgetUsd: configuration.maxBudgetUsd, taskTimeoutMinutes: configuration.taskTimeoutMinutes,
            review: configuration.review == .engineerManager ? .em : .none,
            promotion: configuration.promotion == .director ? .director : .auto,
            push: configuration.push, maxTaskAttempts: configuration.maxTaskAttempts, verifyCommand: configuration.verifyCommand,
            verifyTimeoutMinutes: configuration.verifyTimeoutMinutes, gateSlots: slots.number, credentials: credentials)
        gateSlotsReason = slots.reason
        maxTaskReturns = configuration.maxTaskReturns
        limits = SpendingLimits(configuration)
        self.models = models
        adaptiveWidth = configuration.adaptiveWidth
        quickVerifyCommand = configuration.quickVerifyCommand
        questionTimeoutMinutes = configuration.questionTimeoutMinutes
        approve = Approve(rawValue: configuration.approve.rawValue)
        approvalTimeoutMinutes = configuration.approvalTimeoutMinutes
        quickVerifyTimeoutMinutes = configuration.quickVerifyTimeoutMinutes
    }
}

extension SpendingLimits {
    init(_ configuration: OrchestratorConfiguration) {
        self.init()
        run = Ceiling(usd: configuration.maxBudgetUsd, tokens: configuration.maxRunTokens)
        team = Ceiling(usd: configuration.maxTeamBudgetUsd, tokens: configuration.maxTeamTokens)
        task = Ceiling(usd: configuration.maxTaskBudgetUsd, tokens: configuration.maxTaskTokens)
        turn = Ceiling(usd: configuration.maxTurnBudgetUsd, tokens: configuration.maxTurnTokens)
        keptBack = Double(configuration.budgetReservePercent) / 100
        runaway = RunawayBound(floorUsd: configuration.runawayFloorUsd, factor: configuration.runawayFactor)
    }
}
