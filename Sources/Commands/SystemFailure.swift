import Glibc

/// Failures of system calls that this module makes itself.
enum SystemFailure {
    /// The error of the system call made just before; `operation` says what was tried, with the path.
    static func current(_ operation: String) -> Failure {
        let code = errno
        return Failure("\(operation): \(String(cString: strerror(code)))", status(code))
    }

    static func status(_ code: Int32) -> CommandStatus {
        switch code {
        case EACCES, EPERM: .noPermission
        case ENOSPC, EDQUOT, EROFS, ENOTDIR, ENAMETOOLONG, EEXIST, EISDIR, EIO: .cannotCreate
        default: .unexpected
        }
    }
}
