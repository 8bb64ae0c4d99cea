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

    /// Refuses a process of another user, and the run's own. The socket's mode keeps other users out already; this holds where that does not, as
    /// for root. Agents run as the run's user, so the mode lets them in.
    ///
    /// - Parameter isAgent: whether a process, by its number, is the run's.
    /// - Throws: `ControlProblem` `forbidden`, or the system's error.
    func checkPeer(_ owner: UInt32, isAgent: @Sendable (Int32) -> Bool) async throws {
        guard let options = channel as? any SocketOptionProvider else { return }
        let peer: PeerCredentials = try await options.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).get()
        guard peer.user == owner else {
            throw ControlProblem(
                code: "forbidden", message: "User \(peer.user) may not control a run of user \(owner).",
                remedy: "Give the command as the user that started the run.", status: 403)
        }
        guard !isAgent(peer.process) else {
            throw ControlProblem(
                code: "forbidden", message: "A process of the run may neither look at it nor control it.",
                remedy: "Put what a person should know or decide into the report.", status: 403)
        }
    }
}

/// The kernel's `struct ucred`, which the C library's module does not show.
private struct PeerCredentials: Sendable {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
}
