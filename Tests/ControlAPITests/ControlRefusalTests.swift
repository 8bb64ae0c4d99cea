import Glibc
import Orchestration
import Testing

@testable import ControlAPI

@Suite("Refusals of the control interface")
struct ControlRefusalTests {
    /// A request that is refused, and how.
    struct Refused: Sendable, CustomTestStringConvertible {
        let line: String
        var body = ""
        let status: Int
        let code: String

        var testDescription: String { "\(line) with \(body.utf8.count) bytes" }
    }

    @Test(
        "an unknown path, a wrong method and a bad body are refused with what to do",
        arguments: [
            Refused(line: "GET /v2/status", status: 404, code: "unknown-route"),
            Refused(line: "GET /", status: 404, code: "unknown-route"),
            Refused(line: "POST /v1/status", body: "{}", status: 405, code: "wrong-method"),
            Refused(line: "GET /v1/suspend", status: 405, code: "wrong-method"),
            Refused(line: "DELETE /v1/health", status: 405, code: "wrong-method"),
            Refused(line: "POST /v1/suspend", status: 400, code: "malformed-body"),
            Refused(line: "POST /v1/suspend", body: "{\"reason\": 1}", status: 400, code: "malformed-body"),
            Refused(line: "POST /v1/suspend", body: "\u{1}", status: 400, code: "malformed-body"),
            Refused(
                line: "POST /v1/suspend", body: "{\"reason\": \"\(String(repeating: "x", count: 501))\", \"by\": \"ada\"}", status: 413,
                code: "too-large"),
            Refused(line: "POST /v1/suspend", body: String(repeating: " ", count: 65_537), status: 413, code: "too-large"),
        ])
    func refusals(request: Refused) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            let control = ScriptedControl()
            try await ControlServer.serving(at: path, control) {
                let answer = try await RawRequest.send(
                    "\(request.line) HTTP/1.1\r\nHost: cco\r\nConnection: close\r\nContent-Length: \(request.body.utf8.count)\r\n\r\n\(request.body)",
                    to: path)
                #expect(answer.hasPrefix("HTTP/1.1 \(request.status) "))
                #expect(answer.contains("{\"error\":{\"code\":\"\(request.code)\",\"message\":\""))
                #expect(answer.contains("\"remedy\":\""))
                #expect(control.seen.isEmpty)
            }
        }
    }

    @Test("what is no HTTP is answered with a refusal, and the server goes on")
    func garbage() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl()) {
                let answer = try await RawRequest.send("hello there\r\n\r\n", to: path)
                #expect(answer.hasPrefix("HTTP/1.1 400 "))
                try await ControlServerTests.expectServed(at: path)
            }
        }
    }

    @Test("a refusal of the run's control reaches the client as it is")
    func refusedByControl() async throws {
        let problem = ControlProblem(code: "ending", message: "The run is ending.", remedy: "Wait for it.", status: 409)
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl(failure: problem)) {
                await #expect(throws: ControlClientError.refused(problem)) { try await ControlClient(socketPath: path).status() }
            }
        }
    }

    @Test("a process of another user is refused")
    func foreignUser() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            var server = ControlServer(socketPath: path, run: ID("run-1"), version: "1", control: ScriptedControl())
            server.owner = geteuid() + 1
            try await server.serving {
                let answer = try await RawRequest.send("GET /v1/status HTTP/1.1\r\nHost: cco\r\nConnection: close\r\n\r\n", to: path)
                #expect(answer.hasPrefix("HTTP/1.1 403 "))
                #expect(answer.contains("\"code\":\"forbidden\""))
            }
        }
    }

    @Test("a process of the run gets no answer, whatever it asks for")
    func agents() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            let control = ScriptedControl()
            let server = ControlServer(
                socketPath: path, run: ID("run-1"), version: "1", control: control, isAgent: { $0 == getpid() })
            try await server.serving {
                for request in [
                    "GET /v1/status", "GET /v1/cost", "GET /v1/journal", "GET /v1/health", "GET /nothing", "POST /v1/orders",
                    "POST /v1/suspend",
                ] {
                    let answer = try await RawRequest.send("\(request) HTTP/1.1\r\nHost: cco\r\nConnection: close\r\n\r\n", to: path)
                    #expect(answer.hasPrefix("HTTP/1.1 403 ") && answer.contains("\"code\":\"forbidden\""), "\(request)")
                }
                #expect(control.seen.isEmpty)
            }
        }
    }

    @Test("any other failure is an internal one with its text")
    func internalFailure() async throws {
        struct Broken: Error, CustomStringConvertible { let description = "the journal is gone" }
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl(failure: Broken())) {
                let expected = ControlProblem(
                    code: "internal", message: "The request failed: the journal is gone.", remedy: "The run's log may say more.",
                    status: 500)
                await #expect(throws: ControlClientError.refused(expected)) { try await ControlClient(socketPath: path).status() }
            }
        }
    }

    @Test("what agents wrote is told without secrets, in answers and in refusals")
    func redaction() async throws {
        let redact: @Sendable ([UInt8]) -> [UInt8] = { Array(String(decoding: $0, as: UTF8.self).replacing("secret", with: "-").utf8) }
        let problem = ControlProblem(code: "untimely", message: "The task \"a secret\" is over.", remedy: "", status: 409)
        for failure in [nil, problem] {
            try await TemporaryFolder.with { folder in
                let path = folder.socketPath
                let control = ScriptedControl(failure: failure, repository: "a secret place")
                let server = ControlServer(socketPath: path, run: ID("run-1"), version: "1", control: control, redact: redact)
                try await server.serving {
                    let answer = try await RawRequest.send("GET /v1/status HTTP/1.1\r\nHost: cco\r\nConnection: close\r\n\r\n", to: path)
                    #expect(!answer.contains("secret") && answer.contains(failure == nil ? "a - place" : "a -"), "\(answer)")
                }
            }
        }
    }
}
