import ControlAPI
import Foundation
import Observability
import Orchestration
import Synchronization
import Testing

@testable import Dashboard

/// The interface for programs.
@Suite("The web server's routes")
struct RouteTests {
    @Test("nothing is told without the token, whatever the route and the method")
    func withoutToken() async throws {
        try await PagesServer.serving(ScriptedFeed()) { server in
            for route in DashboardRoute.all {
                let path = route.path.replacingOccurrences(of: "{id}", with: "task-1")
                let bare = try await server.ask(path, headers: [:], method: route.verb)
                #expect([401, 403].contains(bare.status), "\(path)")
                let wrong = try await server.ask(
                    path, headers: ["Authorization": "Bearer \(String(repeating: "0", count: 64))"], method: route.verb)
                #expect(wrong.status == 401, "\(path)")
                let host = try await server.ask(
                    path, headers: ["Authorization": "Bearer \(server.token)", "Host": "evil.example"], method: route.verb)
                #expect(host.status == 421, "\(path)")
                let origin = try await server.ask(
                    path, headers: ["Authorization": "Bearer \(server.token)", "Origin": "http://evil.example"],
                    method: route.verb)
                #expect(origin.status == 403, "\(path)")
                for answer in [bare, wrong, host, origin] {
                    #expect(!answer.headers.keys.contains { $0.lowercased().hasPrefix("access-control-") }, "\(path)")
                }
            }
        }
    }

    @Test("a process of the run gets no answer, even with the token, but the pages' code, which is in every cco")
    func agents() async throws {
        try await PagesServer.serving(ScriptedFeed(), isAgent: true) { server in
            for path in ["/", "/?token=\(server.token)", "/metrics", "/nothing"] + DashboardRoute.all.map(\.path) {
                let answer = try await server.ask(path.replacingOccurrences(of: "{id}", with: "director"))
                #expect(answer.status == 403 && answer.text.contains("process of the run"), "\(path)")
            }
            #expect(try await server.ask("/app.js").status == 200)
            #expect(try await server.ask("/app.js", method: "POST").status == 403)
            #expect(try await server.ask("/app.js", headers: [:]).status == 401)
        }
    }

    @Test("a method that a path does not take is refused with those that it takes")
    func methods() async throws {
        try await PagesServer.serving(ScriptedFeed()) { server in
            let answer = try await server.ask("/api/v1/orders", method: "DELETE")
            #expect(answer.status == 405 && answer.headers["Allow"] == "POST")
            #expect(try await server.ask("/api/v1/status", method: "OPTIONS").status == 405)
            #expect(try await server.ask("/api/v1/nothing").status == 404)
        }
    }

    @Test("an order goes to the engine as it came, and its answer or its refusal comes back")
    func orders() async throws {
        let feed = ScriptedFeed()
        try await PagesServer.serving(feed) { server in
            let body = #"{"id":"1","kind":"tell","agent":"director","text":"hello"}"#
            let answer = try await server.ask("/api/v1/orders", method: "POST", body: body)
            #expect(answer.status == 200 && feed.orders.withLock { $0 } == [body])
            #expect(try JSONDecoder().decode(OrderReceipt.self, from: Data(answer.text.utf8)).subject == "message-1")
            feed.refusal.withLock { $0 = ControlProblem(code: "no-engine", message: "Nobody.", remedy: "Resume.", status: 409) }
            let refused = try await server.ask("/api/v1/orders", method: "POST", body: body)
            #expect(refused.status == 409 && refused.text == #"{"error":{"code":"no-engine","message":"Nobody.","remedy":"Resume."}}"#)
            let long = try await server.ask("/api/v1/orders", method: "POST", body: String(repeating: "x", count: 70_000))
            #expect(long.status == 413)
        }
    }

    @Test("an unknown task or agent is not found, a known one is told with what belongs to it")
    func parts() async throws {
        try await PagesServer.serving(ScriptedFeed()) { server in
            #expect(try await server.ask("/api/v1/tasks/task-99").status == 404)
            #expect(try await server.ask("/api/v1/agents/nobody").status == 404)
            let agent = try await server.ask("/api/v1/agents/director")
            #expect(agent.status == 200 && agent.text.contains(#""id":"director""#))
            #expect(
                try JSONDecoder().decode(CostReport.self, from: Data(try await server.ask("/api/v1/cost").text.utf8)).run
                    == "2026-11-28-14-26-10")
        }
    }
}
