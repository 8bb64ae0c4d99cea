import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Orchestration

/// Answers the requests of the control interface.
struct ControlResponder: HTTPResponder {
    let health: ControlHealth
    let control: any RunControl
    let owner: UInt32
    let waiting: WaitingPlaces
    let isAgent: @Sendable (Int32) -> Bool
    let redact: @Sendable ([UInt8]) -> [UInt8]

    /// The longest text of a suspension, in characters; it is shown in views and kept in the journal.
    static let longestText = 500

    func respond(to request: Request, context: ControlContext) async -> Response {
        do {
            try await context.checkPeer(owner, isAgent: isAgent)
            return try await route(request)
        } catch let problem as ControlProblem {
            return answer(ControlProblem.Body(problem), status: problem.status)
        } catch {
            let problem = ControlProblem(
                code: "internal", message: "The request failed: \(error).", remedy: "The run's log may say more.", status: 500)
            return answer(ControlProblem.Body(problem), status: problem.status)
        }
    }

    private func route(_ request: Request) async throws -> Response {
        switch request.uri.path {
        case ControlPath.status:
            try require(.get, request)
            return answer(try await control.status())
        case ControlPath.cost:
            try require(.get, request)
            return answer(try await control.cost())
        case ControlPath.journal:
            try require(.get, request)
            // Its events are redacted by themselves: here they are texts within a text.
            return answer(try await journal(request), isRedacted: true)
        case ControlPath.health:
            try require(.get, request)
            return answer(health)
        case ControlPath.suspend:
            try require(.post, request)
            let order = try await suspendRequest(request)
            return answer(try await control.suspend(reason: order.reason, by: order.by.isEmpty ? UserName.of(owner) : order.by))
        case ControlPath.orders:
            try require(.post, request)
            return answer(try await take(try await body(of: request, OrderRequest.self, like: OrderRequest.form)))
        default:
            throw ControlProblem(
                code: "unknown-route", message: "There is nothing at \(request.uri.path).",
                remedy: "There are \(ControlPath.status), \(ControlPath.cost), \(ControlPath.suspend), \(ControlPath.orders), "
                    + "\(ControlPath.journal) and \(ControlPath.health).",
                status: 404)
        }
    }

    private func require(_ method: HTTPRequest.Method, _ request: Request) throws {
        guard request.method != method else { return }
        throw ControlProblem(
            code: "wrong-method", message: "\(request.uri.path) does not take \(request.method.rawValue).",
            remedy: "Use \(method.rawValue).", status: 405)
    }

    /// A reader that waits and goes away takes its waiting along. One for whom there is no place is told at once how it stands.
    private func journal(_ request: Request) async throws -> JournalPage {
        let query = request.uri.queryParameters
        guard let after = Int64(query["after"] ?? "0"), after >= 0, let limit = Int(query["limit"] ?? "\(JournalPage.largest)"),
            (0...JournalPage.largest).contains(limit)
        else {
            throw ControlProblem(
                code: "malformed-query", message: "`after` and `limit` are not what this path takes.",
                remedy: "`after` is an event's number, `limit` one from 0 to \(JournalPage.largest).", status: 400)
        }
        guard query["wait"] == "1", waiting.take() else { return try await control.journal(after: after, limit: limit, waits: false) }
        defer { waiting.giveBack() }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await control.journal(after: after, limit: limit, waits: true)
        }
    }

    private func suspendRequest(_ request: Request) async throws -> SuspendRequest {
        let order = try await body(of: request, SuspendRequest.self, like: "{\"reason\": \"…\", \"by\": \"…\"}")
        guard order.reason.count <= Self.longestText, order.by.count <= Self.longestText else { throw tooLarge }
        return order
    }

    /// Has an order carried out. Who gives it is what they call themselves, or the user that the kernel sees at the other end.
    private func take(_ request: OrderRequest) async throws -> OrderReceipt {
        if let run = request.run, run != health.run {
            throw ControlProblem(
                code: "other-run", message: "The run that goes on is \(health.run), not \(run).", remedy: "Name that one, or none.",
                status: 409)
        }
        do {
            return try await control.order(try request.order(by: UserName.of(owner)))
        } catch let objection as OrderObjection {
            let status =
                switch objection.kind {
                case .unknown: 404
                case .invalid: 400
                case .untimely: 409
                }
            throw ControlProblem(code: objection.kind.rawValue, message: objection.message, remedy: objection.remedy, status: status)
        }
    }

    private func body<Body: Decodable>(of request: Request, _ type: Body.Type, like form: String) async throws -> Body {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: OrderRequest.largest)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw tooLarge
        }
        do {
            return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
        } catch is DecodingError {
            throw ControlProblem.malformedBody(form: form)
        }
    }

    private var tooLarge: ControlProblem {
        ControlProblem(
            code: "too-large", message: "The request's body is too large.",
            remedy: "A body may have \(OrderRequest.largest) bytes, and each text in it \(Self.longestText) characters.", status: 413)
    }

    /// - Parameter isRedacted: whether no secret can be in it.
    private func answer(_ value: some Encodable, status: Int = 200, isRedacted: Bool = false) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let text = Array(try encoder.encode(value))
            return Response(
                status: .init(code: status), headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: isRedacted ? text : redact(text))))
        } catch {
            // Only a number that JSON cannot hold gets here.
            let text = #"{"error":{"code":"internal","message":"The answer cannot be written as JSON.","remedy":"Please report this."}}"#
            return Response(
                status: .internalServerError, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }
}
