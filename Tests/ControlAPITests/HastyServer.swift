import NIOCore
import NIOPosix
import Synchronization

/// Answers each connection as soon as the end of a request's head has come, and closes it: what a server may do that does not need the body.
struct HastyServer {
    /// Serves the answers at `path` while `body` runs: one for each connection, and the last one for all after it.
    static func serving(_ answers: String..., at path: String, while body: () async throws -> Void) async throws {
        let rest = Mutex(answers)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                let answer = rest.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? "" }
                return channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler(answer: answer)) }
            }
            .bind(unixDomainSocketPath: path).get()
        do {
            try await body()
        } catch {
            try await server.close().get()
            throw error
        }
        try await server.close().get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String
        private var head = ""

        init(answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            head += String(buffer: unwrapInboundIn(data))
            guard head.contains("\r\n\r\n") else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }
}
