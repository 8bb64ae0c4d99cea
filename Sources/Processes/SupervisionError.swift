/// Why a supervised process could not be started or followed.
package enum SupervisionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A system call failed.
    case system(SystemError)
    /// A file of the process's folder does not have the expected content.
    case malformed(file: String)
    /// The shim could not do its work; `log` is what it said.
    case shimFailed(directory: String, exit: ProcessExit, log: String)
    /// The specification cannot be handed to a shim.
    case invalidSpecification(reason: String)

    package var description: String {
        switch self {
        case .system(let error):
            error.description
        case .malformed(let file):
            "\(file) is malformed; it was changed by somebody else or the disk is damaged"
        case .shimFailed(let directory, let exit, let log):
            "the shim for \(directory) ended with \(exit)" + (log.isEmpty ? "" : ": \(log)")
        case .invalidSpecification(let reason):
            "cannot start a supervised process: \(reason)"
        }
    }
}
