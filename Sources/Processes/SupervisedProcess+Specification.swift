extension SupervisedProcess {
    /// What to run and within which limits. Neither arguments nor anything else here may hold a secret: it is written to disk.
    package struct Specification: Sendable, Hashable {
        /// The folder of this one process; made when missing. Use an absolute path and never the same folder for something else.
        package var directory: String
        /// Distinguishes the processes of this turn from all others: `run/task/generation`. A sweep for `run` finds it too.
        package var marker: String
        /// The program (a path, or a name for PATH) and its arguments.
        package var command: [String]
        /// Where it runs.
        package var workingDirectory: String
        /// Bytes that any file it writes may have, its standard output among them; 0 means no limit. Going over it ends it with SIGXFSZ.
        package var fileSizeLimit: UInt64
        /// Bytes of memory that it and its descendants may use together; 0 means no limit. Over it, the largest of its processes is killed.
        package var memoryLimit: UInt64
        /// Its processes and their threads, descendants included; 0 means no limit. Over it, no further ones start; it is ended when it keeps
        /// trying for seconds.
        package var processLimit: UInt64
        /// Its share of the processors when they are scarce, 1 to 10000; 0 means that nothing is set. With a control group it and its
        /// descendants as a whole weigh this much against the 100 of whatever is beside them (another group, a session or a single
        /// process); with niceness each of its processes does, within its session.
        package var cpuWeight: UInt64
        /// From the request to end (TERM) to the end by force (KILL).
        package var grace: Duration
        /// How long it may run; nil means no limit.
        package var wallClockLimit: Duration?
        /// Whether control groups may be made for it. Without them limits are kept by weaker means; see ``Confinement``.
        package var usesControlGroups: Bool
        /// Whether it is given what is appended to its standard input while it runs; see ``SupervisedProcess/say(_:)``.
        package var followsInput: Bool

        package init(
            directory: String, marker: String, command: [String], workingDirectory: String, fileSizeLimit: UInt64 = 0,
            memoryLimit: UInt64 = 0, processLimit: UInt64 = 0, cpuWeight: UInt64 = 0, grace: Duration = .seconds(5),
            wallClockLimit: Duration? = nil,
            usesControlGroups: Bool = true, followsInput: Bool = false
        ) {
            self.directory = directory
            self.marker = marker
            self.command = command
            self.workingDirectory = workingDirectory
            self.fileSizeLimit = fileSizeLimit
            self.memoryLimit = memoryLimit
            self.processLimit = processLimit
            self.cpuWeight = cpuWeight
            self.grace = grace
            self.wallClockLimit = wallClockLimit
            self.usesControlGroups = usesControlGroups
            self.followsInput = followsInput
        }
    }
}

extension SupervisedProcess.Specification {
    private static let format = "cco-shim 3"
    /// What earlier versions wrote: the first without the weight and whether control groups may be made, both without whether its input is followed.
    private static let firstFormat = "cco-shim 1"
    private static let secondFormat = "cco-shim 2"

    /// Says what is wrong with it, or nil.
    func defect() -> String? {
        if !directory.hasPrefix("/") || !workingDirectory.hasPrefix("/") { return "its folders must be absolute paths" }
        if command.first?.isEmpty ?? true { return "it names no program" }
        if marker.isEmpty { return "it has no marker" }
        if cpuWeight > 10_000 { return "its CPU weight is \(cpuWeight), over 10000" }
        if ([marker, workingDirectory, directory] + command).contains(where: { $0.utf8.contains(0) }) {
            return "a field holds a NUL byte"
        }
        return nil
    }

    /// The file the shim reads: fields that each end with a NUL byte.
    var fields: [UInt8] {
        // A limit shorter than a millisecond is still a limit.
        let wallClock = wallClockLimit.map { max(1, $0.wholeMilliseconds) } ?? 0
        let fields =
            [
                Self.format, marker, "\(fileSizeLimit)", "\(memoryLimit)", "\(processLimit)", "\(grace.wholeMilliseconds)", "\(wallClock)",
                "\(cpuWeight)", usesControlGroups ? "1" : "0", followsInput ? "1" : "0", workingDirectory, "\(command.count)",
            ] + command
        return fields.flatMap { Array($0.utf8) + [0] }
    }

    /// Reads the file back, also one of an earlier format; nil when it is malformed.
    init?(directory: String, fields bytes: [UInt8]) {
        guard bytes.last == 0 else { return nil }
        var fields = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        if fields.first == Self.firstFormat, fields.count > 7 {
            fields[0] = Self.secondFormat
            fields.insert(contentsOf: ["0", "1"], at: 7)
        }
        if fields.first == Self.secondFormat, fields.count > 9 {
            fields[0] = Self.format
            fields.insert("0", at: 9)
        }
        guard fields.count > 12, fields[0] == Self.format, let fileSize = UInt64(fields[2]), let memory = UInt64(fields[3]),
            let processes = UInt64(fields[4]), let grace = Int64(fields[5]), let wallClock = Int64(fields[6]),
            let weight = UInt64(fields[7]),
            let count = Int(fields[11]), fields.count == 12 + count
        else { return nil }
        self.init(
            directory: directory, marker: fields[1], command: Array(fields[12...]), workingDirectory: fields[10], fileSizeLimit: fileSize,
            memoryLimit: memory, processLimit: processes, cpuWeight: weight, grace: .milliseconds(grace),
            wallClockLimit: wallClock == 0 ? nil : .milliseconds(wallClock), usesControlGroups: fields[8] != "0",
            followsInput: fields[9] != "0")
    }
}

extension Duration {
    /// Whole milliseconds, never negative.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
