/// The end of a run's `combined.log`, as far as a view needs it: bounded, whatever the run writes.
package struct LogTail: Sendable {
    /// One line of the log.
    package struct Entry: Sendable, Equatable, Codable {
        /// The day in the log, UTC: `2026-11-22`.
        package var day: String
        /// The time of day in the log, UTC: `11:09:27`.
        package var time: String
        /// Who speaks: `worker-3`, `merge`.
        package var source: String
        package var text: String
        /// Whether it tells of the run's course; the others are what agents do.
        package var isEvent: Bool
        /// `warning` or `error`, where it is one.
        package var level: String?
    }

    /// Entries that are kept.
    package static let limit = 4_000

    package private(set) var entries: [Entry] = []
    /// Bytes that have been taken: grows whenever there is something new.
    package private(set) var version = 0
    private var rest: [UInt8] = []
    /// The newest line of each source that is an agent: what it does now.
    package private(set) var latest: [String: String] = [:]
    /// How many lines of each source there were: whether it has said more.
    package private(set) var counts: [String: Int] = [:]

    package init() {}

    /// Takes what was added to the file.
    package mutating func take(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        version += bytes.count
        rest += bytes
        var start = rest.startIndex
        while let end = rest[start...].firstIndex(of: 0x0A) {
            take(line: String(decoding: rest[start..<end], as: UTF8.self))
            start = end + 1
        }
        rest.removeFirst(start)
        // No line of the log is as long; what is, is not one.
        if rest.count > 1 << 20 { rest = [] }
        if entries.count > Self.limit + Self.limit / 4 { entries.removeFirst(entries.count - Self.limit) }
    }

    /// Adds an entry that is no line of a file.
    mutating func add(_ entry: Entry) {
        version += 1
        entries.append(entry)
        if entries.count > Self.limit + Self.limit / 4 { entries.removeFirst(entries.count - Self.limit) }
    }

    private mutating func take(line: String) {
        // A further line of the entry above.
        if line.hasPrefix("    ") {
            guard var last = entries.popLast() else { return }
            last.text += "\n" + ControlSequences.sanitised(String(line.dropFirst(4)))
            entries.append(last)
            return
        }
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].first == "[", parts[1].last == "]", parts[0].utf8.count >= 19 else { return }
        var text = String(parts[2])
        var isEvent = false
        if let space = text.lastIndex(of: " "), text[space...].hasPrefix(" event=") {
            text = String(text[..<space])
            isEvent = true
        }
        var level: String?
        for known in ["warning", "error"] where text.hasPrefix(known + ": ") {
            text = String(text.dropFirst(known.count + 2))
            level = known
        }
        let source = String(parts[1].dropFirst().dropLast())
        text = Self.withoutWorktree(ControlSequences.sanitised(text), of: source)
        entries.append(
            Entry(
                day: String(parts[0].prefix(10)), time: String(parts[0].dropFirst(11).prefix(8)), source: source, text: text,
                isEvent: isEvent,
                level: level))
        counts[source, default: 0] += 1
        if isEvent { latest[source] = nil } else if level == nil { latest[source] = Self.withoutTurn(text) }
    }

    /// Paths in the agent's worktree as the agent sees them: relative to it.
    static func withoutWorktree(_ text: String, of agent: String) -> String {
        let mark = "/agents/\(agent)/tree/"
        let pieces = text.split(separator: mark, omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return text }
        let heads = pieces.dropLast().map { piece in
            // The path's beginning goes up to a character that ends a word of a command.
            piece.lastIndex { " \t\n\"'=(:`".contains($0) }.map { piece[...$0] } ?? ""
        }
        return heads.joined() + (pieces.last ?? "")
    }

    /// What an agent does, without the turn's number in front of it.
    package static func withoutTurn(_ text: String) -> String {
        guard text.hasPrefix("turn-"), let space = text.firstIndex(of: " ") else { return text }
        return String(text[text.index(after: space)...])
    }
}
