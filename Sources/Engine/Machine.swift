import FoundationEssentials
import Glibc

/// What this process may use of the machine.
package struct Machine: Sendable, Equatable {
    var cores: Int
    /// MiB.
    var memory: Int

    /// As the kernel says now: the machine's, or less where a control group or an affinity holds this process to less.
    static var present: Machine {
        let groups = ["/sys/fs/cgroup"] + ownGroups
        return Machine(
            installedCores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), affinity: affinity,
            installedMemory: Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))),
            quotas: groups.compactMap { text("\($0)/cpu.max") }, limits: groups.compactMap { text("\($0)/memory.max") })
    }

    /// - Parameters:
    ///   - quotas: contents of `cpu.max`: microseconds of processor time, or `max`, and the period that they are for.
    ///   - limits: contents of `memory.max`: bytes, or `max`.
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
        let rooms = (["/sys/fs/cgroup"] + ownGroups).map { group in
            MemoryGroup(limit: text("\(group)/memory.max"), used: text("\(group)/memory.current"), statistics: text("\(group)/memory.stat"))
        }
        return availableMemory(meminfo: text("/proc/meminfo") ?? "", groups: rooms)
    }

    /// What a control group's files say; `nil` for those that it does not have.
    struct MemoryGroup: Sendable {
        /// `memory.max`: bytes, or `max`.
        var limit: String?
        /// `memory.current`: bytes, the page cache among them.
        var used: String?
        /// `memory.stat`: names and bytes.
        var statistics: String?

        /// Bytes that may still be taken. What the kernel gives back when asked counts as free, as it does in `MemAvailable`.
        fileprivate var room: Int? {
            guard let most = limit.flatMap({ Int($0.filter(\.isNumber)) }), let used = used.flatMap({ Int($0.filter(\.isNumber)) }) else {
                return nil
            }
            var given = 0
            for line in (statistics ?? "").split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.count == 2, ["inactive_file", "slab_reclaimable"].contains(words[0]) { given += Int(words[1]) ?? 0 }
            }
            return max(0, most - max(0, used - given))
        }
    }

    /// MiB, from the texts of the kernel's files.
    ///
    /// - Parameter groups: the control groups that the process is in. In a namespace of its own the root is one with a limit, as others are.
    static func availableMemory(meminfo: String, groups: [MemoryGroup]) -> Int? {
        guard let line = meminfo.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = Int(line.filter(\.isNumber))
        else { return nil }
        return groups.compactMap(\.room).reduce(kibibytes >> 10) { min($0, $1 >> 20) }
    }

    /// Cores on which this process may run.
    private static var affinity: Int? {
        guard let line = text("/proc/self/status")?.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else {
            return nil
        }
        let count = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }

    /// The folders of this process's control group and of those above it.
    private static var ownGroups: [String] {
        guard let line = text("/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return [] }
        var folder = "/sys/fs/cgroup"
        return line.dropFirst("0::/".count).split(separator: "/").map { part in
            folder += "/\(part)"
            return folder
        }
    }

    /// What cannot be read limits nothing.
    private static func text(_ path: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
    }
}
