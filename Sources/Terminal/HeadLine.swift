import Observability

/// A line of figures of which those are left out that have no room: a part of a figure would be another one.
struct HeadLine {
    private(set) var spans: [Span]
    private var room: Int

    private static let gap = "  "
    /// Less of a sentence says nothing.
    private static let leastOfText = 12

    init(_ spans: [Span], columns: Int) {
        self.spans = spans
        room = columns - spans.reduce(0) { $0 + $1.text.cells }
    }

    /// The longest of these that fits, the longest first.
    mutating func add(_ forms: [String], _ style: CellStyle = .plain) {
        guard let form = forms.first(where: { $0.cells + Self.gap.count <= room }) else { return }
        append(form, style)
    }

    mutating func add(_ figure: String, _ style: CellStyle = .plain) { add([figure], style) }

    /// A sentence, which may be cut, with a mark, at the end of the line.
    mutating func add(text: String, _ style: CellStyle) {
        guard room >= Self.leastOfText + Self.gap.count else { return }
        append(text, style)
    }

    private mutating func append(_ text: String, _ style: CellStyle) {
        spans.append(Span(Self.gap + text, style))
        room -= Self.gap.count + text.cells
    }
}
