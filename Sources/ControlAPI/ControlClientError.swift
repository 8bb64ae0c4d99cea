/// Why a request to a running engine brought no answer.
package enum ControlClientError: Error, Equatable, CustomStringConvertible {
    /// Nobody serves the socket: no engine has the run in hand.
    case notRunning(String)
    /// The socket exists and may not be used; the text is the system's.
    case unreachable(String, String)
    /// The connection broke off, or what came is no answer of a control interface.
    case broken(String, String)
    /// The given deadline came before the answer.
    case deadline
    /// The engine refuses.
    case refused(ControlProblem)

    /// Whether what was asked for may have been done.
    var isUncertain: Bool {
        switch self {
        case .broken, .deadline: true
        case .notRunning, .unreachable, .refused: false
        }
    }

    package var description: String {
        switch self {
        case .notRunning(let path): "No run is going on: nobody serves \(path)."
        case .unreachable(let path, let why): "The run's control socket \(path) cannot be used: \(why)."
        case .broken(let path, let why):
            "The run's answer at \(path) broke off: \(why). The engine may have ended; ask for the status again."
        case .deadline: "The run has not answered in time. It goes on with what it was asked for."
        case .refused(let problem): problem.description
        }
    }
}
