/// How a process ended, as the kernel reports it.
package enum ProcessExit: Sendable, Hashable, Codable, CustomStringConvertible {
    /// It ended by itself with this code (0 to 255).
    case exited(Int32)
    /// A signal with this number ended it.
    case signaled(Int32)

    /// Whether it ended by itself with code 0.
    package var succeeded: Bool { self == .exited(0) }

    package var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): "signal \(signal)"
        }
    }
}
