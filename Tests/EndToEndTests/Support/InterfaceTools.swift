import Foundation
import FoundationNetworking
import Testing

@testable import TestSupport

/// Programs of others that look at the web interface; scripts/setup fetches them.
enum InterfaceTools {
    /// The folder with python, schemathesis and a reader of Prometheus's form; `nil` when they are not there.
    static let folder: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: cache + "/cco/api-tests")) ?? []
        let folders = names.sorted().map { "\(cache)/cco/api-tests/\($0)/bin" }
        return folders.last { FileManager.default.isExecutableFile(atPath: $0 + "/schemathesis") }
    }()

    static var python: String { (folder ?? "") + "/python" }
    static var schemathesis: String { (folder ?? "") + "/schemathesis" }

    /// Prints what comes over a connection, line by line: URL, token, and headers as NAME=VALUE.
    static let reader = """
        from http.client import IncompleteRead
        from sys import argv, stdout
        from urllib.request import Request, urlopen
        url, token, *headers = argv[1:]
        request = Request(url, headers={"Authorization": "Bearer " + token, **dict(h.split("=", 1) for h in headers)})
        try:
            with urlopen(request) as answer:
                for line in answer:
                    stdout.buffer.write(line)
                    stdout.flush()
        except (ConnectionError, IncompleteRead):
            print("broken off", flush=True)
        """

    /// Asks for a stream, tells its own port, stands still at once, and prints what comes when it is let go on: port, token, path. It and the
    /// server's side of its connection take little, as a far-off one does that is full.
    static let stoppedReader = """
        from os import getpid, kill
        from signal import SIGSTOP
        from socket import IPPROTO_TCP, SO_RCVBUF, SOL_SOCKET, TCP_MAXSEG, socket
        from sys import argv, stdout
        port, token, path = argv[1:]
        with socket() as connection:
            connection.setsockopt(SOL_SOCKET, SO_RCVBUF, 1)
            connection.setsockopt(IPPROTO_TCP, TCP_MAXSEG, 536)
            connection.connect(("127.0.0.1", int(port)))
            head = f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nAuthorization: Bearer {token}\\r\\n\\r\\n"
            connection.sendall(head.encode())
            print("from", connection.getsockname()[1], flush=True)
            kill(getpid(), SIGSTOP)
            while piece := connection.recv(65536):
                stdout.buffer.write(piece)
                stdout.flush()
        """

    /// A collector of traces on loopback: prints its port, and each span that it gets as JSON. A signal ends it.
    static let collector = """
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from json import dumps, loads
        class Collector(BaseHTTPRequestHandler):
            def do_POST(self):
                body = loads(self.rfile.read(int(self.headers["content-length"])))
                for resource in body["resourceSpans"]:
                    for scope in resource["scopeSpans"]:
                        for span in scope["spans"]:
                            print(dumps(span), flush=True)
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
            def log_message(self, *words):
                pass
        server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
        print("port", server.server_port, flush=True)
        server.serve_forever()
        """

    /// Reads metrics with Prometheus's own library and prints each sample as JSON.
    static let metrics = """
        from json import dumps
        from sys import argv
        from prometheus_client.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(open(argv[1]).read()):
            for sample in family.samples:
                print(dumps([sample.name, sample.labels, sample.value]))
        """
}

/// A `cco web` of a test.
struct RunningWeb: Sendable {
    let process: RunningCco
    let address: String
    let token: String

    /// Asks for something and gives status and body.
    func ask(_ path: String, method: String = "GET", body: String? = nil) async throws -> (status: Int, text: String) {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var request = URLRequest(url: try #require(URL(string: address + path)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        let (data, response) = try await session.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    func stop() async throws {
        try process.signal(SIGINT)
        _ = try await process.ended()
    }
}

extension CompanyFixture {
    func web() async throws -> RunningWeb {
        let process = try await begin(["web"])
        try await process.expectSays("The run's pages: ")
        let output = try process.output()
        let link = try #require(output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("http://127.0.0.1:") })
        let parts = link.split(separator: "/?token=")
        return RunningWeb(process: process, address: String(parts[0]), token: String(parts[1]))
    }
}
