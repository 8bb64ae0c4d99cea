import Glibc
import Observability

/// Prints what happens in a run, one line an event: time, who, what.
struct ProgressPrinter: Sendable {
    var console: Console
    /// Seconds since 1970.
    var now: @Sendable () -> Int = {
        // `time` answers from a clock that may be a tick behind, and a line would be of the second before its event.
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec
    }

    func text(of line: EventLine) -> String {
        let style = Style(isOn: console.hasColour)
        let source = line.source.count < 12 ? line.source + String(repeating: " ", count: 12 - line.source.count) : line.source
        let seconds = now()
        let said = HumanText.times(in: line.text, today: Int64(seconds) * 1000)
        let body =
            switch line.level {
            case .info: said
            case .notice: style.bold(said)
            case .warning: style.yellow(said)
            case .error: style.red(said)
            }
        return "\(style.dim(clockTime(seconds))) \(style.cyan(source)) \(body)"
    }

    /// The time of day as the log has it, in UTC.
    private func clockTime(_ now: Int) -> String {
        var seconds = now
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
