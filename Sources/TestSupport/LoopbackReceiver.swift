import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A server on the loopback address that takes whatever is sent to it, as the other end of a webhook.
package final class LoopbackReceiver: Sendable {
    /// A request as it came.
    package struct Received: Sendable, Equatable {
        package var method: String
        package var path: String
        package var contentType: String?
        package var body: String
    }

    private struct State {
        var received: [Received] = []
        var waiters: [(count: Int, waiter: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    /// The status of the answer to the request with this number, from 0 on.
    private let status: @Sendable (Int) -> Int

    /// The requests so far, the oldest first.
    package var received: [Received] { state.withLock { $0.received } }

    private init(status: @escaping @Sendable (Int) -> Int) { self.status = status }

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
    /// - Parameter body: is given the receiver and its port.
    package static func serving<Result: Sendable>(
        status: @escaping @Sendable (Int) -> Int = { _ in 200 },
        _ body: @Sendable @escaping (LoopbackReceiver, Int) async throws -> Result
    ) async throws -> Result {
        let receiver = LoopbackReceiver(status: status)
        return try await LoopbackServer.serving(
            CallbackResponder { (request: Request, _: BasicRequestContext) in try await receiver.take(request) }
        ) { try await body(receiver, $0) }
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let one = Received(
            method: request.method.rawValue, path: request.uri.path, contentType: request.headers[.contentType],
            body: String(buffer: body))
        let (number, waiters) = state.withLock { state in
            state.received.append(one)
            let count = state.received.count
            let due = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return (count - 1, due)
        }
        for waiter in waiters { waiter.waiter.resume() }
        return Response(status: .init(code: status(number)))
    }
}
