import DashboardPages
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Observability
import Orchestration
import ServiceLifecycle

/// Answers browsers.
///
/// | request                   | answer                                                                                      |
/// |---------------------------|---------------------------------------------------------------------------------------------|
/// | `GET /?token=…`           | the cookie, and on to `/`                                                                   |
/// | `GET /`, `/app.js`, …     | the pages                                                                                   |
/// | `GET /api/v1/status`      | the status, as `cco status --json` has it                                                   |
/// | `GET /api/v1/events`      | server-sent events: `run` with what has changed; the first one has everything               |
/// | `GET /api/v1/log?source=` | the end of the log, of one source or all                                                    |
/// | …                         | see `DashboardRoute`, and docs/openapi.json for each one's form                              |
struct DashboardResponder: Sendable {
    let rules: AccessRules
    let feed: any RunFeed
    /// What pages show beyond the present; `nil` where only that can be shown.
    var past: (any RunPast)?
    let gates: GateReader
    let opening: Opening
    /// What takes secrets out of answers. It is there before any route answers, and without it nothing but refusals is sent.
    private(set) var redactor: Redactor?

    init(rules: AccessRules, feed: any RunFeed, past: (any RunPast)?, gates: GateReader, opening: Opening) {
        self.rules = rules
        self.feed = feed
        self.past = past
        self.gates = gates
        self.opening = opening
    }

    /// Entries of the log in one answer.
    static let longestLog = 1_500

