import Glibc

/// The fields of `/proc/PID/stat` that tell processes apart and show how they belong together.
struct ProcessStatus: Sendable, Hashable {
    var pid: Int32
    /// One letter: R running, S sleeping, Z ended but not reaped, …
    var state: Character
    var parent: Int32
    var group: Int32
    var session: Int32
    /// Clock ticks since boot.
    var startTime: UInt64

    /// Whether it has ended and only its entry is left.
    var isDead: Bool { state == "Z" || state == "X" }

    /// Whether it was stopped by a signal or a debugger.
    var isStopped: Bool { state == "T" || state == "t" }

    /// The process that has this number now, or nil.
    static func of(pid: Int32) throws(SystemError) -> ProcessStatus? {
        do {
            return ProcessStatus(stat: try FileSystem.read("/proc/\(pid)/stat"))
        } catch  where error.code == ENOENT || error.code == ESRCH {
            return nil
        }
    }

    /// Every process that can be seen, dead ones included.
    static func all() throws(SystemError) -> [ProcessStatus] {
        var found: [ProcessStatus] = []
        for name in try FileSystem.names(in: "/proc") {
            guard let pid = Int32(name), let status = try of(pid: pid) else { continue }
            found.append(status)
        }
        return found
    }

    /// Parses one line of stat. The second field is the command in parentheses and may hold anything, also `)`: fields count from the last one.
    init?(stat: [UInt8]) {
        guard let open = stat.firstIndex(of: UInt8(ascii: "(")), let close = stat.lastIndex(of: UInt8(ascii: ")")),
            let pid = Int32(String(decoding: stat[..<open], as: UTF8.self).filter { $0 != " " })
        else { return nil }
        let fields = stat[(close + 1)...].split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
            .map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 19, let state = fields[0].first, let parent = Int32(fields[1]), let group = Int32(fields[2]),
            let session = Int32(fields[3]), let startTime = UInt64(fields[19])
        else { return nil }
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.session = session
        self.startTime = startTime
    }
}
