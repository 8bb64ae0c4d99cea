/// Why a ``ChildCommand`` gave no result. A command that ran and failed is not an error: it is a result with a non-zero exit.
package enum ChildCommandError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No such executable file, or it may not be executed.
    case executableNotFound(String)
    /// The working directory does not exist or cannot be entered.
    case workingDirectoryUnusable(String)
    /// The operating system refused to start the command.
    case notStarted(command: String, reason: String)
    /// The command was started but could not be watched to its end; its process group was killed.
    case notSupervised(command: String, reason: String)
    /// The command ran longer than its timeout; its process group was killed. `standardError` is the end of what it said.
    case timedOut(command: String, after: Duration, standardError: String)
    /// The calling task was cancelled; the command's process group was killed.
    case cancelled(command: String)

    package var description: String {
        switch self {
        case .executableNotFound(let name):
            "cannot run \(name): no such executable; install it or correct its path"
        case .workingDirectoryUnusable(let path):
            "cannot enter the working directory \(path): it is missing or not permitted"
        case .notStarted(let command, let reason):
            "could not start `\(command)`: \(reason)"
        case .notSupervised(let command, let reason):
            "lost track of `\(command)`: \(reason)"
        case .timedOut(let command, let duration, let standardError):
            "`\(command)` was killed after \(duration)" + (standardError.isEmpty ? "" : "; it last said: \(standardError)")
        case .cancelled(let command):
            "`\(command)` was killed because its work was cancelled"
        }
    }
}
