/// Lines for a terminal, folded at words to its width. Text of others loses its line breaks and terminal sequences.
struct RunReportPage {
    /// How a line is painted.
    enum Tone: String {
        case plain = ""
        case good = "\u{1B}[32m"
        case loud = "\u{1B}[1;31m"
        case muted = "\u{1B}[2m"
    }

    private static let labelWidth = 9
    /// The longest text that is folded; what is beyond is in the written report.
    private static let longestText = 600

    private let width: Int
    private let color: Bool
    private var lines: [String] = []

    init(width: Int, color: Bool) {
        self.width = width
        self.color = color
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    /// Adds a text from the left edge.
    mutating func line(_ text: String, _ tone: Tone = .plain) { add(text, label: "", indent: 0, tone) }

    /// Adds a text under or beside a label.
    mutating func row(_ label: String, _ text: String, _ tone: Tone = .plain) { add(text, label: label, indent: Self.labelWidth, tone) }

    private mutating func add(_ text: String, label: String, indent: Int, _ tone: Tone) {
        let folded = fold(OneLine.text(text, limit: Self.longestText), width: width - indent)
        for (index, part) in folded.enumerated() {
            let head = index == 0 ? label : ""
            let margin = String(repeating: " ", count: max(0, indent - head.cells))
            let line = head + margin + part
            lines.append(color && tone != .plain ? "\(tone.rawValue)\(line)\u{1B}[0m" : line)
        }
    }

    private func fold(_ text: String, width: Int) -> [String] {
        var parts: [String] = []
        var part = ""
        for word in text.split(separator: " ") {
            var word = String(word)
            if !part.isEmpty, part.cells + 1 + word.cells > width {
                parts.append(part)
                part = ""
            }
            while word.cells > width {
                var room = width
                let fitting = word.prefix { character in
                    room -= character.cells
                    return room >= 0
                }
                // One that is wider than everything has a line of its own all the same.
                let first = fitting.isEmpty ? word.prefix(1) : fitting
                parts.append(String(first))
                word = String(word.dropFirst(first.count))
            }
            part += part.isEmpty ? word : " \(word)"
        }
        return parts.isEmpty || !part.isEmpty ? parts + [part] : parts
    }
}
