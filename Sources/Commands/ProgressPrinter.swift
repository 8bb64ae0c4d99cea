import Glibc
import Observability

/// Prints what happens in a run, one line an event: time, who, what.
struct ProgressPrinter: Sendable {
    var console: Console
    /// Seconds since 1970.
    var now: @Sendable () -> Int = { time(nil) }

    func print(_ line: EventLine) { console.write(text(of: line)) }

    func text(of line: EventLine) -> String {
        let style = Style(isOn: console.hasColour)
        let source = line.source.count < 12 ? line.source + String(repeating: " ", count: 12 - line.source.count) : line.source
        let body =
            switch line.level {
            case .info: line.text
            case .notice: style.bold(line.text)
            case .warning: style.yellow(line.text)
            case .error: style.red(line.text)
            }
        return "\(style.dim(clockTime)) \(style.cyan(source)) \(body)"
    }

    /// The local time of day: the one on the reader's wall.
    private var clockTime: String {
        var seconds = now()
        var parts = tm()
        localtime_r(&seconds, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
