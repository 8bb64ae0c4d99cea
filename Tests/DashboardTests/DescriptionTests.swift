import Foundation
import Testing

@testable import Dashboard

/// The interface's description for programs.
@Suite("The OpenAPI description")
struct DescriptionTests {
    private struct Document: Decodable {
        struct Operation: Decodable {
            var operationId: String
        }

        var openapi: String
        var paths: [String: [String: Operation]]
    }

    @Test("it has the routes that there are, and no others, and the server hands it out")
    func routes() async throws {
        try await PagesServer.serving(ScriptedFeed()) { server in
            let answer = try await server.ask("/api/v1/openapi.json")
            #expect(answer.headers["Content-Type"] == "application/json")
            let document = try JSONDecoder().decode(Document.self, from: Data(answer.text.utf8))
            #expect(document.openapi == "3.1.0")
            let described = document.paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } }
            #expect(Set(described) == Set(DashboardRoute.all.map { "\($0.verb) \($0.path)" }))
            let names = document.paths.values.flatMap { $0.values.map(\.operationId) }
            #expect(Set(names).count == names.count)
        }
    }

    @Test("metrics are text that Prometheus reads, and need the token")
    func metrics() async throws {
        try await PagesServer.serving(ScriptedFeed()) { server in
            let answer = try await server.ask("/metrics")
            #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.text.contains("\ncco_run_live 1\n"))
            #expect(try await server.ask("/metrics", headers: [:]).status == 401)
        }
    }
}
