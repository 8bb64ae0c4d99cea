import Observability
import Orchestration
import Terminal

/// A transcript as lines for a terminal.
struct TranscriptText {
    private let page: TranscriptPage
    private var lines: [(String, WatchState.Tone)] = []

    /// Lines of a message, a tool's input or a result that are shown; the pages show all.
    private static let most = 40
    /// Lines in all: every one is drawn anew when something changes.
    private static let mostInAll = 2_000
    /// Characters of a line that are shown.
    private static let longest = 2_000

    init(_ page: TranscriptPage) {
        self.page = page
        if page.start > 0 { lines.append(("… \(page.start) bytes of this turn before this; cco web shows them", .mark)) }
        if page.turn == nil { lines.append(("It has had no turn yet.", .mark)) }
        for entry in page.entries { take(entry) }
        let surplus = lines.count - Self.mostInAll
        if surplus > 0 { lines.replaceSubrange(..<surplus, with: [("… \(surplus) lines before this; cco web shows them", .mark)]) }
    }

    func document(_ link: WatchState.Link) -> WatchState.Document {
        let title = page.turn.map { "\(page.agent), \($0)\(page.isGrowing ? "" : ", which is over")" } ?? page.agent
        return .init(link: link, title: title, lines: lines.map(\.0), tones: lines.map(\.1))
    }

    private mutating func take(_ entry: TranscriptEntry) {
        switch entry.kind {
        case .text: add(entry.text, .plain, most: .max)
        case .message: add("» \(entry.text)", .plain)
        case .thinking: add("(thinks)", .mark)
        case .call: add(entry.text.isEmpty ? entry.title ?? "" : "\(entry.title ?? ""): \(Self.short(entry.text))", .call)
        case .result: add(entry.text.isEmpty ? "= (no output)" : "= \(entry.text)", .result)
        case .failure: add("! \(entry.text)", .failure)
        case .error: add(entry.text, .failure)
        case .start, .note: add([entry.title, entry.text].compactMap(\.self).joined(separator: ": "), .mark)
        case .end:
            let took = [
                entry.tokens.map { "\(HumanText.tokens(Int64($0.total))) tokens" }, entry.costUsd.map { HumanText.money(dollars: $0) },
            ].compactMap(\.self)
            add((["turn ended: \(entry.text)"] + took).joined(separator: ", "), .mark)
        }
        if let leftOut = entry.leftOut { lines.append(("… \(leftOut) more bytes", .mark)) }
    }

    /// An argument alone needs no name.
    private static func short(_ input: String) -> String {
        let isOne = !input.contains("\n") && input.hasPrefix("command: ")
        return isOne ? String(input.dropFirst(9)) : input
    }

    private mutating func add(_ text: String, _ tone: WatchState.Tone, most: Int = Self.most) {
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in all.prefix(most) {
            let shown = line.prefix(Self.longest)
            let more = line.utf8.count - shown.utf8.count
            lines.append((shown.replacing("\t", with: "    ") + (more > 0 ? "… (\(more) more bytes)" : ""), tone))
        }
        if all.count > most { lines.append(("… \(all.count - most) more lines", .mark)) }
    }
}
