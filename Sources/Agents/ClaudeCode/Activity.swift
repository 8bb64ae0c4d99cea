import JSON
import Orchestration

/// Turns what an agent does into readable lines for the log, one for each text, tool call and tool result.
enum Activity {
    /// The longest line, in characters: four times what is shown of one. Whoever shows it takes secrets out first, while they are whole.
    static let longest = 960
    /// Bytes of an ASCII text of which a line can depend: four characters are looked at for each one that is shown. CR LF is one character, so that
    /// text with carriage returns counts up to twice as many.
    static let mostBytes = longest * 4 + 2

    static func lines(for line: StreamLine) -> [String] {
        switch line {
        case .started(let start):
            [
                "session \(start.sessionId) with \(start.model ?? "an unnamed model"), claude \(start.claudeCodeVersion ?? "of unknown version")"
            ]
        case .assistant(let message):
            message.isApiErrorMessage
                ? ["API failure: \(message.error ?? "unnamed")" + (message.apiErrorStatus.map { " (\($0))" } ?? "")]
                : message.content.compactMap(describe)
        case .user(let message): message.content.compactMap(describeResult)
        case .apiRetry(let retry): [describe(retry)]
        case .rateLimit(let limit): describe(limit).map { [$0] } ?? []
        case .permissionDenied(let denial): ["refused: \(denial.toolName)"]
        case .result(let result):
            ["turn ended: \(result.subtype ?? "unknown")" + (result.terminalReason.map { " (\($0))" } ?? "")]
        case .malformed(let reason): ["unreadable line: \(reason)"]
        case .other, .replayed, .acknowledged: []
        }
    }

    private static func describe(_ block: ContentBlock) -> String? {
        switch block {
        case .text(let text): text.isEmpty ? nil : bounded(text, to: longest)
        case .toolUse(_, let name, let input): bounded("\(name): \(summary(of: input))", to: longest)
        case .toolResult, .other: nil
        }
    }

    private static func describeResult(_ block: ContentBlock) -> String? {
        guard case .toolResult(_, let text, let isError) = block else { return nil }
        let shown = bounded(text, to: longest)
        return (isError ? "  ! " : "  = ") + (shown.isEmpty ? "(no output)" : shown)
    }

    /// The argument by which people recognise a call, on one line.
    static func argument(of input: JSONValue) -> String { bounded(summary(of: input), to: longest) }

    /// The argument by which people recognise a call: the command, the path, the pattern.
    private static func summary(of input: JSONValue) -> String {
        for key in ["command", "file_path", "pattern", "path", "url", "summary", "description"] {
            if let value = input[key]?.string { return value }
        }
        guard case .object(let members) = input else { return "" }
        return members.keys.sorted().joined(separator: ", ")
    }

    private static func describe(_ retry: APIRetry) -> String {
        let status = retry.errorStatus.map { " (\($0))" } ?? ""
        let delay = retry.retryDelayMs.map { ", again in \(Int(max(0, min($0, 1e9)))) ms" } ?? ""
        return "API retry \(retry.attempt): \(retry.error ?? "unnamed failure")\(status)\(delay)"
    }

    private static func describe(_ limit: RateLimit) -> String? {
        switch limit.status {
        case .allowed: nil
        case .allowedWarning: "usage window \(limit.window ?? "unnamed") is nearly used up"
        case .rejected: "usage window \(limit.window ?? "unnamed") is used up"
        case .other(let status): "usage window \(limit.window ?? "unnamed"): \(bounded(status, to: 40))"
        }
    }

    /// One line of at most `limit` characters: line breaks become spaces, control characters go, what is cut is marked.
    static func bounded(_ text: String, to limit: Int) -> String {
        if let line = boundedASCII(text, to: limit) { return line }
        var line = ""
        var count = 0
        var spacePending = false
        // Four characters for each one that may be shown is enough looking, even if most of them are white space.
        for character in text.prefix(limit * 4) {
            if character.isWhitespace || character.isNewline {
                spacePending = count > 0
                continue
            }
            if character.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) { continue }
            if spacePending {
                line.append(" ")
                count += 1
                spacePending = false
            }
            guard count < limit else { return line + "…" }
            line.append(character)
            count += 1
        }
        return text.dropFirst(limit * 4).isEmpty ? line : line + "…"
    }

    /// The same for text whose beginning is ASCII, by far the most, without a look at each character's properties; `nil` for other text.
    private static func boundedASCII(_ text: String, to limit: Int) -> String? {
        text.utf8.withContiguousStorageIfAvailable { bytes -> String? in
            var isASCII = true
            // One space may be written where no character follows any more, and the ellipsis takes three bytes.
            let line = String(unsafeUninitializedCapacity: min(limit, bytes.count) + 4) { line in
                var count = 0
                var spacePending = false
                for (index, byte) in bytes.enumerated() {
                    // A carriage return and a line feed are one character.
                    guard byte < 0x80, byte != 0x0D else {
                        isASCII = false
                        return 0
                    }
                    if index == limit * 4 { return ellipsis(at: count, of: line) }
                    if byte == 0x20 || (0x09...0x0C).contains(byte) {
                        spacePending = count > 0
                        continue
                    }
                    if byte < 0x20 || byte == 0x7F { continue }
                    if spacePending {
                        line[count] = 0x20
                        count += 1
                        spacePending = false
                    }
                    if count >= limit { return ellipsis(at: count, of: line) }
                    line[count] = byte
                    count += 1
                }
                return count
            }
            return isASCII ? line : nil
        } ?? nil
    }

    /// - Returns: how many bytes there are then.
    private static func ellipsis(at count: Int, of line: UnsafeMutableBufferPointer<UInt8>) -> Int {
        (line[count], line[count + 1], line[count + 2]) = (0xE2, 0x80, 0xA6)
        return count + 3
    }
}
