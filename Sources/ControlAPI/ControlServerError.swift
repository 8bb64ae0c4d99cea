/// Why a control server could not be had.
package enum ControlServerError: Error, Equatable, CustomStringConvertible {
    /// A socket's address takes at most `limit` bytes of path. Choose a shorter place.
    case pathTooLong(String, limit: Int)
    /// Something is at the socket's place that is not left over from a dead process; the text says what.
    case occupied(String, String)
    /// The socket's folder does not let it be made; the text is the system's.
    case folder(String, String)
    /// The socket could not be bound; the text is the system's.
    case bind(String, String)

    package var description: String {
        switch self {
        case .pathTooLong(let path, let limit):
            "The control socket's path has \(path.utf8.count) bytes and a socket's address takes \(limit): \(path). Choose a shorter folder for it."
        case .occupied(let path, let why):
            "The control socket's place \(path) is taken: \(why). If a run is going on there, pause it first; otherwise remove the file."
        case .folder(let path, let why):
            "The control socket cannot be made at \(path): \(why). The folder has to exist and be writable for you."
        case .bind(let path, let why):
            "The control socket \(path) cannot be listened on: \(why)."
        }
    }
}
