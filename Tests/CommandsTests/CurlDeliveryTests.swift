import FoundationEssentials
import Orchestration
import Testing

@testable import Commands
@testable import Telemetry

/// A collector over TLS on the loopback address, with an authority that exists in this test only.
@Suite("Traces over TLS")
struct CurlDeliveryTests {
    /// Answers so many requests, and ends; what it was sent last is in the file `got`.
    private static let collector = """
        from http.server import BaseHTTPRequestHandler, HTTPServer
        from ssl import PROTOCOL_TLS_SERVER, SSLContext
        from sys import argv

        class Collector(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with open("got", "wb") as file:
                    file.write(f"{self.path} {self.headers['x-key']} {self.headers['content-type']}\\n".encode() + body)
                self.send_response(int(argv[1]))
                self.end_headers()

        server = HTTPServer(("127.0.0.1", 0), Collector)
        server.timeout = 60
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem", "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with open("port", "w") as port:
            port.write(f"{server.server_address[1]}\\n")
        server.handle_request()
        """

    /// The port of a server that answers one request.
    private func serve(_ place: TemporaryPlace, status: Int) async throws -> String {
        try place.write("collector.py", Self.collector)
        return try await place.shell(
            """
            rm -f port; mkfifo port
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=authority -days 1 2>/dev/null
            openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost 2>/dev/null
            echo subjectAltName=IP:127.0.0.1 >extra
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 1 -extfile extra 2>/dev/null
            setsid python3 collector.py \(status) >/dev/null 2>&1 </dev/null &
            cat port
            """)
    }

    private func exporter(_ port: String, _ place: TemporaryPlace, trusting certificate: Bool) throws -> OTLPExporter {
        var environment = ["OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%22b%5Cc"]
        if certificate { environment["OTEL_EXPORTER_OTLP_CERTIFICATE"] = place.path + "/ca.pem" }
        let settings = try OTLPSettings(endpoint: "https://127.0.0.1:\(port)", environment: environment)
        return OTLPExporter(settings, version: "1", pauses: [], secure: CurlDelivery(environment: place.git).send)
    }

    private static let span = Span(
        id: 1, parent: nil, name: "turn", start: 1, end: 2, attributes: [:])
    private static let identity = TraceIdentity(run: ID("run-1"), seed: 1)

    @Test("a collector whose authority is trusted gets the spans, and the headers as they are")
    func trusted() async throws {
        let place = try TemporaryPlace()
        let port = try await serve(place, status: 200)
        try await exporter(port, place, trusting: true).send([Self.span], of: Self.identity, run: ID("run-1"))
        let got = try place.read("got")
        #expect(got.hasPrefix("/v1/traces a\"b\\c application/json\n{"), "\(got.prefix(200))")
        #expect(got.contains("resourceSpans"))
    }

    @Test("one that refuses is told apart from one that is not trusted")
    func refused() async throws {
        let place = try TemporaryPlace()
        let port = try await serve(place, status: 400)
        await #expect(throws: OTLPError.refused(400)) {
            try await exporter(port, place, trusting: true).send([Self.span], of: Self.identity, run: ID("run-1"))
        }
        let other = try await serve(place, status: 200)
        await #expect {
            try await exporter(other, place, trusting: false).send([Self.span], of: Self.identity, run: ID("run-1"))
        } throws: {
            "\($0)".contains("certificate")
        }
    }
}
