/// By what the limits of a supervised process are kept: the strongest means that its machine offers for each.
package struct Confinement: Codable, Hashable, Sendable {
    /// By what one limit is kept.
    package enum Means: String, Codable, Hashable, Sendable {
        /// No such limit was asked for.
        case none
        /// It was asked for and cannot be kept on this machine.
        case missing
        /// By a control group of version 2.
        case controlGroup2 = "cgroup-v2"
        /// By a control group of version 1.
        case controlGroup1 = "cgroup-v1"
        /// By a resource limit of each process.
        case resourceLimit = "rlimit"
        /// By the shim, which measures the tree every 0.1 to 1 second: a tree that grows fast goes over its limit for a moment.
        case watch
        /// By the niceness of the process, which its descendants inherit. Where the kernel groups processes by session it counts only within
        /// a session.
        case niceness = "nice"
        /// Ending only: process by process, along the tree of parents.
        case tree
    }

    /// Memory of all processes together.
    package var memory: Means
    /// Processes and threads.
    package var processes: Means
    /// The size of each file.
    package var fileSize: Means
    /// The share of the processors.
    package var cpu: Means
    /// Ending every descendant: with a control group at once and whatever they do, without one in rounds.
    package var ending: Means

    package init(memory: Means = .none, processes: Means = .none, fileSize: Means = .none, cpu: Means = .none, ending: Means = .tree) {
        self.memory = memory
        self.processes = processes
        self.fileSize = fileSize
        self.cpu = cpu
        self.ending = ending
    }
}

extension Confinement: CustomStringConvertible {
    /// As the shim writes it: "memory=cgroup-v1 processes=watch …".
    package var description: String {
        "memory=\(memory.rawValue) processes=\(processes.rawValue) file-size=\(fileSize.rawValue) cpu=\(cpu.rawValue) ending=\(ending.rawValue)"
    }

    /// Reads the shim's text; nil when a part is missing or unknown.
    init?(text: String) {
        var parts: [Substring: Means] = [:]
        for part in text.split(whereSeparator: \.isWhitespace) {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let means = Means(rawValue: String(pair[1])) else { return nil }
            parts[pair[0]] = means
        }
        guard let memory = parts["memory"], let processes = parts["processes"], let fileSize = parts["file-size"], let cpu = parts["cpu"],
            let ending = parts["ending"]
        else { return nil }
        self.init(memory: memory, processes: processes, fileSize: fileSize, cpu: cpu, ending: ending)
    }
}
