import FoundationEssentials
import JSON
import Orchestration

/// Makes a transcript of the CLI's output: everything that an agent said and did, and not only a line of each as the log has it.
///
/// Keeps nothing: each line is read on its own, so a reader may begin at any line, and its memory is that of one line.
package struct TranscriptReader: Sendable {
    /// Bytes of a text that are shown.
    static let longestText = 256 << 10
    /// Bytes of a tool's input that are shown.
    static let longestInput = 32 << 10
    /// Bytes of a tool's result that are shown.
    static let longestResult = 20_000

    /// Takes secrets, and what acts on a screen, out of a text. Before it is cut: a part of a secret is hard to know.
    private let cleaning: @Sendable (String) -> String

    package init(cleaning: @escaping @Sendable (String) -> String) { self.cleaning = cleaning }

    /// - Parameter position: where the line begins in the output.
    package func entries(of line: ArraySlice<UInt8>, at position: Int64) -> [TranscriptEntry] {
        guard !line.isEmpty else { return [] }
        let data = Data(line)
        let decoded = StreamLine(decoding: data)
        switch decoded {
        case .assistant(let message) where message.isApiErrorMessage:
            return told(decoded, .error, position) + message.content.compactMap { entry(of: $0, position) }
        case .assistant(let message): return message.content.compactMap { entry(of: $0, position) }
        case .user(let message):
            return message.content.compactMap { block in
                // What stands beside the results of tools comes from the CLI.
                if case .text(let text) = block { return entry(.note, text, Self.longestResult, position) }
                return entry(of: block, position)
            }
        case .replayed: return [entry(.message, Self.words(of: data), Self.longestText, position)].compactMap(\.self)
        case .result(let result): return [end(result, position)]
        case .started: return told(decoded, .start, position)
        case .apiRetry, .rateLimit: return told(decoded, .note, position)
        case .permissionDenied: return told(decoded, .failure, position)
        case .malformed(let reason):
            return [TranscriptEntry(at: position, kind: .note, text: "a line of \(line.count) bytes that cannot be read: \(reason)")]
        case .other, .acknowledged: return []
        }
    }

    /// A line that is too long to be read: its beginning, and how much more there is.
    package func entry(ofBeginning beginning: ArraySlice<UInt8>, leftOut: Int64, at position: Int64) -> TranscriptEntry {
        var entry = bounded(.note, String(decoding: beginning, as: UTF8.self), 2_000, position)
        entry.title = "a line too long to be read"
        entry.leftOut = leftOut + (entry.leftOut ?? 0)
        return entry
    }

    private func told(_ line: StreamLine, _ kind: TranscriptEntry.Kind, _ position: Int64) -> [TranscriptEntry] {
        Activity.lines(for: line).compactMap { entry(kind, $0, Self.longestText, position) }
    }

    private func entry(of block: ContentBlock, _ position: Int64) -> TranscriptEntry? {
        switch block {
        case .text(let text): return entry(.text, text, Self.longestText, position)
        case .toolUse(_, let name, let input):
            var call = bounded(.call, Self.words(of: input), Self.longestInput, position)
            call.title = bounded(.call, name, 200, position).text
            return call
        case .toolResult(_, let text, let isError):
            return bounded(isError ? .failure : .result, text, Self.longestResult, position)
        case .other(let type):
            if type.hasSuffix("thinking") { return TranscriptEntry(at: position, kind: .thinking, text: "") }
            return TranscriptEntry(at: position, kind: .note, text: bounded(.note, "(\(type))", 200, position).text)
        }
    }

    private func end(_ result: TurnResult, _ position: Int64) -> TranscriptEntry {
        let words = [result.subtype ?? "unknown", result.terminalReason.map { "(\($0))" }, result.apiError].compactMap(\.self)
        let text = ([words.joined(separator: " ")] + (result.errors ?? [])).joined(separator: "\n")
        var end = bounded(.end, text, Self.longestResult, position)
        var reader = TurnReader(resuming: false)
        _ = reader.take(.result(result))
        end.tokens = reader.account.usage.total > 0 ? .init(reader.account.usage) : nil
        end.costUsd = reader.turnCostUsd ?? Believable.cost(result.totalCostUsd)
        return end
    }

    // MARK: Texts

    private func entry(_ kind: TranscriptEntry.Kind, _ text: String, _ limit: Int, _ position: Int64) -> TranscriptEntry? {
        text.isEmpty ? nil : bounded(kind, text, limit, position)
    }

    private func bounded(_ kind: TranscriptEntry.Kind, _ text: String, _ limit: Int, _ position: Int64) -> TranscriptEntry {
        let text = cleaning(text)
        let size = text.utf8.count
        guard size > limit else { return TranscriptEntry(at: position, kind: kind, text: text) }
        // In the middle of a character it is the character's beginning.
        let shown = String(text.unicodeScalars[..<text.utf8.index(text.startIndex, offsetBy: limit)])
        return TranscriptEntry(at: position, kind: kind, text: shown, leftOut: Int64(size - shown.utf8.count))
    }

    /// A tool's input as people read it: each argument by its name, longer ones on lines of their own. What people recognise a call by comes first.
    static func words(of input: JSONValue) -> String {
        guard case .object(let members) = input else { return input == .null ? "" : pretty(input) }
        let known = ["command", "file_path", "path", "pattern", "url", "description"]
        let names = known.filter { members[$0] != nil } + members.keys.filter { !known.contains($0) }.sorted()
        return names.map { name in
            let text = members[name].map { $0.string ?? pretty($0) } ?? ""
            return text.contains("\n") ? "\(name):\n\(text)" : "\(name): \(text)"
        }.joined(separator: "\n")
    }

    private static func pretty(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Only a number that JSON cannot hold has no text.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The words of a message that the CLI hands to the model.
    private static func words(of line: Data) -> String {
        struct Line: Decodable {
            struct Message: Decodable { var content: JSONValue? }
            var message: Message?
        }
        // What is of another shape has no words to show.
        guard let content = (try? JSONDecoder().decode(Line.self, from: line))?.message?.content else { return "" }
        return content.string ?? (content.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
    }
}
