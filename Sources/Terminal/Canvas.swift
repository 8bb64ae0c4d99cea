import Observability

/// Text with one look.
package struct Span: Sendable, Equatable {
    package var text: String
    package var style: CellStyle

    package init(_ text: String, _ style: CellStyle = .plain) {
        self.text = text
        self.style = style
    }
}

/// A screen's content before it is drawn: rows of cells.
package struct Canvas: Sendable, Equatable {
    /// One place of the screen.
    struct Cell: Sendable, Equatable {
        /// One character; empty in the further cells of a wide one.
        var text: String
        var style: CellStyle

        static let blank = Cell(text: " ", style: .plain)
    }

    package let size: ScreenSize
    private(set) var cells: [Cell]
    /// Without UTF-8 every character beyond ASCII is shown as one that is in it.
    private let isASCII: Bool

    package init(_ size: ScreenSize, isASCII: Bool = false) {
        self.size = size
        self.isASCII = isASCII
        cells = Array(repeating: .blank, count: size.rows * size.columns)
    }

    /// Writes spans one after the other into a row, cut with `…` where the room ends. What is outside the canvas is left out.
    ///
    /// - Parameters:
    ///   - width: cells that may be used; `nil` up to the right edge.
    ///   - isReversed: shows the whole width reversed, as the selected row is.
    package mutating func write(_ spans: [Span], row: Int, column: Int = 0, width: Int? = nil, isReversed: Bool = false) {
        guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return }
        let end = min(size.columns, column + max(0, width ?? size.columns))
        let isCut = spans.reduce(0) { $0 + $1.text.cells } > end - column
        var place = column
        fill: for span in spans {
            var style = span.style
            if isReversed { style.isReversed = true }
            for character in span.text {
                let shown = isASCII ? Self.plain(character) : String(character)
                for piece in shown {
                    let wide = piece.cells
                    guard wide > 0 else { continue }
                    let limit = isCut ? end - 1 : end
                    guard place + wide <= limit else {
                        if isCut, place < end { set(row, place, isASCII ? "~" : "…", 1, style) }
                        place = min(end, place + 1)
                        break fill
                    }
                    set(row, place, String(piece), wide, style)
                    place += wide
                }
            }
        }
        guard isReversed else { return }
        while place < end {
            set(row, place, " ", 1, CellStyle(isReversed: true))
            place += 1
        }
    }

    private mutating func set(_ row: Int, _ column: Int, _ text: String, _ wide: Int, _ style: CellStyle) {
        let index = row * size.columns + column
        cells[index] = Cell(text: text, style: style)
        for further in 1..<max(1, wide) { cells[index + further] = Cell(text: "", style: style) }
    }

    private static func plain(_ character: Character) -> String {
        if character.isASCII { return String(character) }
        switch character {
        case "─", "╌": return "-"
        case "│": return "|"
        case "├", "└": return "+"
        case "█", "●", "▶": return "#"
        case "░", "·": return "."
        case "…": return "~"
        case "→": return ">"
        case "◀": return "<"
        case "✓": return "v"
        case "✗": return "x"
        default: return String(repeating: "?", count: max(1, character.cells))
        }
    }

    /// The rows as text, without spaces at their ends: what a test compares.
    package var text: [String] {
        (0..<size.rows).map { row in
            var line = cells[(row * size.columns)..<((row + 1) * size.columns)].map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

/// Rows and columns of a terminal.
package struct ScreenSize: Sendable, Equatable {
    package var rows: Int
    package var columns: Int

    /// At least one cell; more than anybody's screen is cut, so that a wrong report of the terminal costs nothing.
    package init(rows: Int, columns: Int) {
        self.rows = min(1_000, max(1, rows))
        self.columns = min(1_000, max(1, columns))
    }
}
