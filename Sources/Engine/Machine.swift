import FoundationEssentials
import Glibc

/// What this process may use of the machine.
package struct Machine: Sendable, Equatable {
    var cores: Int
    /// MiB.
    var memory: Int

    /// As the kernel says now: the machine's, or less where a control group or an affinity holds this process to less.
    static var present: Machine {
        let groups = groupFolders
        return Machine(
            installedCores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), affinity: affinity,
            installedMemory: Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))),
            quotas: groups.filter { $0.version == 2 }.compactMap { text("\($0.path)/cpu.max") }, limits: memoryGroups.compactMap(\.limit))
    }

    /// - Parameters:
    ///   - quotas: contents of `cpu.max`: microseconds of processor time, or `max`, and the period that they are for.
    ///   - limits: contents of `memory.max` or `memory.limit_in_bytes`: bytes, or `max`.
    init(installedCores: Int, affinity: Int?, installedMemory: Int64, quotas: [String] = [], limits: [String] = []) {
        var cores = min(installedCores, affinity ?? installedCores)
        for quota in quotas {
            let numbers = quota.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            if numbers.count == 2, numbers[1] > 0 { cores = min(cores, Int((numbers[0] / numbers[1]).rounded(.up))) }
        }
        var memory = installedMemory
        for limit in limits { memory = min(memory, Int64(limit.filter(\.isNumber)) ?? .max) }
        self.init(cores: max(1, cores), memory: max(1, Int(memory >> 20)))
    }

    init(cores: Int, memory: Int) {
        self.cores = cores
        self.memory = memory
    }

    /// MiB that are not in use and could be: the machine's, or less where a control group holds this process to less. `nil` where nobody says.
    package static var availableMemory: Int? {
        text("/proc/meminfo").flatMap { MemoryGroup.available(machine: $0, groups: memoryGroups) }.map { Int($0 >> 20) }
    }

    /// Cores on which this process may run.
    private static var affinity: Int? {
        guard let line = text("/proc/self/status")?.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else {
            return nil
        }
        let count = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }

    /// The folders of this process's control groups and of those above them.
    private static var groupFolders: [(path: String, version: Int)] {
        MemoryGroup.folders(membership: text("/proc/self/cgroup") ?? "0::/")
    }

    private static var memoryGroups: [MemoryGroup] {
        groupFolders.map { group in
            let (limit, usage) = group.version == 2 ? ("max", "current") : ("limit_in_bytes", "usage_in_bytes")
            return MemoryGroup(
                limit: text("\(group.path)/memory.\(limit)"), usage: text("\(group.path)/memory.\(usage)"),
                statistics: text("\(group.path)/memory.stat"))
        }
    }

    /// What cannot be read limits nothing.
    private static func text(_ path: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
    }
}
