import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Observability
import Orchestration
import ServiceLifecycle

/// The routes of what pages show beyond the present. `at` is the number of an event.
///
/// | request                            | answer                                                                       |
/// |------------------------------------|------------------------------------------------------------------------------|
/// | `GET /api/v1/status?at=N`          | the status as it was                                                         |
/// | `GET /api/v1/moment?at=N&from=M`   | what differs from the moment `M`, as server-sent events have it              |
/// | `GET /api/v1/log?at=N&source=`     | what the events had told by then                                             |
/// | `GET /api/v1/timeline?after=R`     | spans and marks that are new since revision `R`, with `&limit=` in pieces    |
/// | `GET /api/v1/timeline?task=`       | those that are about a task                                                  |
/// | `GET /api/v1/commits/{id}`         | a commit with its receipt                                                    |
/// | `GET /api/v1/work/{task}`          | what a task's branch changes                                                 |
/// | `GET /api/v1/agents/{id}/transcript` | a piece of what an agent said and did, by `turn`, `before`, `after`, `at` |
/// | `GET /api/v1/gates/{run}/log`      | a piece of what a gate printed, by `before`, `after`                          |
/// | `GET /report`                      | the report as a page                                                         |
extension DashboardResponder {
    func status(_ request: Request) async -> Response {
        request.uri.queryParameters["at"] == nil ? json(await feed.moment().status) : await answerPast(request)
    }

    func log(_ request: Request) async -> Response {
        let source = request.uri.queryParameters["source"].map(String.init)
        return request.uri.queryParameters["at"] == nil ? await log(source) : await answerPast(request)
    }

    func answerPast(_ request: Request, _ parameter: String = "") async -> Response {
        await answering { try await answer(request.uri.path, parameter, request.uri.queryParameters, $0) }
    }

    /// A piece of a long text.
    func answerPiece(_ request: Request, _ parameter: String) async -> Response {
        let query = request.uri.queryParameters
        return await answering { past in
            let wish = PieceWish(before: try number("before", query), after: try number("after", query))
            if request.uri.path.hasPrefix("/api/v1/gates/") {
                // A server that stops waits for no gate.
                let found = try await cancelWhenGracefulShutdown { try await past.gateLog(of: parameter, wish) }
                return found.map { json($0) } ?? problem(404, "not-found", "Nothing is kept of a gate run \(parameter.prefix(64)).")
            }
            let turn = query["turn"].map(String.init)
            if let turn, !Self.isTurn(turn) { throw QueryError(message: "`turn` is a turn's id, such as turn-7.") }
            let found = try await past.transcript(of: parameter, turn: turn, wish, until: try number("at", query))
            return found.map { json($0) } ?? problem(404, "not-found", "Nothing is kept of such an agent, or of that turn of it.")
        }
    }

    private static func isTurn(_ text: String) -> Bool {
        let digits = text.dropFirst(5)
        return text.hasPrefix("turn-") && (1...18).contains(digits.utf8.count) && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private func answering(_ body: (any RunPast) async throws -> Response) async -> Response {
        guard let past else { return problem(404, "no-history", "Only the present is shown here.") }
        do {
            return try await body(past)
        } catch let error as QueryError {
            return problem(400, "malformed-query", error.message)
        } catch {
            return problem(503, "not-now", "\(error)", remedy: "Try again in a moment.")
        }
    }

    private struct QueryError: Error {
        var message: String
    }

    private func answer(_ path: String, _ parameter: String, _ query: Parameters, _ past: any RunPast) async throws -> Response {
        switch path {
        case "/api/v1/timeline":
            let (after, limit) = (try number("after", query) ?? 0, try number("limit", query) ?? .max)
            if let task = query["task"] { return json(try await past.timeline(of: String(task))) }
            return json(try await past.timeline(after: Int(after), limit: Int(max(1, limit))))
        case "/api/v1/status": return json(try await past.moment(at: try wanted(query)).moment.status)
        case "/api/v1/log":
            let log = try await past.moment(at: try wanted(query)).moment.log
            return json(["entries": Self.entries(of: log, source: query["source"].map(String.init))])
        case "/api/v1/moment": return try await moment(query, past)
        case "/report": return page(try await past.report())
        default:
            if path.hasPrefix("/api/v1/commits/"), let commit = try await past.commit(parameter) { return json(commit) }
            if path.hasPrefix("/api/v1/work/"), let work = try await past.work(on: parameter) { return json(work) }
            if path.hasPrefix("/api/v1/commits/") { return problem(404, "not-found", "This run has no commit \(parameter.prefix(64)).") }
            return problem(404, "not-found", "There is nothing of \(parameter.prefix(64)) yet.")
        }
    }

    private func moment(_ query: Parameters, _ past: any RunPast) async throws -> Response {
        struct Answer: Encodable {
            var update: RunUpdate
            var sequence: Int64
            var last: Int64
        }
        let found = try await past.moment(at: try wanted(query))
        var known: RunMoment?
        if let from = try number("from", query), from > 0 { known = try await past.moment(at: from).moment }
        return json(Answer(update: RunUpdate(found.moment, since: known), sequence: found.sequence, last: found.last))
    }

    private func wanted(_ query: Parameters) throws -> Int64 {
        guard let number = try number("at", query) else { throw QueryError(message: "`at` is missing.") }
        return number
    }

    private func number(_ name: String, _ query: Parameters) throws -> Int64? {
        guard let text = query[Substring(name)] else { return nil }
        guard let number = Self.eventNumber(text) else {
            throw QueryError(message: "`\(name)` is a number, not \(text.prefix(40)).")
        }
        return number
    }

    /// The report brings its own style, which nothing else may do.
    private func page(_ html: String) -> Response {
        var headers = Self.headers
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src \(ReportStyle.hash); img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return answer(Array(html.utf8), "text/html; charset=utf-8", headers: headers)
    }
}
