import ControlAPI
import FoundationEssentials
import Glibc
import Orchestration
import TestSupport
import Testing

@Suite("The control interface")
struct ControlServerTests {
    @Test("a client reads the status and the health of the run that is served")
    func roundTrip() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl()) {
                let client = ControlClient(socketPath: path)
                let status = try await client.status()
                #expect(status == RunFixture().status)
                let health = try await client.health()
                #expect(health == ControlHealth(pid: getpid(), run: "run-1", version: "1.2.3"))
            }
        }
    }

    @Test("an answer counts that comes before the request has been sent to its end, after which the connection is closed")
    func hastyAnswer() async throws {
        try await TemporaryFolder.with { folder in
            let problem = #"{"error":{"code":"too-large","message":"Too large.","remedy":"Send less."}}"#
            let answer = "HTTP/1.1 413 Content Too Large\r\ncontent-length: \(problem.utf8.count)\r\nconnection: close\r\n\r\n\(problem)"
            try await HastyServer.serving(answer, at: folder.socketPath) {
                let client = ControlClient(socketPath: folder.socketPath)
                // More than a socket takes at once, so that the server closes while the body is being written.
                for length in [1, 4 << 20] {
                    let error = await #expect(throws: ControlClientError.self) {
                        try await client.suspend(reason: String(repeating: "x", count: length), by: "ada")
                    }
                    guard case .refused(let seen) = error else {
                        Issue.record("\(length) characters: \(String(describing: error))")
                        continue
                    }
                    #expect(seen.code == "too-large")
                }
            }
        }
    }

    static func expectServed(at path: String) async throws {
        let run = try await ControlClient(socketPath: path).health().run
        #expect(run == "run-1")
    }

    @Test("suspend answers only after the run stands still")
    func suspend() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            let control = ScriptedControl()
            try await ControlServer.serving(at: path, control) {
                async let answer = ControlClient(socketPath: path).suspend(reason: "cco pause", by: "ada")
                await control.asked.wait()
                #expect(control.seen == ["cco pause by ada"])
                await control.stands.open()
                let status = try await answer
                #expect(control.seen == ["cco pause by ada", "stands"])
                #expect(status.suspension == "cco pause by ada")
            }
        }
    }

    @Test("an answer under way is still sent when the server is stopped")
    func stopDuringSuspend() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            let control = ScriptedControl()
            let server = ControlServer(socketPath: path, run: ID("run-1"), version: "1", control: control)
            let ready = Latch()
            let serving = Task { try await server.run { await ready.open() } }
            await ready.wait()
            let asking = Task { try await ControlClient(socketPath: path).suspend(reason: "SIGTERM", by: "init") }
            await control.asked.wait()
            serving.cancel()
            await control.stands.open()
            #expect(try await asking.value.suspension == "SIGTERM by init")
            try await serving.value
            #expect(folder.names.isEmpty)
        }
    }

    @Test("a deadline ends the client's wait, not the suspension")
    func deadline() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            let control = ScriptedControl()
            try await ControlServer.serving(at: path, control) {
                await #expect(throws: ControlClientError.deadline) {
                    try await ControlClient(socketPath: path).suspend(reason: "pause", by: "ada", deadline: .now)
                }
                await #expect(throws: ControlClientError.deadline) {
                    try await ControlClient(socketPath: path).suspend(reason: "pause", by: "ada", deadline: .now + .milliseconds(200))
                }
                await control.stands.open()
            }
        }
    }

    @Test("the journal is handed out after a number, and what it takes is checked")
    func journal() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl()) {
                let client = ControlClient(socketPath: path)
                #expect(try await client.journal(after: 1).entries.map(\.sequence) == [2, 3])
                #expect(try await client.journal(after: 0, limit: 1, waits: true).entries.map(\.sequence) == [1])
                for query in ["after=x", "after=-1", "limit=-1", "limit=513", "limit=a"] {
                    let answer = try await RawRequest.send(
                        "GET /v1/journal?\(query) HTTP/1.1\r\nHost: cco\r\nConnection: close\r\n\r\n", to: path)
                    #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(query)")
                }
            }
        }
    }

    @Test("only the owner may reach the socket, and nothing is left when the server has stopped")
    func mode() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl()) {
                let facts = try FileManager.default.attributesOfItem(atPath: path)
                #expect(facts[.type] as? FileAttributeType == .typeSocket)
                #expect(facts[.posixPermissions].map { "\($0)" } == "\(0o600)")
            }
            #expect(folder.names.isEmpty)
        }
    }

    @Test("while it is served there is nothing but the socket in its folder")
    func folder() async throws {
        try await TemporaryFolder.with { folder in
            let names = folder
            try await ControlServer.serving(at: folder.socketPath, ScriptedControl()) {
                #expect(names.names == ["control.sock"])
            }
        }
    }

    @Test("the socket that a dead process left is replaced")
    func staleSocket() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            StaleSocket.leave(at: path)
            #expect(folder.names == ["control.sock"])
            await #expect(throws: ControlClientError.notRunning(path)) { try await ControlClient(socketPath: path).status() }
            try await ControlServer.serving(at: path, ScriptedControl()) {
                try await Self.expectServed(at: path)
            }
        }
    }

    @Test("a second server does not take a living one's place")
    func occupied() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, ScriptedControl()) {
                await #expect(throws: ControlServerError.occupied(path, "another process serves it")) {
                    try await ControlServer(socketPath: path, run: ID("run-2"), version: "1", control: ScriptedControl()).run()
                }
                try await Self.expectServed(at: path)
            }
        }
    }

    @Test("a file that is no socket is left alone")
    func foreignFile() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            close(open(path, O_CREAT | O_WRONLY, 0o600))
            await #expect(throws: ControlServerError.occupied(path, "it is not a socket")) {
                try await ControlServer(socketPath: path, run: ID("run-1"), version: "1", control: ScriptedControl()).run()
            }
            #expect(folder.names == ["control.sock"])
        }
    }

    @Test("a path that a socket's address cannot take is refused with its limit, and the longest that it can is served")
    func longPath() async throws {
        try await TemporaryFolder.with { folder in
            let longest = folder.path + "/" + String(repeating: "s", count: 103 - folder.path.utf8.count - 1)
            try await ControlServer.serving(at: longest, ScriptedControl()) {
                try await Self.expectServed(at: longest)
            }
            let path = longest + "s"
            await #expect(throws: ControlServerError.pathTooLong(path, limit: 103)) {
                try await ControlServer(socketPath: path, run: ID("run-1"), version: "1", control: ScriptedControl()).run()
            }
        }
    }

    @Test("a folder that does not exist is told")
    func noFolder() async throws {
        await #expect(throws: ControlServerError.folder("/nonexistent/folder", "No such file or directory")) {
            try await ControlServer(socketPath: "/nonexistent/folder/s", run: ID("run-1"), version: "1", control: ScriptedControl()).run()
        }
    }

    @Test("without a server the client says that no run is going on")
    func notRunning() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            await #expect(throws: ControlClientError.notRunning(path)) { try await ControlClient(socketPath: path).status() }
        }
    }
}

/// What a process that was killed leaves: a bound socket that nobody listens on.
enum StaleSocket {
    static func leave(at path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        close(descriptor)
    }
}