    /// Nothing from elsewhere, nothing inline, in no frame; and nothing stays in the browser.
    static let headers: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
        fields[.xContentTypeOptions] = "nosniff"
        fields[.cacheControl] = "no-store"
        for (name, value) in [("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin")] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }()

    func respond(to request: Request) async -> Response {
        let credentials = AccessRules.Credentials(
            host: request.head.authority, origin: request.headers[.origin], cookies: request.headers[.cookie],
            authorization: request.headers[.authorization], queryToken: request.uri.queryParameters["token"].map(String.init))
        let path = request.uri.path
        if path == "/", rules.admits(credentials) { return admission }
        do {
            try rules.check(credentials, changes: request.method != .get && request.method != .head)
        } catch {
            return refusal(error, isPage: path == "/")
        }
        let routes = DashboardRoute.at(path)
        if let (route, parameter) = routes.first(where: { $0.route.method == request.method }) {
            var knowing = self
            do {
                knowing.redactor = try feed.redactor()
            } catch {
                if route.showsRun { return secretsUnknown(error) }
            }
            return await route.answer(knowing, request, parameter)
        }
        if routes.isEmpty {
            guard let file = DashboardPages.files[path] else { return problem(404, "unknown-route", "There is nothing at \(path).") }
            if request.method == .get {
                return Response(
                    status: .ok, headers: Self.headers.with(.contentType, Self.type(of: path)),
                    body: ResponseBody(byteBuffer: path == "/" ? await page(file) : ByteBuffer(bytes: file)))
            }
        }
        var answer = problem(405, "wrong-method", "\(path) does not take \(request.method.rawValue).")
        answer.headers[.allow] = routes.isEmpty ? "GET" : routes.map(\.route.method.rawValue).joined(separator: ", ")
        return answer
    }

    // MARK: Access

    private var admission: Response {
        var headers = Self.headers.with(.location, "/")
        headers[.setCookie] = "\(rules.cookie)=\(rules.token); Path=/; HttpOnly; SameSite=Strict"
        return Response(status: .seeOther, headers: headers)
    }

    /// Agents run as the run's user, who may have the token within reach.
    var agentRefusal: Response {
        problem(
            403, "forbidden", "A process of the run may neither look at it nor control it.",
            remedy: "Put what a person should know or decide into the report.")
    }

    private func refusal(_ refusal: AccessRules.Refusal, isPage: Bool) -> Response {
        switch refusal {
        case .host: return problem(421, "wrong-host", "This server is http://127.0.0.1:\(rules.port).")
        case .origin: return problem(403, "wrong-origin", "A request of another site is not answered.")
        case .token:
            guard isPage else { return problem(401, "no-token", "Open the link that cco web has printed.") }
            let text = "This page needs the link that cco web has printed on its terminal. Open it from there.\n"
            return Response(
                status: .unauthorized, headers: Self.headers.with(.contentType, "text/plain; charset=utf-8"),
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    private func secretsUnknown(_ error: any Error) -> Response {
        problem(
            503, "secrets-unknown", "The configuration's secrets are not known, so nothing of the run is shown: \(error)",
            remedy: "Mend the configuration; nothing has to be started anew.")
    }

    // MARK: Answers

    /// The page with the run as it stands. Without it where that cannot be shown: then the stream, which the page asks for, says why.
    private func page(_ file: [UInt8]) async -> ByteBuffer {
        let moment = await feed.moment()
        let end = Array("</body>".utf8)
        guard let redactor = try? feed.redactor(), let bytes = try? opening.page(of: moment, redactor),
            let place = file.indices.last(where: { file[$0...].starts(with: end) })
        else { return ByteBuffer(bytes: file) }
        var page = ByteBuffer(bytes: file[..<place])
        page.writeString("<script type=\"application/json\" id=\"opening\">")
        page.writeBytes(bytes)
        page.writeString("</script>\n")
        page.writeBytes(file[place...])
        return page
    }

    /// Makes what the first page needs, so that it need not wait for it.
    func prepare() async { _ = await page(Array("</body>".utf8)) }

    func events(_ request: Request) -> Response {
        let (feed, opening) = (feed, opening)
        let body = ResponseBody { writer in
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                var known: RunMoment?
                for await _ in await feed.changes().cancelOnGracefulShutdown() {
                    let moment = await feed.moment()
                    if let known, RunUpdate.isSame(moment, as: known) { continue }
                    // While the configuration is being changed nothing is told; the next wake tells it.
                    guard let redactor = try? feed.redactor() else { continue }
                    var update = RunUpdate(moment, since: known)
                    let pieces = update.splitTasks()
                    let isFirst = known == nil
                    known = moment
                    // Waits until the browser has taken it: a slow one is told less often, and of the newest.
                    if isFirst {
                        try await writer.write(Self.event("run", try opening.event(of: update, moment, redactor)))
                    } else {
                        try await writer.write(try Self.event("run", update, redactor))
                    }
                    for piece in pieces { try await writer.write(try Self.event("tasks", piece, redactor)) }
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: Self.headers.with(.contentType, "text/event-stream"), body: body)
    }

    private static func event(_ name: String, _ value: some Encodable, _ redactor: Redactor) throws -> ByteBuffer {
        event(name, redactor.redacted(Array(try encoder.encode(value))))
    }

    private static func event(_ name: String, _ data: [UInt8]) -> ByteBuffer {
        var event = ByteBuffer(string: "event: \(name)\ndata: ")
        event.writeBytes(data)
        event.writeString("\n\n")
        return event
    }

    func log(_ source: String?) async -> Response {
        json(["entries": Self.entries(of: await feed.moment().log, source: source)])
    }

    /// The newest lines of one source, or of all.
    static func entries(of log: LogTail, source: String?) -> [LogTail.Entry] {
        guard let source, !source.isEmpty else { return Array(log.entries.suffix(longestLog)) }
        let chosen = log.entries.lazy.filter { $0.source == source }.map { entry in
            var entry = entry
            entry.text = LogTail.withoutTurn(entry.text)
            return entry
        }
        return Array(chosen.suffix(longestLog))
    }

    func pause() async -> Response {
        do {
            try await feed.pause()
            return plain(["paused": true])
        } catch {
            return problem(409, "not-paused", "\(error)")
        }
    }

    static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    /// Something of the run, without its secrets. A secret in a JSON text is found as it is escaped there.
    func json(_ value: some Encodable) -> Response {
        do {
            return answer(Array(try Self.encoder.encode(value)), "application/json")
        } catch {
            // Only a number that JSON cannot hold gets here.
            return Response(status: .internalServerError, headers: Self.headers)
        }
    }

    /// Sends a text of the run without its secrets.
    func answer(_ text: [UInt8], _ type: String, headers: HTTPFields = Self.headers, status: Int = 200) -> Response {
        guard let redactor else { return Response(status: .internalServerError, headers: Self.headers) }
        return Response(
            status: .init(code: status), headers: headers.with(.contentType, type),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: redactor.redacted(text))))
    }

    /// A refusal. Those before a route answers have nothing of the run in them.
    func problem(_ status: Int, _ code: String, _ message: String, remedy: String = "") -> Response {
        let problem = Problem(error: .init(code: code, message: message, remedy: remedy.isEmpty ? nil : remedy))
        guard redactor != nil else { return plain(problem, status: status) }
        // A few texts can always be written.
        return answer(Array((try? Self.encoder.encode(problem)) ?? Data()), "application/json", status: status)
    }

    /// Something that has no words of the run in it.
    private func plain(_ value: some Encodable, status: Int = 200) -> Response {
        Response(
            status: .init(code: status), headers: Self.headers.with(.contentType, "application/json"),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: (try? Self.encoder.encode(value)) ?? Data())))
    }

    private struct Problem: Encodable {
        struct Fields: Encodable {
            var code: String
            var message: String
            var remedy: String?
        }

        var error: Fields
    }

    /// Whether a path is of a file that is the same for every run; the page itself is not, for it brings the run.
    static func isCode(_ path: String) -> Bool { path != "/" && DashboardPages.files[path] != nil }

    private static func type(of path: String) -> String {
        if path.hasSuffix(".js") { return "text/javascript; charset=utf-8" }
        return path.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/html; charset=utf-8"
    }
}

extension HTTPFields {
    func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}
