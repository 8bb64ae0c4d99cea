import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Orchestration
import ServiceLifecycle
import Synchronization

/// Serves a run's control interface on a unix domain socket that only its owner can reach: HTTP/1.1 and JSON.
///
/// | request            | body                          | answer                                                        |
/// |--------------------|-------------------------------|---------------------------------------------------------------|
/// | `GET /v1/status`   | –                             | `RunStatus`                                                   |
/// | `GET /v1/cost`     | –                             | `CostReport`                                                  |
/// | `POST /v1/suspend` | `{"reason": …, "by": …}`      | `RunStatus`, once the run stands still and its processes are gone |
/// | `POST /v1/orders`  | `OrderRequest`                | `OrderReceipt`, once the order is durable                     |
/// | `GET /v1/journal?after=N&limit=N` | –              | `JournalPage`; with `&wait=1` when there is something after N, or too many wait |
/// | `GET /v1/health`   | –                             | `{"pid": …, "run": …, "version": …}`                          |
///
/// Refusals are `{"error": {"code": …, "message": …, "remedy": …}}` with a fitting HTTP status.
package struct ControlServer: Sendable {
    private let path: String
    private let health: ControlHealth
    private let control: any RunControl
    /// The user whose processes are answered: the one that serves the run.
    var owner: UInt32 = geteuid()
    /// Which processes are not answered although they are the user's: the run's own.
    private let isAgent: @Sendable (Int32) -> Bool
    private let redact: @Sendable ([UInt8]) -> [UInt8]

    /// Connections that are served at once; more wait.
    static let connectionLimit = 32
    /// Requests that wait for the journal's growth at once; one more is answered as if it had not asked to wait. Every open view has one, and
    /// however many there are, a person can pause the run.
    static let waitingLimit = 24
    /// Seconds after which a connection is closed on which no request is under way.
    static let idleSeconds: Int64 = 60
    /// Seconds that answers under way get after the server has been told to stop.
    static let stopSeconds: Int64 = 5

    /// - Parameters:
    ///   - socketPath: at most 103 bytes, in a folder that exists.
    ///   - version: the version of cco, for `GET /v1/health`.
    ///   - isAgent: whether a process, by its number, is one of the run's, which get no answer.
    ///   - redact: takes secrets out of an answer's JSON: what agents wrote is in it.
    package init(
        socketPath: String, run: RunID, version: String, control: any RunControl,
        isAgent: @escaping @Sendable (Int32) -> Bool = { _ in false }, redact: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
    ) {
        path = socketPath
        health = ControlHealth(pid: getpid(), run: run.name, version: version)
        self.control = control
        self.isAgent = isAgent
        self.redact = redact
    }

    /// Serves until the surrounding task is cancelled. Then answers under way are still sent (for a few seconds at most), the file is removed
    /// and the method returns.
    ///
    /// - Parameter onReady: called once when clients can connect.
    /// - Throws: `ControlServerError` when the socket cannot be had; nothing is served then.
    package func run(onReady: @escaping @Sendable () async -> Void = {}) async throws {
        let socket = try ControlSocket(claiming: path)
        let settlement = Settlement()
        defer { socket.remove(settlement.identity) }
        let application = Application(
            responder: ControlResponder(
                health: health, control: control, owner: owner, waiting: WaitingPlaces(Self.waitingLimit), isAgent: isAgent,
                redact: redact),
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: .init(
                address: .unixDomainSocket(path: socket.birthPath), serverName: "cco", backlog: 4 * Self.connectionLimit,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit, logger: Self.silence)),
            onServerRunning: { channel in
                do {
                    settlement.identity = try socket.settle()
                    await onReady()
                } catch {
                    settlement.failure = error
                    channel.close(promise: nil)
                }
            },
            logger: Self.silence)
        do {
            try await serve(application)
        } catch {
            throw settlement.failure ?? ControlServerError.bind(path, "\(error)")
        }
    }

    /// Runs the application in a task of its own, because a cancelled one would cut the answers under way off.
    private func serve(_ application: some Service) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)], logger: Self.silence)
        configuration.maximumGracefulShutdownDuration = .seconds(Self.stopSeconds)
        let group = ServiceGroup(configuration: configuration)
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }

    /// What happens to the interface is told in answers and thrown errors.
    private static let silence = Logger(label: "control", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// What has become of the socket's file.
private final class Settlement: Sendable {
    private let state = Mutex<(identity: FileIdentity?, failure: (any Error)?)>((nil, nil))

    /// The file at the socket's place, once it is there.
    var identity: FileIdentity? {
        get { state.withLock { $0.identity } }
        set { state.withLock { $0.identity = newValue } }
    }

    /// Why it is not there.
    var failure: (any Error)? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }
}
