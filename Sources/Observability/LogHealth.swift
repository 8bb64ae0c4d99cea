/// How well the run's log is doing: for the status view, because the log itself cannot tell that it does not work.
package struct LogHealth: Hashable, Sendable {
    /// Lines that could not be written since the last one that could.
    package internal(set) var lostLinesNow = 0
    /// Lines that could not be written in all.
    package internal(set) var lostLines = 0
    /// Why the newest of them was lost: the file and the system's message.
    package internal(set) var lastFailure: String?
    /// Lines of agents' output left out because the file's budget was used up.
    package internal(set) var droppedOutputLines = 0
    /// Orchestrator's lines left out because even the reserve was used up.
    package internal(set) var droppedEventLines = 0

    package init() {}

    /// Whether the newest line was written and nothing was ever lost or left out.
    package var isSound: Bool { self == LogHealth() }

    /// Both files' counts together.
    static func + (left: LogHealth, right: LogHealth) -> LogHealth {
        var sum = left
        sum.lostLinesNow += right.lostLinesNow
        sum.lostLines += right.lostLines
        sum.lastFailure = right.lostLinesNow > 0 ? right.lastFailure ?? left.lastFailure : left.lastFailure ?? right.lastFailure
        sum.droppedOutputLines += right.droppedOutputLines
        sum.droppedEventLines += right.droppedEventLines
        return sum
    }
}
