import Agents
import Observability
import Orchestration
import Processes

/// Writes what one turn shows to the log. Lines that are at hand together are written together; nothing is held back while more is waited for.
struct LoggedWords: ~Copyable {
    /// Characters of a line in the log. A reader hands on more, so that a secret is taken out while it is whole.
    static let longestLine = 240

    private let turn: Turn
    private let log: RunLog
    private let place: LoggedOutput
    private var texts: [String] = []
    /// Where the output of `texts` ends.
    private var end: Int64 = 0

    /// - Parameter place: up to where the output has been logged.
    init(of turn: Turn, in log: RunLog, place: LoggedOutput) {
        self.turn = turn
        self.log = log
        self.place = place
    }

    /// Takes what a line of output shows; what was logged before is not logged again.
    ///
    /// - Throws: `Errno`.
    mutating func take(_ observation: Observation, _ line: OutputLine) throws {
        if line.endOffset > place.offset, !observation.activity.isEmpty || observation.problem != nil {
            texts += observation.activity
            end = line.endOffset
            if let problem = observation.problem {
                try flush()
                log.log(source: turn.agent.name, level: .warning, message: "\(turn.id): \(problem)")
            }
        }
        if !line.isFollowed { try flush() }
    }

    /// - Throws: `Errno`.
    mutating func flush() throws {
        guard end > place.offset else { return }
        log.agentOutput(agent: turn.agent.name, turn: turn.id.name, lines: texts, longest: Self.longestLine)
        texts.removeAll(keepingCapacity: true)
        try place.advance(to: end)
    }
}
