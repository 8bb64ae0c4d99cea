import ConfigurationFiles

/// How many gates may run at once, and why so many.
struct GateSlots: Sendable, Equatable {
    var number: Int
    var reason: String

    /// The share of the machine that gates get; the rest is for agents.
    private static let share = 2

    /// - Parameters:
    ///   - explicit: what a person has chosen; counts before everything else.
    ///   - cores: that one gate run needs.
    ///   - memory: MiB that one gate run needs.
    init(explicit: Int?, cores: Double, memory: Int, machine: Machine) {
        if let explicit {
            self.init(number: explicit, reason: "chosen")
            return
        }
        // Of a need next to nothing there is room for more than an integer holds; memory then counts alone.
        let byCores = Int(exactly: (Double(machine.cores) / Double(Self.share) / cores).rounded(.down)) ?? .max
        let byMemory = machine.memory / Self.share / max(1, memory)
        let number = max(1, min(byCores, byMemory))
        let need: String
        if byMemory < byCores {
            need = "half of \(machine.memory) MiB of memory, \(memory) for each"
        } else {
            let each = Int(exactly: cores).map { String($0) } ?? String(cores)
            need = "half of \(machine.cores == 1 ? "1 core" : "\(machine.cores) cores"), \(each) for each"
        }
        self.init(number: number, reason: min(byCores, byMemory) < 1 ? "\(need), but at least one" : need)
    }

    private init(number: Int, reason: String) {
        self.number = number
        self.reason = reason
    }
}

extension GateSlots {
    init(_ configuration: OrchestratorConfiguration, machine: Machine = .present) {
        self.init(
            explicit: configuration.gateSlots, cores: configuration.gateCores, memory: configuration.gateMemoryMb, machine: machine)
    }
}

extension GateCachePolicy {
    package init(_ option: OrchestratorConfiguration.GateCache) {
        self =
            switch option {
            case .none: .none
            case .verified: .verified
            case .always: .always
            }
    }
}
