import Orchestration

/// A timeline as a picture for a page without scripts: agents' turns and what the merge queue did, in SVG that needs no style.
struct TimelinePicture {
    /// Rows that are drawn; the busiest are.
    private static let mostLanes = 40
    private static let width = 1_000.0
    private static let label = 130.0
    private static let row = 16.0

    private let spans: [Timeline.Span]
    private let landings: [Timeline.Mark]
    private let from: Int64
    private let to: Int64

    /// `nil` unless something has happened.
    init?(_ timeline: Timeline) {
        let all = timeline.update(after: 0)
        spans = all.spans.map(\.value)
        landings = all.marks.map(\.value).filter { $0.kind == .landed }
        guard let first = spans.map(\.from).min() else { return nil }
        from = first
        to = max(first + 1_000, spans.compactMap(\.to).max() ?? 0, spans.map(\.from).max() ?? 0)
    }

    private func x(_ time: Int64) -> Double { Self.label + Double(time - from) / Double(to - from) * (Self.width - Self.label) }

    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    var html: String {
        let counts = spans.reduce(into: [String: Int]()) { $0[$1.lane, default: 0] += 1 }
        let busiest = Set(counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostLanes).map(\.key))
        let lanes = busiest.sorted { Self.order($0) < Self.order($1) }
        let rows = Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($0.element, $0.offset) })
        let height = Double(lanes.count) * Self.row + 24
        var parts: [String] = []
        for place in Set(landings.map { x($0.at).rounded() }).sorted() {
            parts.append(
                "<line x1=\"\(number(place))\" x2=\"\(number(place))\" y1=\"0\" y2=\"\(number(height - 20))\" stroke=\"#2e9e57\" stroke-opacity=\".35\"/>"
            )
        }
        for (lane, index) in rows.sorted(by: { $0.value < $1.value }) {
            parts.append("<text x=\"0\" y=\"\(number(Double(index) * Self.row + 12))\">\(HTMLText.escaped(lane))</text>")
        }
        for (index, bars) in bars(rows).sorted(by: { $0.key < $1.key }) {
            for bar in bars {
                parts.append(
                    "<rect x=\"\(number(bar.left))\" y=\"\(number(Double(index) * Self.row + 3))\" width=\"\(number(bar.right - bar.left))\" height=\"10\" "
                        + "fill=\"\(bar.colour)\">\(bar.title.map { "<title>\(HTMLText.escaped($0))</title>" } ?? "")</rect>")
            }
        }
        parts.append(
            "<text x=\"\(number(Self.label))\" y=\"\(number(height - 6))\">\(Moment(Timestamp(milliseconds: from)).iso.dropFirst(11).prefix(8))</text>"
        )
        parts.append(
            "<text x=\"\(number(Self.width))\" y=\"\(number(height - 6))\" text-anchor=\"end\">\(Moment(Timestamp(milliseconds: to)).iso.dropFirst(11).prefix(8)) UTC</text>"
        )
        return "<section><h2>Timeline</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">"
            + "<svg viewBox=\"0 0 \(number(Self.width)) \(number(height))\" role=\"img\" aria-label=\"\(spans.count) turns, gates and merges of "
            + "\(lanes.count) rows; green lines are landed changes\" font-size=\"11\" fill=\"currentColor\">\(parts.joined())</svg></div></section>"
    }

    /// A rectangle of a row.
    private struct Bar {
        var left: Double
        var right: Double
        var colour: String
        /// Missing where it stands for several, or is too narrow to be pointed at.
        var title: String?
    }

    /// What is narrower than a pixel joins what is at its place already, so that a row has no more rectangles than pixels, however much has
    /// happened in it; only what went wrong is drawn over what went well.
    private func bars(_ rows: [String: Int]) -> [Int: [Bar]] {
        var bars: [Int: [Bar]] = [:]
        for span in spans {
            guard let index = rows[span.lane] else { continue }
            let left = x(span.from)
            let end = x(span.to ?? to)
            let bar = Bar(
                left: left, right: max(left + 1, end), colour: Self.colour(span), title: end - left < 3 ? nil : Self.title(span))
            let isNarrow = end - left < 1
            if isNarrow, let last = bars[index, default: []].last, left < last.right + 0.5 {
                if bar.colour == last.colour {
                    bars[index, default: []][bars[index, default: []].count - 1].right = max(last.right, bar.right)
                    continue
                }
                if left < last.right, bar.colour != Self.bad || last.colour == Self.bad { continue }
            }
            bars[index, default: []].append(bar)
        }
        return bars
    }

    private static let bad = "#d64545"

    private static func title(_ span: Timeline.Span) -> String {
        [span.id, span.purpose, span.task, span.end].compactMap { $0 }.joined(separator: ", ")
    }

    /// The Director, the leads, the workers by number, then the queues.
    private static func order(_ lane: String) -> (Int, Int, String) {
        let number = Int(lane.split(separator: "-").last ?? "") ?? 0
        let rank = lane == "director" ? 0 : lane.hasPrefix("em-") ? 1 : lane.hasPrefix("worker-") ? 2 : 3
        return (rank, number, lane)
    }

    private static func colour(_ span: Timeline.Span) -> String {
        switch span.end {
        case "red", "failed", "no report", "stopped": return bad
        default: break
        }
        switch span.kind {
        case .turn:
            return switch span.purpose {
            case "plan", "coordinate": "#8e6bd1"
            case "review": "#c98a1b"
            case "rework", "gate-fix", "conflict": "#d9743f"
            default: "#3f7fd9"
            }
        case .gate, .quickGate: return "#2e9e57"
        case .merge: return "#7a8794"
        case .publish: return "#1b9aa0"
        }
    }
}
