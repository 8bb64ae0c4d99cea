import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
    /// A JSON document.
    static func json(_ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// An error in the provider's form.
    static func apiError(
        status: Int, type: String, message: String, requestID: String, by provider: ModelProvider = .anthropic,
        headers: [String: String] = [:]
    ) -> Response {
        var fields = HTTPFields(headers)
        fields[.requestID] = requestID
        let body = provider.errorBody(status: status, type: type, message: message, requestID: requestID)
        return .json(text(of: body), status: .init(code: status), headers: fields)
    }

    /// Bytes that are neither JSON nor events, under the name of an event stream.
    static var garbage: Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init(byteBuffer: ByteBuffer(bytes: Array("data: {not json\n\n".utf8) + (0...255))))
    }

    /// A stream of events.
    ///
    /// - Parameters:
    ///   - stream: the events as they are sent.
    ///   - headers: header fields beside the content type.
    ///   - pause: the wait before each event.
    ///   - clock: measures the wait.
    ///   - connection: the connection to break after the last event, or nil to end the stream as it should end.
    static func events(
        _ stream: AnsweredMessage.Stream, headers: HTTPFields, pause: Duration, clock: any Clock<Duration>,
        breaking connection: (any Channel)?
    ) -> Response {
        var headers = headers
        headers[.contentType] = stream.contentType
        headers[.cacheControl] = "no-cache"
        let body = ResponseBody { writer in
            for event in stream.events {
                if pause > .zero { try await clock.sleep(for: pause) }
                try await writer.write(ByteBuffer(bytes: event))
            }
            if let connection { throw connection.broken() }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func text(of body: JSONValue) -> String {
        do {
            return try body.text()
        } catch {
            preconditionFailure("An error can't be written as JSON: \(error)")
        }
    }
}

/// The connection was broken on purpose: there is no answer.
struct BrokenConnection: Error {}

/// C's `struct linger`, which Swift can't name here: on, for no time.
private struct NoLinger: Sendable {
    var isOn: CInt = 1
    var seconds: CInt = 0
}

extension Channel {
    /// Closes the connection without (the rest of) an answer.
    ///
    /// - Returns: the error to throw, so that nothing more is written.
    func broken() -> BrokenConnection {
        close(mode: .all, promise: nil)
        return BrokenConnection()
    }

    /// Resets the connection: the client's next read fails at once.
    ///
    /// - Returns: the error to throw, so that nothing more is written.
    func reset() async throws -> BrokenConnection {
        // Closing a socket that lingers for no time at all sends a reset in place of an orderly end.
        let options = self as? any SocketOptionProvider
        try await options?.unsafeSetSocketOption(level: .socket, name: .so_linger, value: NoLinger()).get()
        return broken()
    }
}

extension HTTPFields {
    /// Header fields from names and values; a name that HTTP does not allow is a mistake in the script.
    init(_ fields: [String: String]) {
        self.init()
        for (name, value) in fields {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\"\(name)\" is no name of a header field.") }
            self[name] = value
        }
    }
}

extension HTTPField.Name {
    /// The header field of an API key.
    static let apiKey = literal("x-api-key")
    /// The header field by which the CLI names its session.
    static let sessionID = literal("x-claude-code-session-id")
    /// The header field by which the API names a request.
    static let requestID = literal("request-id")

    private static func literal(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\"\(text)\" is no name of a header field.") }
        return name
    }
}
