import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// The server's state, and the way from a request to its answer.
actor MessageExchange {
    private let script: any ModelScript
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let idPrefix: String
    private var ledger: RequestLedger
    private var cache: PromptCache

    /// The largest request body that is read, in bytes: more than the API itself takes.
    private static let largestBody = 64 << 20
    /// How many conversations the prompt cache remembers.
    private static let cachedConversations = 4096

    init(script: any ModelScript, requestLimit: Int, clock: some Clock<Duration>) {
        self.script = script
        self.clock = clock
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        // A resumed conversation may meet another server: its ids have to differ from those it already holds.
        idPrefix = String(UInt64.random(in: .min ... .max), radix: 36)
        ledger = RequestLedger(capacity: requestLimit)
        cache = PromptCache(capacity: Self.cachedConversations)
    }

    var requests: [RecordedRequest] { ledger.requests }
    var requestCount: Int { ledger.total }

    /// Answers one HTTP request.
    func respond(to request: Request, on connection: any Channel) async throws -> Response {
        if request.method == .post, let endpoint = ModelEndpoint(path: request.uri.path) {
            return try await respondToMessages(request, at: endpoint, on: connection)
        }
        switch (request.method, request.uri.path) {
        case (.post, "/v1/messages/count_tokens"):
            var request = request
            guard case .success(let counted) = try await decode(&request, number: 0, at: nil) else { return Self.notFound(request) }
            return .json("{\"input_tokens\":\(counted.characters / TokenUsage.charactersPerToken)}")
        case (.get, "/inference-profiles"):
            return .json("{\"inferenceProfileSummaries\":[]}")
        case (.head, _):
            return Response(status: .ok)
        default:
            return Self.notFound(request)
        }
    }

    private func respondToMessages(
        _ httpRequest: Request, at endpoint: ModelEndpoint, on connection: any Channel
    ) async throws -> Response {
        // With Bedrock the CLI tries first which models there are; nobody pays for that.
        if endpoint.isStreamed == false { return .json("{}") }
        var httpRequest = httpRequest
        let number = ledger.nextNumber()
        let request: ModelRequest
        switch try await decode(&httpRequest, number: number, at: endpoint) {
        case .success(let decoded): request = decoded
        case .failure(let malformed):
            return .apiError(status: 400, type: "invalid_request_error", message: malformed.description, requestID: requestID(number))
        }
        ledger.record(
            RecordedRequest(
                number: number, credential: request.credential, model: request.model, conversation: request.conversation,
                isSideRequest: request.isSideRequest, time: elapsed()))
        ledger.quote(quoted(in: request), by: number)
        let reply = request.isSideRequest ? Self.sideReply : await script.reply(to: request)
        if reply.pacing.beforeFirstByte > .zero { try await clock.sleep(for: reply.pacing.beforeFirstByte) }
        switch reply.outcome {
        case .message(let blocks):
            return try answer(request, with: blocks, cutAfter: nil, reply: reply, on: connection)
        case .fault(.truncatedStream(let blocks, let events)):
            return try answer(request, with: blocks, cutAfter: events, reply: reply, on: connection)
        case .fault(.error(let status, let type, let message, let headers)):
            ledger.settle(number: number, status: status, usage: nil)
            return .apiError(
                status: status, type: type, message: message, requestID: requestID(number), by: endpoint.provider,
                headers: reply.headers.merging(headers) { _, fault in fault })
        case .fault(.garbage):
            ledger.settle(number: number, status: 200, usage: nil)
            return .garbage
        case .fault(.hang(let limit)):
            try await httpRequest.body.consumeWithCancellationOnInboundClose { [clock] _ in
                try await clock.sleep(for: limit)
            }
            throw connection.broken()
        case .fault(.connectionReset):
            throw try await connection.reset()
        }
    }

    /// What housekeeping requests get.
    private static let sideReply = ModelReply.message(.text("Summary: the work goes on as described in the conversation."))

    /// The answers of this server that the conversation holds, known by the ids of their tool calls.
    private func quoted(in request: ModelRequest) -> Set<Int> {
        let prefix = Self.toolPrefix(idPrefix)
        let calls = request.messages.flatMap(\.blocks).compactMap { block -> Int? in
            guard case .toolUse(let id, _, _) = block, id.hasPrefix(prefix) else { return nil }
            return Int(id.dropFirst(prefix.count).prefix { $0.isNumber })
        }
        return Set(calls)
    }

    private static func toolPrefix(_ idPrefix: String) -> String { "toolu_\(idPrefix)" }

    private func requestID(_ number: Int) -> String { "req_\(idPrefix)\(number)" }

    private func answer(
        _ request: ModelRequest, with blocks: [ContentBlock], cutAfter events: Int?, reply: ModelReply, on connection: any Channel
    ) throws -> Response {
        var usage = cache.usage(of: request)
        usage.output = blocks.reduce(0) { $0 + $1.characters } / TokenUsage.charactersPerToken
        let id = "msg_\(idPrefix)\(request.number)"
        ledger.settle(number: request.number, status: 200, usage: usage, message: id, isCut: events != nil)
        let message = AnsweredMessage(
            id: id, toolIDPrefix: "\(Self.toolPrefix(idPrefix))\(request.number)x", model: request.model, blocks: blocks, usage: usage)
        var headers = HTTPFields(reply.headers)
        headers[.requestID] = requestID(request.number)
        guard request.isStreamed || events != nil else {
            return .json(try message.document.text(), headers: headers)
        }
        var stream = try message.stream(for: request.provider)
        if let events { stream.events = Array(stream.events.prefix(events)) }
        return .events(
            stream, headers: headers, pause: reply.pacing.beforeEachEvent, clock: clock, breaking: events == nil ? nil : connection)
    }

    private func decode(
        _ request: inout Request, number: Int, at endpoint: ModelEndpoint?
    ) async throws -> Result<ModelRequest, ModelRequest.Malformed> {
        let body = try await request.collectBody(upTo: Self.largestBody)
        var credential = request.headers[.apiKey].map(ModelRequest.Credential.apiKey)
        if credential == nil, let value = request.headers[.authorization], value.hasPrefix("Bearer ") {
            credential = .bearer(String(value.dropFirst("Bearer ".count)))
        }
        if let key = request.headers[.authorization]?.prefixMatch(of: #/AWS4-HMAC-SHA256 Credential=([^/]+)/#)?.1 {
            credential = .signature(accessKey: String(key))
        }
        do {
            return .success(
                try ModelRequest(
                    body: Array(body.readableBytesView), number: number, credential: credential, endpoint: endpoint,
                    session: request.headers[.sessionID]))
        } catch let error as ModelRequest.Malformed {
            return .failure(error)
        }
    }

    private static func notFound(_ request: Request) -> Response {
        .apiError(
            status: 404, type: "not_found_error", message: "\(request.method) \(request.uri.path) is not played.", requestID: "req_none")
    }
}
