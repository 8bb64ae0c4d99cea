/// What happened in a simulated run, line by line.
package struct Trace: Sendable {
    package struct Line: Sendable {
        /// Milliseconds since the run began.
        package var real: Int64
        package var kind: String
        package var text: String
    }

    package private(set) var lines: [Line] = []

    mutating func add(real: Int64, _ kind: String, _ text: String) { lines.append(Line(real: real, kind: kind, text: text)) }

    /// One line of text for each, with the time as hours, minutes and seconds.
    ///
    /// - Parameter last: only so many lines of the end.
    package func text(last: Int = .max) -> String {
        let shown = lines.suffix(last)
        let omitted = lines.count - shown.count
        let head = omitted > 0 ? ["          … \(omitted) lines before"] : []
        return (head + shown.map(Trace.text)).joined(separator: "\n")
    }

    private static func text(_ line: Line) -> String {
        let seconds = line.real / 1000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        let kind = line.kind + String(repeating: " ", count: max(0, 9 - line.kind.count))
        return "\(time)  \(kind) \(line.text)"
    }
}
