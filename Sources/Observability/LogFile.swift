import Glibc

/// One append-only file of whole lines with a budget. Not for concurrent use: its owner holds a lock.
struct LogFile: ~Copyable {
    /// Whose line it is decides how much of the budget it may use.
    enum Origin {
        case orchestrator
        case agent
    }

    private(set) var health = LogHealth()
    private let path: String
    private let descriptor: Int32
    private let budget: LogBudget
    private var size: Int
    /// The file ends with a part of a line that could not be taken back.
    private var isTorn = false
    private var hasAnnouncedBudget = false

    /// Opens or makes the file, for its owner only. What is already in it counts for the budget.
    init(path: String, budget: LogBudget) throws(RunLogError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw RunLogError.current(path, "cannot open the file") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = RunLogError.current(path, "cannot look at the file")
            Glibc.close(descriptor)
            throw error
        }
        if status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o777 != 0o600, fchmod(descriptor, 0o600) != 0 {
            let error = RunLogError.current(path, "cannot make the file private")
            Glibc.close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        self.budget = budget
        size = Int(status.st_size)
        // A kill in the midst of a write, or a loss of power, leaves a part of a line.
        let last = Self.end(of: path, size: Int(status.st_size), length: 1)
        isTorn = last.contains { $0 != 0x0A }
    }

    deinit { Glibc.close(descriptor) }

    /// Writes `line` and a line feed, or counts why not. `notice` makes a line of the orchestrator in the file's own format.
    mutating func append(_ line: [UInt8], from origin: Origin, notice: (String) -> [UInt8]) {
        let limit = origin == .agent ? budget.bytes - budget.reserve : budget.bytes
        guard size + line.count + 1 <= limit else {
            drop(origin, notice)
            return
        }
        if health.lostLinesNow > 0 {
            let text = notice("\(health.lostLinesNow) lines of this log were lost: \(health.lastFailure ?? "unknown")")
            if size + text.count + line.count + 2 <= budget.bytes, write(text + [0x0A]) { health.lostLinesNow = 0 }
        }
        if write(line + [0x0A]) {
            health.lostLinesNow = 0
        } else {
            health.lostLinesNow += 1
            health.lostLines += 1
        }
    }

    /// The same for several lines, with one call of the kernel where nothing stands against it.
    mutating func append(_ batch: LogBatch, from origin: Origin, notice: (String) -> [UInt8]) {
        let limit = origin == .agent ? budget.bytes - budget.reserve : budget.bytes
        guard size + batch.bytes.count <= limit, health.lostLinesNow == 0 else {
            for line in batch.lines { append(line, from: origin, notice: notice) }
            return
        }
        guard !write(batch.bytes) else { return }
        health.lostLinesNow += batch.count
        health.lostLines += batch.count
    }

    /// Says in the file how many lines were left out, if any. For the end of the log.
    mutating func summarise(notice: (String) -> [UInt8]) {
        guard health.droppedOutputLines > 0 else { return }
        append(
            notice("\(health.droppedOutputLines) lines of agents' output were left out: the budget of \(budget.bytes) bytes was used up"),
            from: .orchestrator, notice: notice)
    }

    /// Waits until the disk has everything. A failure is remembered like that of a line.
    mutating func flush() {
        while fdatasync(descriptor) != 0 {
            if errno == EINTR { continue }
            // Pipes and devices have nothing to wait for.
            if errno != EINVAL && errno != EROFS { remember("cannot flush") }
            return
        }
    }

    private mutating func drop(_ origin: Origin, _ notice: (String) -> [UInt8]) {
        switch origin {
        case .orchestrator: health.droppedEventLines += 1
        case .agent:
            health.droppedOutputLines += 1
            guard !hasAnnouncedBudget else { return }
            hasAnnouncedBudget = true
            append(
                notice("agents' output is left out from here on: \(size) of \(budget.bytes) bytes are used; orchestrator's lines go on"),
                from: .orchestrator, notice: notice)
        }
    }

    /// Writes whole lines with their line feeds or, as far as the file allows, nothing of them.
    private mutating func write(_ lines: [UInt8]) -> Bool {
        let bytes = isTorn ? [0x0A] + lines : lines
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written) }
            if count > 0 {
                written += count
                continue
            }
            if count < 0 && errno == EINTR { continue }
            remember("cannot write")
            if written > 0 && ftruncate(descriptor, off_t(size)) != 0 {
                isTorn = true
                size += written
            }
            return false
        }
        size += written
        isTorn = false
        return true
    }

    /// How much of the end is looked through for what was logged last, in bytes.
    private static let endLength = 1 << 20

    /// The last bytes of the file; nothing where they cannot be read.
    func end() -> [UInt8] { Self.end(of: path, size: size, length: Self.endLength) }

    /// Whether not even every line of the orchestrator finds room any more.
    var isFull: Bool { budget.bytes - size < 1 << 16 }

    /// The last bytes of a file of that size; nothing where they cannot be read. Pipes and devices have no size.
    private static func end(of path: String, size: Int, length: Int) -> [UInt8] {
        let length = min(length, size)
        guard length > 0 else { return [] }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { Glibc.close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = max(0, pread(descriptor, start, length, off_t(size - length)))
        }
    }

    private mutating func remember(_ what: String) {
        health.lastFailure = "\(path): \(what): \(String(cString: strerror(errno)))"
    }
}
