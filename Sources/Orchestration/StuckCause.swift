/// How a turn that is still running has stopped getting anywhere. Seen from structured output and the clock only.
package enum StuckCause: Codable, Sendable, Equatable {
    /// The agent has said nothing for this long; no tool of its was running and it waited for no answer of the model.
    case silent(minutes: Int)
    /// A tool has been running for this long.
    case hungTool(name: String, minutes: Int)
    /// The same call of a tool has failed this many times in a row.
    case failingTool(name: String, times: Int)
    /// The model has been asked this long ago, and nothing of its answer has come.
    case hungRequest(minutes: Int)

    /// What was seen, as it is told to people and to agents.
    package var words: String {
        switch self {
        case .silent(let minutes): "nothing has come from it for \(Self.time(minutes)), and nothing of its was running"
        case .hungTool(let name, let minutes): "its tool \(name) has been running for \(Self.time(minutes))"
        case .failingTool(let name, let times): "the same call of \(name) has failed \(times) times in a row"
        case .hungRequest(let minutes): "the model has not answered for \(Self.time(minutes))"
        }
    }

    static func time(_ minutes: Int) -> String {
        switch minutes {
        case 0: "less than a minute"
        case 1: "a minute"
        default: "\(minutes) minutes"
        }
    }
}
