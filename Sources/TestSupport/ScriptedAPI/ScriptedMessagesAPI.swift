import Hummingbird
import Logging
import NIOCore

/// A server on the loopback address that plays Anthropic's Messages API.
///
/// The real Claude Code CLI talks to it as to the real API, and so runs its real tools in the real working directory, while a
/// ``ModelScript`` stands in for the model. Nothing leaves the machine and no account is needed.
///
/// ```swift
/// try await ScriptedMessagesAPI.serving(SteppedScript(.report(["summary": "done"]))) { api in
///     // start the CLI with ANTHROPIC_BASE_URL set to api.baseURL
/// }
/// ```
package struct ScriptedMessagesAPI: Sendable {
    /// The TCP port that the server listens on.
    package let port: Int
    private let exchange: MessageExchange

    /// The address for the client's `ANTHROPIC_BASE_URL`.
    package var baseURL: String { "http://127.0.0.1:\(port)" }

    /// The requests for messages so far, oldest first: the newest ones, up to the limit given at the start.
    package var requests: [RecordedRequest] {
        get async { await exchange.requests }
    }

    /// How many requests for messages there have been, also those that ``requests`` does not hold any more.
    package var requestCount: Int {
        get async { await exchange.requestCount }
    }

    /// Runs a server while `body` runs, and ends it with all of its connections.
    ///
    /// - Parameters:
    ///   - script: decides the answers.
    ///   - port: the TCP port; 0 takes a free one.
    ///   - requestLimit: how many requests ``requests`` keeps at most.
    ///   - clock: measures the waits that a script asks for, and the times of requests.
    ///   - body: what is done with the server.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or the system's error if the port can't be had.
    @discardableResult
    package static func serving<Result: Sendable>(
        _ script: some ModelScript, port: Int = 0, requestLimit: Int = 10_000, clock: any Clock<Duration> = ContinuousClock(),
        _ body: @Sendable @escaping (ScriptedMessagesAPI) async throws -> Result
    ) async throws -> Result {
        let exchange = MessageExchange(script: script, requestLimit: requestLimit, clock: clock)
        // At most one element: the port, once.
        let (ports, portSource) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let application = Application(
            responder: CallbackResponder { (request: Request, context: ConnectionContext) in
                try await exchange.respond(to: request, on: context.channel)
            },
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { portSource.yield(port) }
                portSource.finish()
            },
            logger: Logger(label: "scripted-messages-api", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                defer { portSource.finish() }
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports {
                    return try await body(ScriptedMessagesAPI(port: port, exchange: exchange))
                }
                throw ServerEnded()
            }
            defer { group.cancelAll() }
            for try await result in group {
                if let result { return result }
                throw ServerEnded()
            }
            throw ServerEnded()
        }
    }

    /// The server ended before the work that needs it.
    package struct ServerEnded: Error, CustomStringConvertible {
        package var description: String { "The scripted Messages API ended before the work that needs it." }
    }
}

/// Gives the responder the connection, so that it can be broken on purpose.
private struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
