/// How a turn that is still running has stopped getting anywhere. Seen from structured output and the clock only.
package enum StuckCause: Codable, Sendable, Equatable {
    /// The agent has said nothing for this long, and no tool of its was running.
    case silent(minutes: Int)
    /// A tool has been running for this long.
    case hungTool(name: String, minutes: Int)
    /// The same call of a tool has failed this many times in a row.
    case failingTool(name: String, times: Int)

    /// What happened, as it is told to people, and to the agent when it goes on.
    package var words: String {
        switch self {
        case .silent(let minutes): "it was stopped after \(Self.time(minutes)) in which nothing came from it"
        case .hungTool(let name, let minutes):
            "it was stopped because its tool \(name) had been running for \(Self.time(minutes)); use commands that end by themselves"
        case .failingTool(let name, let times):
            "it was stopped because the same call of \(name) had failed \(times) times in a row; find another way"
        }
    }

    private static func time(_ minutes: Int) -> String {
        switch minutes {
        case 0: "less than a minute"
        case 1: "a minute"
        default: "\(minutes) minutes"
        }
    }
}
