import Glibc
import Hummingbird
import NIOCore

/// Gives the responder the connection, to ask the kernel who is at its other end.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Refuses a process of another user. The socket's mode keeps them out already; this holds where that does not, as for root.
    ///
    /// - Throws: `ControlProblem` `forbidden`, or the system's error.
    func checkPeer(_ owner: UInt32) async throws {
        guard let options = channel as? any SocketOptionProvider else { return }
        let peer: PeerCredentials = try await options.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).get()
        guard peer.user == owner else {
            throw ControlProblem(
                code: "forbidden", message: "User \(peer.user) may not control a run of user \(owner).",
                remedy: "Give the command as the user that started the run.", status: 403)
        }
    }
}

/// The kernel's `struct ucred`, which the C library's module does not show.
private struct PeerCredentials: Sendable {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
}
