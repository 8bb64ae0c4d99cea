import Glibc

/// The place of a run's unix domain socket, and the file's way into being and out of it.
///
/// A socket is bound in a private folder beside its place, made `0600` there, and only then renamed to its place: nobody but the owner can
/// reach it at any moment, and the file that a dead process left is replaced in one step.
struct ControlSocket: Sendable {
    /// The bytes that a path may have. The kernel takes 107, SwiftNIO 103 (the limit of other systems).
    static let longestPath = 103

    let path: String
    /// Where the socket is bound before it gets its place.
    let birthPath: String
    private let birthFolder: String

    /// - Throws: `ControlServerError.pathTooLong`, `.occupied` or `.folder`.
    init(claiming path: String) throws {
        try ControlSocket.check(path)
        self.path = path
        try ControlSocket.checkFree(path)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var template = Array((folder + "/XXXXXX").utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw ControlServerError.folder(folder, String(cString: strerror(errno))) }
        birthFolder = made
        birthPath = made + "/s"
        guard birthPath.utf8.count <= ControlSocket.longestPath else {
            rmdir(made)
            throw ControlServerError.pathTooLong(birthPath, limit: ControlSocket.longestPath)
        }
    }

    /// - Throws: `ControlServerError.pathTooLong` for a path that a socket address cannot take.
    static func check(_ path: String) throws {
        guard path.utf8.count <= longestPath else { throw ControlServerError.pathTooLong(path, limit: longestPath) }
    }

    /// Gives the bound socket its place. Returns the file's identity, for `remove(_:)`.
    ///
    /// - Throws: `ControlServerError.folder` when the system refuses.
    func settle() throws -> FileIdentity {
        guard chmod(birthPath, 0o600) == 0, let identity = FileIdentity(birthPath), rename(birthPath, path) == 0 else {
            throw ControlServerError.folder(path, String(cString: strerror(errno)))
        }
        rmdir(birthFolder)
        return identity
    }

    /// Takes the file away unless another process has put its own in the place; and what a failed start left.
    func remove(_ identity: FileIdentity?) {
        if let identity, FileIdentity(path) == identity { unlink(path) }
        unlink(birthPath)
        rmdir(birthFolder)
    }

    /// Refuses a place that a living process serves or that holds something else than a socket.
    private static func checkFree(_ path: String) throws {
        guard let file = FileIdentity(path) else { return }
        guard file.isSocket else { throw ControlServerError.occupied(path, "it is not a socket") }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw ControlServerError.folder(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // A socket that nobody listens on refuses; only then is it left over. One whose queue is full says EAGAIN.
        if result == 0 || errno == EAGAIN { throw ControlServerError.occupied(path, "another process serves it") }
        guard errno == ECONNREFUSED else { throw ControlServerError.occupied(path, String(cString: strerror(errno))) }
    }
}
