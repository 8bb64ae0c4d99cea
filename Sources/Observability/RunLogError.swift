import Glibc

/// Why a run's log could not be set up. Only setting up throws; writing never does.
package struct RunLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder or file.
    package let path: String
    /// What was tried, and the system's message.
    package let detail: String

    /// What is wrong, where, and what to do about it.
    package var description: String {
        "The run's log cannot be kept in \(path) (\(detail)). Check `logDirectory`, its permissions and the free space."
    }

    /// Takes the message from `errno`.
    static func current(_ path: String, _ what: String) -> RunLogError {
        RunLogError(path: path, detail: "\(what): \(String(cString: strerror(errno)))")
    }
}
