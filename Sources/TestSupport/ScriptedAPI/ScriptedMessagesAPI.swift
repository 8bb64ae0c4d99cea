import Hummingbird
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
        return try await LoopbackServer.serving(
            CallbackResponder { (request: Request, context: ConnectionContext) in
                try await exchange.respond(to: request, on: context.channel)
            }, port: port
        ) { try await body(ScriptedMessagesAPI(port: $0, exchange: exchange)) }
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
