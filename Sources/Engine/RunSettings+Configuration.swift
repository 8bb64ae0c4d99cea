import ConfigurationFiles
import Orchestration

extension RunSettings {
    /// What decisions need of a configuration.
    ///
    /// - Parameters:
    ///   - repository: for display, without user information.
    ///   - targetBranch: the branch that gets the work.
    ///   - cores: of the machine, for the number of gates at once.
    init(_ configuration: OrchestratorConfiguration, repository: String, targetBranch: String, credentials: [CredentialSlot], cores: Int) {
        self.init(
            repository: repository, branch: configuration.branch, targetBranch: targetBranch, workerCount: configuration.workerCount,
            engineerManagerGroupSize: configuration.engineerManagerGroupSize, maxRunMinutes: configuration.maxRunDurationMinutes,
            maxBudgetUsd: configuration.maxBudgetUsd, taskTimeoutMinutes: configuration.taskTimeoutMinutes,
            review: configuration.review == .engineerManager ? .em : .none,
            promotion: configuration.promotion == .director ? .director : .auto,
            push: configuration.push, maxTaskAttempts: configuration.maxTaskAttempts, verifyCommand: configuration.verifyCommand,
            verifyTimeoutMinutes: configuration.verifyTimeoutMinutes, gateSlots: max(1, cores / 2), credentials: credentials)
    }
}
