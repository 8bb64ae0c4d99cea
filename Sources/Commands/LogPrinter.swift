import Glibc
import Processes

/// Prints a log file, whole or its end, and what is added to it while its writer lives. Reads in pieces, so that memory stays flat.
struct LogPrinter: Sendable {
    var path: String
    /// Only lines of this source; `nil` for all.
    var source: String?
    /// How many lines of what is there already are printed; `nil` for all.
    var lastLines: Int?
    var write: @Sendable (String) -> Void
    /// Whether somebody may still read it; the printing ends when nobody does.
    var hasReader: @Sendable () -> Bool = { true }

    /// - Parameter writer: the process whose end is the log's end; `nil` prints what is there.
    /// - Throws: `Failure`, `SystemError`, `CancellationError`.
    func run(following writer: ProcessIdentity?) async throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure.current("open \(path)") }
        defer { close(descriptor) }
        var filter = LogFilter(source: source)
        // Watching begins before the first look, so that nothing is added unseen in between.
        let changes = try writer.map { _ in try FileChanges(path) }
        try printPresent(descriptor, &filter)
        guard hasReader() else { return }
        guard let writer, let changes else { return printRest(&filter) }
        let end = Task {
            // A writer that cannot be watched is one that has ended.
            try? await writer.untilEnded()
            changes.wake()
        }
        defer { end.cancel() }
        for await _ in changes.stream {
            // Asked before reading: what was written before the end is then in the file.
            let isOver = !writer.isAlive
            try each(descriptor, &filter, write)
            guard hasReader() else { return }
            if isOver { break }
        }
        try Task.checkCancellation()
        printRest(&filter)
    }

    /// Whose lines there are.
    func sources() throws -> Set<String> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure.current("open \(path)") }
        defer { close(descriptor) }
        var (filter, sources) = (LogFilter(source: nil), Set<String>())
        try each(descriptor, &filter) { line in LogFilter.source(of: line).map { _ = sources.insert($0) } }
        return sources
    }

    private func printPresent(_ descriptor: Int32, _ filter: inout LogFilter) throws {
        guard let lastLines else { return try each(descriptor, &filter, write) }
        var kept: [String] = []
        var next = 0
        try each(descriptor, &filter) { line in
            guard lastLines > 0 else { return }
            if kept.count < lastLines { kept.append(line) } else { kept[next % lastLines] = line }
            next += 1
        }
        let start = kept.count < lastLines || lastLines == 0 ? 0 : next % lastLines
        for line in kept[start...] + kept[..<start] { write(line) }
    }

    private func printRest(_ filter: inout LogFilter) {
        if let line = filter.finish() { write(line) }
    }

    private func each(_ descriptor: Int32, _ filter: inout LogFilter, _ body: (String) -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemFailure.current("read \(path)") }
            if count == 0 { return }
            filter.take(buffer[..<count], body)
            if !hasReader() { return }
        }
    }
}

/// Cuts a log into lines and lets those of one source through, with the indented lines that belong to them.
struct LogFilter: Sendable {
    var source: String?
    private var rest: [UInt8] = []
    private var isWanted = false

    init(source: String?) { self.source = source }

    mutating func take(_ bytes: ArraySlice<UInt8>, _ body: (String) -> Void) {
        var bytes = bytes
        while let end = bytes.firstIndex(of: 0x0A) {
            rest += bytes[..<end]
            bytes = bytes[(end + 1)...]
            if let line = finish() { body(line) }
        }
        rest += bytes
    }

    /// The line that has no end yet, if it is wanted.
    mutating func finish() -> String? {
        guard !rest.isEmpty else { return nil }
        let line = String(decoding: rest, as: UTF8.self)
        rest = []
        guard let source else { return line }
        // A further line of the same text begins with white space.
        if !line.hasPrefix(" ") { isWanted = Self.source(of: line) == source }
        return isWanted ? line : nil
    }

    /// Of `<time> [<source>] text`.
    static func source(of line: String) -> String? {
        guard !line.hasPrefix(" "), let name = line.split(separator: " ", maxSplits: 2).dropFirst().first, name.first == "[",
            name.last == "]"
        else { return nil }
        return String(name.dropFirst().dropLast())
    }
}
