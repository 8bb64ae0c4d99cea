import NIOCore
import NIOHTTP1
import NIOPosix
import Orchestration

/// Sends spans to a collector over OTLP/HTTP.
///
/// Each batch is tried a few times, a little later each time, and each try has a deadline: a collector that hangs or is away costs a bounded time.
/// What it has taken already and gets again is the same span by its number.
package struct OTLPExporter: Sendable {
    private let settings: OTLPSettings
    private let version: String
    /// Seconds before the next tries.
    private let pauses: [Int]
    private let secure: SecureDelivery

    /// A request over TLS.
    package struct SecureRequest: Sendable {
        package var url: String
        /// May hold a key.
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
        /// Seconds that it may take.
        package var timeout: Int
        /// The file with the authorities that are trusted in place of the system's.
        package var certificate: String?
    }

    /// Sends a request and returns the status of the answer.
    package typealias SecureDelivery = @Sendable (SecureRequest) async throws -> Int

    /// Spans of one request.
    package static let batch = 256

    /// - Parameter secure: delivers what goes over TLS.
    package init(
        _ settings: OTLPSettings, version: String, pauses: [Int] = [1, 2, 4, 8],
        secure: @escaping SecureDelivery = { _ in throw OTLPError.settings("nothing here sends over TLS") }
    ) {
        self.settings = settings
        self.version = version
        self.pauses = pauses
        self.secure = secure
    }

    /// - Throws: `OTLPError`, `CancellationError`.
    package func send(_ spans: [Span], of identity: TraceIdentity, run: RunID) async throws {
        var resource = settings.resource
        resource["service.version"] = .text(version)
        resource["cco.run.id"] = .text(run.name)
        var rest = spans[...]
        while !rest.isEmpty {
            let document = OTLPDocument(Array(rest.prefix(Self.batch)), of: identity, resource: resource, version: version)
            try await deliver(ByteBuffer(bytes: try document.bytes()))
            rest = rest.dropFirst(Self.batch)
        }
    }

    private func deliver(_ body: ByteBuffer) async throws {
        var problem = ""
        for pause in pauses.map(Optional.some) + [nil] {
            do {
                let status = try await post(body)
                if (200..<300).contains(status) { return }
                // What the protocol calls worth another try.
                guard [429, 502, 503, 504].contains(status) else { throw OTLPError.refused(status) }
                problem = "status \(status)"
            } catch let error as OTLPError {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                problem = "\(error)"
            }
            if let pause { try await ContinuousClock().sleep(for: .seconds(pause)) }
        }
        throw OTLPError.unreachable(problem)
    }

    /// One request. Returns the status.
    private func post(_ body: ByteBuffer) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await exchange(body) }
            group.addTask {
                try await ContinuousClock().sleep(for: .seconds(settings.timeout))
                throw Late(seconds: settings.timeout)
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private struct Late: Error, CustomStringConvertible {
        var seconds: Int
        var description: String { "no answer within \(seconds) s" }
    }

    private struct Broken: Error, CustomStringConvertible { let description = "the connection broke off" }

    private var headers: [(name: String, value: String)] {
        [("content-type", "application/json"), ("user-agent", "cco/\(version)")] + settings.headers
    }

    private func exchange(_ body: ByteBuffer) async throws -> Int {
        if settings.isSecure {
            return try await secure(
                SecureRequest(
                    url: "\(settings)", headers: headers, body: Array(body.readableBytesView), timeout: settings.timeout,
                    certificate: settings.certificate))
        }
        typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(Int64(settings.timeout)))
            .connect(host: settings.host, port: settings.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            var headers: HTTPHeaders = [
                "host": "\(settings.authority)", "connection": "close", "content-length": "\(body.readableBytes)",
            ]
            for (name, value) in self.headers { headers.replaceOrAdd(name: name, value: value) }
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: settings.target, headers: headers)
            try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(body)), .end(nil)])
            for try await part in inbound { if case .head(let head) = part { return Int(head.status.code) } }
            throw Broken()
        }
    }
}
