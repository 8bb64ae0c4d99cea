import HTTPTypes
import Hummingbird

/// One request that the pages' server answers. The description for programs (docs/openapi.json) has the same ones; a test compares them.
struct DashboardRoute: Sendable {
    typealias Answer = @Sendable (DashboardResponder, Request, _ parameter: String) async -> Response

    let method: HTTPRequest.Method
    /// A part in braces, such as `{id}`, stands for any text without a slash and is given to `answer`.
    let path: String
    let answer: Answer

    /// Whether the answer tells anything of the run; it is not given while the configuration's secrets are not known.
    var showsRun = true

    var verb: String { method.rawValue }

    static let all: [DashboardRoute] = [
        get("/api/v1/status") { responder, request, _ in await responder.status(request) },
        get("/api/v1/events") { responder, request, _ in responder.events(request) },
        get("/api/v1/log") { responder, request, _ in await responder.log(request) },
        post("/api/v1/pause", showsRun: false) { responder, _, _ in await responder.pause() },
        get("/api/v1/cost") { responder, _, _ in await responder.cost() },
        get("/api/v1/tasks/{id}") { responder, _, id in await responder.task(id) },
        get("/api/v1/agents/{id}") { responder, _, id in await responder.agent(id) },
        get("/api/v1/agents/{id}/transcript") { responder, request, id in await responder.answerPiece(request, id) },
        get("/api/v1/gates/{run}/log") { responder, request, id in await responder.answerPiece(request, id) },
        post("/api/v1/orders") { responder, request, _ in await responder.order(request) },
        get("/api/v1/moment") { responder, request, _ in await responder.answerPast(request) },
        get("/api/v1/timeline") { responder, request, _ in await responder.answerPast(request) },
        get("/api/v1/commits/{id}") { responder, request, id in await responder.answerPast(request, id) },
        get("/api/v1/work/{task}") { responder, request, id in await responder.answerPast(request, id) },
        get("/report") { responder, request, _ in await responder.answerPast(request) },
        get("/api/v1/journal/events") { responder, request, _ in await responder.journalEvents(request) },
        get("/api/v1/openapi.json", showsRun: false) { responder, _, _ in responder.description },
        get("/metrics") { responder, _, _ in await responder.metrics() },
    ]

    private static func get(_ path: String, showsRun: Bool = true, _ answer: @escaping Answer) -> DashboardRoute {
        .init(method: .get, path: path, answer: answer, showsRun: showsRun)
    }

    private static func post(_ path: String, showsRun: Bool = true, _ answer: @escaping Answer) -> DashboardRoute {
        .init(method: .post, path: path, answer: answer, showsRun: showsRun)
    }

    /// The routes of a path, with what stands for its part in braces.
    static func at(_ path: String) -> [(route: DashboardRoute, parameter: String)] {
        all.compactMap { route in route.parameter(in: path).map { (route, $0) } }
    }

    private func parameter(in path: String) -> String? {
        guard let brace = self.path.firstIndex(of: "{") else { return path == self.path ? "" : nil }
        let prefix = self.path[..<brace]
        let suffix = self.path[brace...].drop { $0 != "/" }
        guard path.hasPrefix(prefix), path.dropFirst(prefix.count).hasSuffix(suffix) else { return nil }
        let rest = path.dropFirst(prefix.count).dropLast(suffix.count)
        return rest.isEmpty || rest.contains("/") ? nil : String(rest)
    }
}
