import Observability

/// Turns canvases into what a terminal has to be sent: only the cells that changed (ECMA-48 cursor addressing).
package struct Painter: Sendable {
    private let hasColour: Bool
    private var shown: Canvas?

    package init(hasColour: Bool) { self.hasColour = hasColour }

    /// Switches to the alternate screen, hides the cursor and lets nothing run over the right edge: what was on the terminal before is there again
    /// afterwards. What is pasted comes between marks, so that it can be told from keys.
    package static let opening = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[?2004h\u{1B}[2J"
    /// Undoes `opening`. The screen is emptied first, and left with the cursor at its top: a terminal that was resized meanwhile (tmux) would otherwise
    /// mix rows of this screen into the one that it brings back.
    package static let closing = "\u{1B}[0m\u{1B}[H\u{1B}[2J\u{1B}[?2004l\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// What makes the terminal show `canvas`; empty when it does already. After another size everything is drawn.
    package mutating func paint(_ canvas: Canvas) -> String {
        var output = ""
        let before = shown.flatMap { $0.size == canvas.size ? $0 : nil }
        if before == nil { output += "\u{1B}[0m\u{1B}[2J" }
        var style: CellStyle?
        for row in 0..<canvas.size.rows {
            let places = (row * canvas.size.columns)..<((row + 1) * canvas.size.columns)
            let isUnsure = Self.isUnsure(canvas, places) || before.map { Self.isUnsure($0, places) } ?? false
            var isAt = false
            // How far a cluster reaches is the terminal's own affair: a row that has one, or had, is drawn anew as a whole.
            var isWhole = before == nil
            if isUnsure, let before {
                guard before.cells[places] != canvas.cells[places] else { continue }
                isWhole = true
                output += "\u{1B}[\(row + 1);1H\u{1B}[0m\u{1B}[2K"
                style = nil
            }
            for index in places {
                let cell = canvas.cells[index]
                let isThere = isWhole ? isUnsure && cell == .blank : before?.cells[index] == cell
                if isThere, isWhole || !Self.isTornWide(before, canvas, index) {
                    isAt = false
                    continue
                }
                // The further cells of a wide character are drawn with its first.
                guard !cell.text.isEmpty else { continue }
                if !isAt { output += "\u{1B}[\(row + 1);\(index - places.lowerBound + 1)H" }
                if style != cell.style {
                    output += cell.style.sequence(hasColour: hasColour)
                    style = cell.style
                }
                output += cell.text
                isAt = !Self.isCluster(cell)
            }
        }
        if style != nil { output += "\u{1B}[0m" }
        shown = canvas
        return output
    }

    /// Draws everything at the next time: somebody else wrote on the terminal.
    package mutating func forget() { shown = nil }

    /// Whether the first half of a wide character is unchanged and its second is not, which then has to be drawn anew as a whole.
    private static func isTornWide(_ before: Canvas?, _ after: Canvas, _ index: Int) -> Bool {
        guard let before, index % after.size.columns + 1 < after.size.columns else { return false }
        return before.cells[index + 1] != after.cells[index + 1] && after.cells[index + 1].text.isEmpty
    }

    /// Whether terminals differ about the width of something in a row.
    private static func isUnsure(_ canvas: Canvas, _ places: Range<Int>) -> Bool { canvas.cells[places].contains(where: isCluster) }

    private static func isCluster(_ cell: Canvas.Cell) -> Bool { cell.text.utf8.count > 1 && cell.text.unicodeScalars.count > 1 }
}
