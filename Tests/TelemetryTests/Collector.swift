import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A collector on loopback that answers as it is told.
final class Collector: Sendable {
    struct Request: Sendable {
        var head: String
        var body: String

        var spans: Int {
            body.components(separatedBy: "\"parentSpanId\"").count - 1 + (body.contains("\"spanId\":\"0000000000000001\",\"start") ? 1 : 0)
        }
    }

    let requests = Mutex<[Request]>([])
    let answers = Mutex<[Int]>([])
    private let channel = Mutex<(any Channel)?>(nil)

    var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }

    static func started(isSilent: Bool = false) async throws -> Collector {
        let collector = Collector()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(collector, isSilent: isSilent))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        collector.channel.withLock { $0 = channel }
        return collector
    }

    func stop() async throws { try await channel.withLock { $0 }?.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let collector: Collector
        private let isSilent: Bool
        private var request = Request(head: "", body: "")

        init(_ collector: Collector, isSilent: Bool) {
            self.collector = collector
            self.isSilent = isSilent
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                let headers = head.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
                request = Request(head: "\(head.method) \(head.uri) \n\(headers)", body: "")
            case .body(let piece): request.body += String(buffer: piece)
            case .end:
                collector.requests.withLock { $0.append(request) }
                guard !isSilent else { return }
                let status = collector.answers.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: ["content-length": "0"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
