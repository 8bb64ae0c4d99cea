import Glibc

/// The fields of `/proc/PID/stat` that tell processes apart and show how they belong together.
struct ProcessStatus: Sendable, Hashable {
    var pid: Int32
    /// One letter: R running, S sleeping, Z ended but not reaped, …
    var state: Character
    var parent: Int32
    var group: Int32
    var session: Int32
    /// Threads that it has.
    var threads: UInt64
    /// Clock ticks since boot.
    var startTime: UInt64

    /// Whether it has ended and only its entry is left. One whose first thread alone has ended looks the same, but for its other threads.
    var isDead: Bool { state == "X" || state == "Z" && threads <= 1 }

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
        guard let open = stat.firstIndex(of: UInt8(ascii: "(")), let close = stat.lastIndex(of: UInt8(ascii: ")")), open < close,
            let pid = Self.number(stat[..<open].prefix { $0 != UInt8(ascii: " ") }).flatMap({ Int32(exactly: $0) })
        else { return nil }
        let space = UInt8(ascii: " ")
        var fields: [ArraySlice<UInt8>] = []
        fields.reserveCapacity(20)
        var rest = stat[(close + 1)...]
        // No more than are needed: of some hundred processes each that is much of the price of a look.
        while fields.count < 20 {
            rest = rest.drop { $0 == space || $0 == UInt8(ascii: "\n") }
            let field = rest.prefix { $0 != space && $0 != UInt8(ascii: "\n") }
            guard !field.isEmpty else { return nil }
            fields.append(field)
            rest = rest[field.endIndex...]
        }
        guard let state = fields[0].first, let parent = Self.number(fields[1]).flatMap({ Int32(exactly: $0) }),
            let group = Self.number(fields[2]).flatMap({ Int32(exactly: $0) }),
            let session = Self.number(fields[3]).flatMap({ Int32(exactly: $0) }), let threads = Self.number(fields[17]),
            let startTime = Self.number(fields[19])
        else { return nil }
        self.pid = pid
        self.state = Character(Unicode.Scalar(state))
        self.parent = parent
        self.group = group
        self.session = session
        self.threads = threads
        self.startTime = startTime
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, above) = product.addingReportingOverflow(UInt64(digit - 0x30))
            guard !over, !above else { return nil }
            value = sum
        }
        return value
    }
}
