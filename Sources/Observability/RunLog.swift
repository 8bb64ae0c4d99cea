import Glibc
import Orchestration
import Synchronization

/// The log folder of one run: `combined.log` for people, `events.jsonl` for programs.
///
/// - Every line is written at once with `O_APPEND`, under a lock and without a buffer of our own: what was logged survives a crash, and memory
///   stays flat. A line, or several that come together, costs two short writes into the page cache, a few microseconds.
/// - Nothing here throws into the run: what cannot be written is counted in `health`, and the next line tries again.
/// - Nothing is rotated away. Each file has a budget; when it is used up, agents' output is left out and counted, and the orchestrator's own
///   lines go on from a reserve.
/// - All text is sanitised for terminals and redacted before it is written.
package final class RunLog: Sendable {
    /// The longest line of an agent's output that is kept whole, in Unicode scalars.
    package static let lineLimit = 4_000

    /// The folder of this run's log.
    package let folder: String
    private let redactor: Redactor
    private let clock: @Sendable () -> Timestamp
    private let files: Mutex<Files>

    private struct Files: ~Copyable {
        var combined: LogFile
        var events: LogFile
        var isClosed = false
    }

    /// Makes `<directory>/<time>/`, readable by its owner only. A second run of the same second gets `<time>-2`.
    package static func create(
        in directory: String, redactor: Redactor, budget: LogBudget = LogBudget(), clock: @escaping @Sendable () -> Timestamp
    ) throws(RunLogError) -> RunLog {
        let base = directory + "/" + TimestampFormat.folderName(clock())
        try makeFolders(directory)
        var folder = base
        var number = 1
        while mkdir(folder, 0o700) != 0 {
            guard errno == EEXIST, number < 1_000 else { throw RunLogError.current(folder, "cannot make the folder") }
            number += 1
            folder = "\(base)-\(number)"
        }
        return try RunLog(folder: folder, redactor: redactor, budget: budget, clock: clock)
    }

    /// Goes on with the log in `folder`, which must exist: for a resumed run.
    package convenience init(
        folder: String, redactor: Redactor, budget: LogBudget = LogBudget(), clock: @escaping @Sendable () -> Timestamp
    ) throws(RunLogError) {
        guard chmod(folder, 0o700) == 0 else { throw RunLogError.current(folder, "cannot make the folder private") }
        try self.init(
            folder: folder, combinedPath: folder + "/combined.log", eventsPath: folder + "/events.jsonl", redactor: redactor,
            budget: budget,
            clock: clock)
    }

    /// The same with the files where the caller wants them, even on a device.
    package init(
        folder: String, combinedPath: String, eventsPath: String, redactor: Redactor, budget: LogBudget,
        clock: @escaping @Sendable () -> Timestamp
    ) throws(RunLogError) {
        self.folder = folder
        self.redactor = redactor
        self.clock = clock
        files = try Mutex(
            Files(combined: LogFile(path: combinedPath, budget: budget), events: LogFile(path: eventsPath, budget: budget)))
    }

    /// How the log is doing; for display.
    package var health: LogHealth { files.withLock { $0.combined.health + $0.events.health } }

    /// The number of the newest event that `events.jsonl` has every line of, as far as the file's last MiB tells. `nil` also for a full
    /// file: what finds no room is not to be told anew at each start.
    package var newestSequence: Int64? {
        let end: [UInt8] = files.withLock { $0.events.isFull ? [] : $0.events.end() }
        return LogLine.newestSequence(in: end)
    }

    /// Logs a line of the orchestrator. `source` is the part that speaks (`merge-queue`), `fields` is what a program may want to read.
    ///
    /// - Parameter sequence: the number of the journal's event that this is the last line about; for programs only.
    package func log(
        source: String, level: LogLevel = .info, message: String, fields: [String: String] = [:], sequence: Int64? = nil
    ) {
        append(line(source: source, level: level, message: message, fields: fields, sequence: sequence), from: .orchestrator)
    }

    /// Logs readable output of an agent: `agent` is its name (`worker-3`), `turn` the turn's (`turn-12`).
    package func agentOutput(agent: String, turn: String, line text: String) { agentOutput(agent: agent, turn: turn, lines: [text]) }

    /// The same for lines that have come together, which cost little more than one.
    ///
    /// - Parameter longest: characters that are logged of a line, once its secrets are out of it.
    package func agentOutput(agent: String, turn: String, lines: [String], longest: Int = RunLog.lineLimit) {
        guard !lines.isEmpty else { return }
        let form = LogLine.OutputForm(time: TimestampFormat.iso8601(clock()), agent: safe(agent), turn: safe(turn))
        var (combined, events) = (LogBatch(), LogBatch())
        for line in lines { form.add(longest < Self.lineLimit ? safe(line, longest) : safe(line), to: &combined, and: &events) }
        files.withLock { files in
            guard !files.isClosed else { return }
            files.combined.append(combined, from: .agent) { notice($0).combined }
            files.events.append(events, from: .agent) { notice($0).event }
        }
    }

    /// Waits until everything that was written is on the disk.
    package func flush() {
        files.withLock { files in
            files.combined.flush()
            files.events.flush()
        }
    }

    /// Says how much was left out, flushes, and takes no more lines.
    package func close() {
        files.withLock { files in
            guard !files.isClosed else { return }
            files.isClosed = true
            files.combined.summarise { notice($0).combined }
            files.events.summarise { notice($0).event }
            files.combined.flush()
            files.events.flush()
        }
    }

    private func append(_ line: LogLine, from origin: LogFile.Origin) {
        files.withLock { files in
            guard !files.isClosed else { return }
            files.combined.append(line.combined, from: origin) { notice($0).combined }
            files.events.append(line.event, from: origin) { notice($0).event }
        }
    }

    /// A line of the log about itself.
    private func notice(_ message: String) -> LogLine {
        line(source: "log", level: .warning, message: message, fields: [:])
    }

    private func line(source: String, level: LogLevel, message: String, fields: [String: String], sequence: Int64? = nil) -> LogLine {
        let time = TimestampFormat.iso8601(clock())
        let source = safe(source)
        let message = safe(message)
        let fields = fields.map { (safe($0.key), safe($0.value)) }.sorted { $0.0 < $1.0 }
        let text = fields.reduce(into: message) { $0 += " \($1.0)=\(LogLine.fieldValue($1.1))" }
        let number = sequence.map { [(LogLine.sequence, String($0))] } ?? []
        return LogLine(
            combined: LogLine.combined(time: time, source: source, label: level == .info ? nil : level.rawValue + ":", text: text),
            event: LogLine.json(
                [("time", time), ("kind", "log"), ("source", source), ("level", level.rawValue), ("message", message)],
                fields: fields + number))
    }

    /// Terminal sequences go first, because one inside a secret would hide it; the line is cut last, because half a secret would not be found.
    private func safe(_ text: String) -> String {
        ControlSequences.cut(redactor.redacted(ControlSequences.sanitised(text)), lineLimit: Self.lineLimit)
    }

    /// The same for a line of which the beginning is enough.
    private func safe(_ text: String, _ longest: Int) -> String {
        ControlSequences.cut(redactor.beginning(of: ControlSequences.sanitised(text), longest: longest), lineLimit: Self.lineLimit)
    }

    private static func makeFolders(_ path: String) throws(RunLogError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolders(String(path[..<slash])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw RunLogError.current(path, "cannot make the folder") }
    }
}
