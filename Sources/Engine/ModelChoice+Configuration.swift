import ConfigurationFiles
import Orchestration

extension ModelChoice {
    init(_ effective: EffectiveConfiguration) {
        let configuration = effective.configuration
        self.init()
        for (role, settings) in effective.roles { roles[Role(role)] = Setting(settings) }
        for (role, settings) in configuration.escalation { escalated[Role(role)] = Setting(settings) }
        for (role, settings) in configuration.scarcity { scarce[Role(role)] = Setting(settings) }
        for (purpose, settings) in configuration.purposes { Purpose(rawValue: purpose.rawValue).map { purposes[$0] = Setting(settings) } }
        for (size, settings) in configuration.taskSizes { TaskSize(rawValue: size.rawValue).map { sizes[$0] = Setting(settings) } }
    }
}

extension ModelChoice.Setting {
    fileprivate init(_ settings: OrchestratorConfiguration.RoleSettings) {
        self.init(model: settings.model, effort: settings.effort.flatMap { Effort(rawValue: $0.rawValue) })
    }
}

extension Role {
    fileprivate init(_ role: OrchestratorConfiguration.Role) {
        self =
            switch role {
            case .director: .director
            case .engineerManager: .engineerManager
            case .worker: .worker
            }
    }
}
