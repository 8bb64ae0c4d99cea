import Agents
import ConfigurationFiles
import Orchestration

/// Which model a turn runs with, and how hard it thinks: what its role has, unless its task's size says otherwise, unless a usage window runs short,
/// unless it is for something special, unless others have failed.
package struct ModelChoice: Sendable, Equatable {
    /// `nil` leaves the choice to the agent's program.
    package struct Setting: Sendable, Equatable {
        package var model: String?
        package var effort: Effort?

        package init(model: String? = nil, effort: Effort? = nil) {
            self.model = model
            self.effort = effort
        }
    }

    package var roles: [Role: Setting] = [:]
    package var sizes: [TaskSize: Setting] = [:]
    package var escalated: [Role: Setting] = [:]
    package var purposes: [Purpose: Setting] = [:]
    package var scarce: [Role: Setting] = [:]

    package init() {}

    package subscript(_ turn: Turn) -> Setting {
        let layers = [
            turn.isEscalated == true ? escalated[turn.role] : nil, purposes[turn.brief.purpose],
            turn.isScarce == true ? scarce[turn.role] : nil,
            turn.role == .worker ? turn.size.flatMap { sizes[$0] } : nil,
            roles[turn.role],
        ].compactMap { $0 }
        return Setting(model: layers.lazy.compactMap(\.model).first, effort: layers.lazy.compactMap(\.effort).first)
    }
}

extension ModelChoice {
    init(_ effective: EffectiveConfiguration) {
        let configuration = effective.configuration
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
