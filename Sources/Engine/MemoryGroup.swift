/// What the kernel says of the memory of one control group: the text of its files.
struct MemoryGroup: Sendable, Equatable {
    /// `memory.max`; `memory.limit_in_bytes` of a group of the first version.
    var limit: String?
    /// `memory.current`; `memory.usage_in_bytes`.
    var usage: String?
    /// `memory.stat`.
    var statistics: String?

    /// Bytes that the group may still take; `nil` where nothing limits it or nobody says.
    ///
    /// What the kernel gives back when it is short is not in use: pages of files that nobody has touched lately, and caches of its own. A build fills
    /// any group with them.
    var room: Int64? {
        guard let limit = MemoryGroup.number(limit), let usage = MemoryGroup.number(usage) else { return nil }
        // The first version counts a group's children apart; the second one has them in every figure.
        let reclaimable = statistic("total_inactive_file") ?? (statistic("inactive_file") ?? 0) + (statistic("slab_reclaimable") ?? 0)
        return max(0, limit - max(0, usage - reclaimable))
    }

    /// Bytes that are not in use and could be: the machine's, or the room of the narrowest of the groups that a process is in; `nil` where nobody
    /// says.
    ///
    /// - Parameters:
    ///   - machine: `/proc/meminfo`.
    ///   - groups: the process's own and each above it, in any order.
    static func available(machine: String, groups: [MemoryGroup]) -> Int64? {
        let line = machine.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        guard let kibibytes = number(line.map(String.init)) else { return nil }
        return groups.compactMap(\.room).reduce(kibibytes << 10) { min($0, $1) }
    }

    /// The folders of a process's memory groups, its own last, each with the version of its files; below the place where the kernel shows them.
    ///
    /// - Parameter membership: `/proc/PID/cgroup`.
    static func folders(membership: String, below root: String = "/sys/fs/cgroup") -> [(path: String, version: Int)] {
        membership.split(separator: "\n").flatMap { line -> [(path: String, version: Int)] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let version: Int
            if fields[0] == "0", fields[1].isEmpty {
                version = 2
            } else if fields[1].split(separator: ",").contains("memory") {
                version = 1
            } else {
                return []
            }
            var path = version == 2 ? root : "\(root)/memory"
            // What a container is shown as the root is a group like any other, and may be the one with the limit.
            var folders = [(path: path, version: version)]
            for part in fields[2].split(separator: "/") {
                path += "/\(part)"
                folders.append((path, version))
            }
            return folders
        }
    }

    private func statistic(_ name: String) -> Int64? {
        statistics?.split(separator: "\n").first { $0.hasPrefix("\(name) ") }.flatMap { Int64($0.dropFirst(name.utf8.count + 1)) }
    }

    private static func number(_ text: String?) -> Int64? { text.flatMap { Int64($0.filter(\.isNumber)) } }
}
