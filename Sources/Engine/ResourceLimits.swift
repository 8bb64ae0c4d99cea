import ConfigurationFiles
import Processes

/// What the processes of one turn, or of one gate, may use together.
struct ResourceLimits: Sendable, Equatable {
    /// Bytes; 0 for no limit.
    var memory: UInt64
    /// Processes and threads; 0 for no limit.
    var processes: UInt64
    /// Bytes of any one file; 0 for no limit.
    var fileSize: UInt64
    /// Share of the processor beside others, 100 being the usual; 0 leaves it.
    var cpuWeight: UInt64
}

extension ResourceLimits {
    init(_ configuration: OrchestratorConfiguration) {
        self.init(
            memory: UInt64(configuration.memoryLimitMb) << 20, processes: UInt64(configuration.processLimit),
            fileSize: UInt64(configuration.maxFileSizeMb) << 20, cpuWeight: UInt64(configuration.cpuWeight))
    }
}

extension SupervisedProcess.Specification {
    func limited(_ limits: ResourceLimits) -> SupervisedProcess.Specification {
        var specification = self
        specification.memoryLimit = limits.memory
        specification.processLimit = limits.processes
        specification.fileSizeLimit = limits.fileSize
        specification.cpuWeight = limits.cpuWeight
        return specification
    }
}

extension ExitRecord.Limit {
    /// What happened, as it is told to people and to the agent.
    var words: String {
        switch self {
        case .memory: "it was ended because it used more memory than it may (memoryLimitMb)"
        case .processes: "it was ended because it went on starting more processes than it may (processLimit)"
        case .fileSize: "it was ended because it wrote a larger file than it may (maxFileSizeMb)"
        }
    }
}

extension ExitRecord {
    /// What the limits did, a line each.
    var limitLines: [String] {
        var lines: [String] = []
        if let limit { lines.append(limit.words) }
        if memoryKills > 0 {
            lines.append("\(memoryKills) of its processes were killed because together they used more memory than they may (memoryLimitMb)")
        }
        if refusedForks > 0 { lines.append("\(refusedForks) times it could not start another process (processLimit)") }
        return lines
    }
}
