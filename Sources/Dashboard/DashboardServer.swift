import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Orchestration
import ServiceLifecycle
import Synchronization

/// Serves the web pages of a run on the loopback address, to whoever has the link.
package struct DashboardServer: Sendable {
    private let port: Int
    private let feed: any RunFeed
    private let past: (any RunPast)?
    private let token: String
    private let isAgent: @Sendable (_ peerPort: Int, _ port: Int) -> Bool

    /// Browsers that are served at once; more wait. Each open page takes one connection and a few short ones.
    static let connectionLimit = 128
    /// Seconds after which a connection is closed on which no request is answered.
    static let idleSeconds: Int64 = 60
    /// Seconds that answers under way get after the server has been told to stop.
    static let stopSeconds: Int64 = 3

    /// - Parameters:
    ///   - port: 0 for one that is free.
    ///   - past: `nil` where only the present can be shown.
    ///   - token: what the link holds; `nil` for a new one.
    ///   - isAgent: whether the connection from a port to this server's comes from one of the run's own processes, which get no answer.
    package init(
        port: Int, feed: any RunFeed, past: (any RunPast)? = nil, token: String? = nil,
        isAgent: @escaping @Sendable (_ peerPort: Int, _ port: Int) -> Bool = { _, _ in false }
    ) {
        self.token = token ?? AccessRules.makeToken()
        self.port = port
        self.feed = feed
        self.past = past
        self.isAgent = isAgent
    }

    /// A token for links.
    package static func makeToken() -> String { AccessRules.makeToken() }

    /// Serves until the surrounding task is cancelled.
    ///
    /// - Parameter onReady: called once, with the link that opens the pages; it holds the token.
    /// - Throws: `DashboardError` when the port cannot be had.
    package func run(onReady: @escaping @Sendable (String) async -> Void) async throws {
        let token = token
        let responder = LateResponder(token: token, feed: feed, past: past, isAgent: isAgent)
        let application = Application(
            responder: responder,
            // Who connects and says nothing would keep others out for good.
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: .init(
                address: .hostname("127.0.0.1", port: port), serverName: "cco", backlog: 64,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit, logger: Self.silence)),
            onServerRunning: { channel in
                await responder.prepare()
                let bound = channel.localAddress?.port ?? port
                responder.port.withLock { $0 = bound }
                await onReady("http://127.0.0.1:\(bound)/?token=\(token)")
            },
            logger: Self.silence)
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)], logger: Self.silence)
        configuration.maximumGracefulShutdownDuration = .seconds(Self.stopSeconds)
        let group = ServiceGroup(configuration: configuration)
        let serving = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        } catch {
            throw DashboardError.bind(port, "\(error)")
        }
    }

    /// What happens is told in answers and thrown errors.
    private static let silence = Logger(label: "dashboard", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// Knows the port only once the system has given one.
private final class LateResponder: HTTPResponder {
    let port = Mutex(0)
    private let token: String
    private let feed: any RunFeed
    private let past: (any RunPast)?
    private let gates: GateReader
    private let opening = Opening()
    private let isAgent: @Sendable (_ peerPort: Int, _ port: Int) -> Bool

    init(
        token: String, feed: any RunFeed, past: (any RunPast)?, isAgent: @escaping @Sendable (_ peerPort: Int, _ port: Int) -> Bool
    ) {
        self.token = token
        self.feed = feed
        self.past = past
        self.isAgent = isAgent
        gates = GateReader(feed: feed)
    }

    func respond(to request: Request, context: DashboardContext) async -> Response {
        let own = port.withLock { $0 }
        let responder = responder(own)
        // To find out whose a connection is takes a look at all processes. The pages' code has nothing of the run in it and does not wait for that.
        let isCode = request.method == .get && DashboardResponder.isCode(request.uri.path)
        guard isCode || context.peerPort.map({ !isAgent($0, own) }) ?? false else { return responder.agentRefusal }
        return await responder.respond(to: request)
    }

    /// Makes what the first page needs.
    func prepare() async { await responder(0).prepare() }

    private func responder(_ port: Int) -> DashboardResponder {
        DashboardResponder(rules: AccessRules(token: token, port: port), feed: feed, past: past, gates: gates, opening: opening)
    }
}

/// Gives the responder the other end of the connection.
struct DashboardContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peerPort: Int?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peerPort = source.channel.remoteAddress?.port
    }
}

/// Why the pages could not be served.
package enum DashboardError: Error, CustomStringConvertible {
    case bind(Int, String)

    package var description: String {
        switch self {
        case .bind(let port, let reason):
            "the web pages could not be served on 127.0.0.1:\(port): \(reason). Choose another port with --port, or leave it out for a free one."
        }
    }
}
