import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

extension ControlClient {
    /// An answer as it came.
    struct Answer: Sendable {
        var status: Int
        var body: ByteBuffer
    }

    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Sends one request and reads its answer to the end.
    func exchange(_ method: HTTPMethod, _ uri: String, _ body: ByteBuffer?) async throws -> Answer {
        let connection = try await connect()
        do {
            return try await connection.executeThenClose { inbound, outbound in
                var headers: HTTPHeaders = ["host": "cco", "connection": "close"]
                if let body {
                    headers.add(name: "content-type", value: "application/json")
                    headers.add(name: "content-length", value: "\(body.readableBytes)")
                }
                // In one piece: a server may answer and close as soon as it has the head, and what is written after that would fail.
                let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
                var request: [HTTPClientRequestPart] = [.head(head)]
                if let body { request.append(.body(.byteBuffer(body))) }
                request.append(.end(nil))
                try await outbound.write(contentsOf: request)
                return try await read(inbound)
            }
        } catch let error as ControlClientError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ControlClientError.broken(path, "\(error)")
        }
    }

    private func read(_ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> Answer {
        var answer: Answer?
        for try await part in parts {
            switch part {
            case .head(let head):
                answer = Answer(status: Int(head.status.code), body: ByteBuffer())
            case .body(var piece):
                guard (answer?.body.readableBytes ?? 0) + piece.readableBytes <= Self.largestAnswer else {
                    throw ControlClientError.broken(path, "the answer is larger than \(Self.largestAnswer) bytes")
                }
                answer?.body.writeBuffer(&piece)
            case .end:
                if let answer { return answer }
            }
        }
        try Task.checkCancellation()
        throw ControlClientError.broken(path, "the connection was closed before the whole answer had come")
    }

    private func connect() async throws -> Connection {
        guard path.utf8.count <= ControlSocket.longestPath else {
            // No socket can be there, so none is served.
            throw ControlClientError.notRunning(path)
        }
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError where error.errnoCode == ENOENT || error.errnoCode == ECONNREFUSED || error.errnoCode == ENOTDIR {
            throw ControlClientError.notRunning(path)
        } catch let error as IOError {
            throw ControlClientError.unreachable(path, String(cString: strerror(error.errnoCode)))
        }
    }
}
