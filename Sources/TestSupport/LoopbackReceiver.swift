import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A server on the loopback address that takes whatever is sent to it: the other end of a webhook, a collector of traces.
package final class LoopbackReceiver: Sendable {
    /// A request as it came.
    package struct Received: Sendable, Equatable {
        package var method: String
        package var path: String
        package var contentType: String?
        /// The server's name as the client gave it (the Host header).
        package var authority: String?
        /// By their names in small letters.
        package var headers: [String: String]
        package var body: String
    }

    private struct State {
        var received: [Received] = []
        var waiters: [(count: Int, waiter: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    /// The status of the answer to the request with this number, from 0 on.
    private let status: @Sendable (Int) -> Int?

    /// The requests so far, the oldest first.
    package var received: [Received] { state.withLock { $0.received } }

    private init(status: @escaping @Sendable (Int) -> Int?) { self.status = status }

    /// Suspends until so many requests have come.
    package func untilReceived(_ count: Int) async {
        await withCheckedContinuation { waiter in
            let isThere = state.withLock {
                if $0.received.count < count { $0.waiters.append((count, waiter)) }
                return $0.received.count >= count
            }
            if isThere { waiter.resume() }
        }
    }

    /// Runs a server while `body` runs.
    ///
    /// - Parameters:
    ///   - host: an address of this machine's own.
    ///   - status: of the answer to the request with this number, from 0 on; `nil` for none as long as the server runs.
    ///   - body: is given the receiver and its port.
    package static func serving<Result: Sendable>(
        host: String = "127.0.0.1", status: @escaping @Sendable (Int) -> Int? = { _ in 200 },
        _ body: @Sendable @escaping (LoopbackReceiver, Int) async throws -> Result
    ) async throws -> Result {
        let receiver = LoopbackReceiver(status: status)
        return try await LoopbackServer.serving(
            CallbackResponder { (request: Request, _: BasicRequestContext) in try await receiver.take(request) }, host: host
        ) { try await body(receiver, $0) }
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
        let one = Received(
            method: request.method.rawValue, path: request.uri.path, contentType: request.headers[.contentType],
            authority: request.head.authority, headers: Dictionary(headers) { first, _ in first }, body: String(buffer: body))
        let (number, waiters) = state.withLock { state in
            state.received.append(one)
            let count = state.received.count
            let due = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return (count - 1, due)
        }
        for waiter in waiters { waiter.waiter.resume() }
        guard let status = status(number) else {
            // Ends with the server.
            for await _ in AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1)).stream {}
            throw CancellationError()
        }
        return Response(status: .init(code: status))
    }
}
