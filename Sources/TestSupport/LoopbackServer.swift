import Hummingbird
import Logging

/// An HTTP server on a port of the loopback address that the system chooses, for as long as it is needed.
enum LoopbackServer {
    /// The server ended before the work that needs it.
    struct Ended: Error, CustomStringConvertible {
        var description: String { "The server on the loopback address ended before the work that needs it." }
    }

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - host: an address of this machine's own.
    ///   - port: 0 lets the system choose.
    ///   - body: is given the port.
    /// - Throws: what `body` throws, or the system's error if the port can't be had.
    static func serving<Responder: HTTPResponder, Result: Sendable>(
        _ responder: Responder, host: String = "127.0.0.1", port: Int = 0, _ body: @Sendable @escaping (Int) async throws -> Result
    ) async throws -> Result where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        // At most one element: the port, once.
        let (ports, portSource) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let application = Application(
            responder: responder,
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { portSource.yield(port) }
                portSource.finish()
            },
            logger: Logger(label: "loopback-server", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                defer { portSource.finish() }
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body(port) }
                throw Ended()
            }
            defer { group.cancelAll() }
            for try await result in group {
                if let result { return result }
                throw Ended()
            }
            throw Ended()
        }
    }
}
