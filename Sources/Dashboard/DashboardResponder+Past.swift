import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Observability
import Orchestration

/// The routes of what pages show beyond the present. `at` is the number of an event.
///
/// | request                            | answer                                                                       |
/// |------------------------------------|------------------------------------------------------------------------------|
/// | `GET /api/v1/status?at=N`          | the status as it was                                                         |
/// | `GET /api/v1/moment?at=N&from=M`   | what differs from the moment `M`, as server-sent events have it              |
/// | `GET /api/v1/log?at=N&source=`     | what the events had told by then                                             |
/// | `GET /api/v1/timeline?after=R`     | spans and marks that are new since revision `R`                              |
/// | `GET /api/v1/commit?id=`           | a commit with its receipt                                                    |
/// | `GET /api/v1/work?task=`           | what a task's branch changes                                                 |
/// | `GET /report`                      | the report as a page                                                         |
extension DashboardResponder {
    private static let pastPaths: Set = ["/api/v1/moment", "/api/v1/timeline", "/api/v1/commit", "/api/v1/work", "/report"]

    /// `nil` for a request about the present.
    func answerPast(_ request: Request) async -> Response? {
        let query = request.uri.queryParameters
        let path = request.uri.path
        let isPast = query["at"] != nil && (path == "/api/v1/status" || path == "/api/v1/log")
        guard isPast || Self.pastPaths.contains(path) else { return nil }
        guard request.method == .get else { return problem(405, "wrong-method", "\(path) does not take \(request.method.rawValue).") }
        guard let past else { return problem(404, "no-history", "Only the present is shown here.") }
        do {
            return try await answer(path, query, past)
        } catch let error as QueryError {
            return problem(400, "malformed-query", error.message)
        } catch {
            return problem(503, "not-now", "\(error)")
        }
    }

    private struct QueryError: Error {
        var message: String
    }

    private func answer(_ path: String, _ query: Parameters, _ past: any RunPast) async throws -> Response {
        switch path {
        case "/api/v1/timeline": return json(try await past.timeline(after: Int(try number("after", query) ?? 0)))
        case "/api/v1/status": return json(try await past.moment(at: try wanted(query)).moment.status)
        case "/api/v1/log":
            let log = try await past.moment(at: try wanted(query)).moment.log
            return json(["entries": Self.entries(of: log, source: query["source"].map(String.init))])
        case "/api/v1/moment": return try await moment(query, past)
        case "/api/v1/commit":
            let id = query["id"].map(String.init) ?? ""
            guard let page = try await past.commit(id) else {
                return problem(404, "no-commit", "The run's repository has no commit \(id.prefix(64)).")
            }
            return json(page)
        case "/api/v1/work":
            let task = query["task"].map(String.init) ?? ""
            guard let page = try await past.work(on: task) else {
                return problem(404, "no-work", "There are no commits of \(task.prefix(64)) yet.")
            }
            return json(page)
        default: return page(try await past.report())
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
        guard let number = Int64(text), number >= 0 else {
            throw QueryError(message: "`\(name)` is the number of an event, not \(text.prefix(40)).")
        }
        return number
    }

    /// The report brings its own style, which nothing else may do.
    private func page(_ html: String) -> Response {
        var headers = Self.headers
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src \(ReportStyle.hash); img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
