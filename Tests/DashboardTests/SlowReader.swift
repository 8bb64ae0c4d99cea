import Foundation
import NIOCore
import NIOPosix

/// A connection that takes from the server only what it is told to read.
final class SlowReader {
    private var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var text = ""
    /// The newest part of it.
    private var end = ""

    private init(_ bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.bytes = bytes }

    /// Asks for a stream, as a rule the journal's, and leaves the reading to `body`.
    static func reading(_ server: PagesServer, _ path: String = "/api/v1/journal/events", _ body: (SlowReader) async throws -> Void)
        async throws
    {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.maxMessagesPerRead, value: 1)
            .connect(host: "127.0.0.1", port: server.link.port ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2)))
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            let head =
                "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(server.link.port ?? 0)\r\nAuthorization: Bearer \(server.token)\r\n\r\n"
            try await outbound.write(ByteBuffer(string: head))
            try await body(SlowReader(inbound.makeAsyncIterator()))
        }
    }

    /// Reads until the text has come, or the server has closed.
    func read(until mark: String) async throws {
        while !end.contains(mark) {
            guard var piece = try await bytes.next() else { return }
            let new = piece.readString(length: piece.readableBytes) ?? ""
            text += new
            end = String(end.suffix(mark.count)) + new
        }
    }
}
