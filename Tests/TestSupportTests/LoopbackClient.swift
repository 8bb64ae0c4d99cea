import Glibc
import NIOCore
import NIOPosix

/// A plain HTTP client that shows how an answer ended, also when it broke off.
struct LoopbackClient {
    let port: Int

    struct Answer: Sendable {
        /// Everything that came, as text.
        let text: String
        /// Whether the connection ended by a reset.
        let wasReset: Bool

        var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        /// The header fields' lines, in small letters.
        var headerLines: [String] {
            text.split(separator: "\r\n\r\n", maxSplits: 1).first?.lowercased().split(separator: "\r\n").map(String.init) ?? []
        }
        /// The data of the answer's events.
        var eventData: [String] { lines(after: "data: ") }
        var eventNames: [String] { lines(after: "event: ") }
        var body: String {
            text.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        }

        /// Only a line feed ends a line: JSON may hold the other separators that Unicode knows.
        private func lines(after prefix: String) -> [String] {
            text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }.filter { $0.hasPrefix(prefix) }
                .map { String($0.dropFirst(prefix.count)) }
        }
    }

    /// Sends a request and reads until the server closes the connection.
    func send(_ method: String = "POST", _ path: String = "/v1/messages", headers: [String] = [], body: String = "") async throws -> Answer
    {
        try await connected { inbound, outbound in
            try await outbound.write(Self.request(method, path, headers: headers + ["Connection: close"], body: body))
            var bytes = ByteBuffer()
            var wasReset = false
            do {
                for try await var piece in inbound { bytes.writeBuffer(&piece) }
            } catch let error as IOError where error.errnoCode == ECONNRESET {
                wasReset = true
            }
            return Answer(text: String(buffer: bytes), wasReset: wasReset)
        }
    }

    /// Sends a request and hangs up when `signal` says so, without waiting for the answer.
    func abandon(body: String, after signal: @Sendable @escaping () async -> Void) async throws {
        try await connected { _, outbound in
            try await outbound.write(Self.request("POST", "/v1/messages", headers: [], body: body))
            await signal()
        }
    }

    private static func request(_ method: String, _ path: String, headers: [String], body: String) -> ByteBuffer {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Content-Length: \(body.utf8.count)"] + headers
        return ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    private func connected<Result: Sendable>(
        _ body: @Sendable (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(inbound, outbound)
        }
    }
}
