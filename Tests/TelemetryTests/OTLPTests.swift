import Foundation
import Orchestration
import TestSupport
import Testing

@testable import Telemetry

/// What a collector gets.
@Suite("Traces for a collector")
struct OTLPTests {
    private static let identity = TraceIdentity(run: ID("run-1"), seed: 1)
    private static func span(_ number: UInt64) -> Span {
        Span(
            id: number, parent: number == 1 ? nil : 1, name: "gate", start: 1_000, end: 2_500, attributes: ["n": .whole(7)], links: [1],
            failure: nil)
    }

    @Test("spans are written as the protocol's JSON has them")
    func form() throws {
        var failed = Self.span(255)
        failed.failure = "red"
        failed.attributes = ["a": .text("x"), "b": .real(0.5), "c": .flag(true), "d": .whole(3)]
        let document = OTLPDocument([failed], of: Self.identity, resource: ["service.name": .text("cco")], version: "1")
        let trace = Self.identity.trace
        #expect(
            String(decoding: try document.bytes(), as: UTF8.self)
                == #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cco"}}]},"scopeSpans":[{"scope":"#
                + #"{"name":"cco","version":"1"},"spans":[{"attributes":[{"key":"a","value":{"stringValue":"x"}},{"key":"b","value":"#
                + #"{"doubleValue":0.5}},{"key":"c","value":{"boolValue":true}},{"key":"d","value":{"intValue":"3"}}],"#
                + #""endTimeUnixNano":"2500000000","kind":1,"links":[{"spanId":"0000000000000001","traceId":"\#(trace)"}],"name":"gate","#
                + #""parentSpanId":"0000000000000001","spanId":"00000000000000ff","startTimeUnixNano":"1000000000","#
                + #""status":{"code":2,"message":"red"},"traceId":"\#(trace)"}]}]}]}"#)
    }

    private static let busy = [503, 200, 200, 400, 503, 503, 503]

    @Test("they are sent in batches with the headers, a busy collector is asked again, and one that refuses is not")
    func sending() async throws {
        let exporter = try await LoopbackReceiver.serving(status: { $0 < Self.busy.count ? Self.busy[$0] : 200 }) { collector, port in
            let settings = try OTLPSettings(
                endpoint: "http://127.0.0.1:\(port)/", environment: ["OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20secret, y=2"])
            #expect(!"\(settings)".contains("secret"))
            let exporter = OTLPExporter(settings, version: "1", pauses: [0, 0])
            try await exporter.send((1...300).map(Self.span), of: Self.identity, run: ID("run-1"))
            let requests = collector.received
            #expect(requests.count == 3 && requests[0].body == requests[1].body)
            #expect(requests.map { $0.body.components(separatedBy: "\"endTimeUnixNano\"").count - 1 } == [256, 256, 44])
            #expect(requests.allSatisfy { $0.method == "POST" && $0.path == "/v1/traces" && $0.headers["x-key"] == "a secret" })
            #expect(requests.allSatisfy { $0.authority == "127.0.0.1:\(port)" })
            await #expect(throws: OTLPError.refused(400)) { try await exporter.send([Self.span(1)], of: Self.identity, run: ID("run-1")) }
            await #expect(throws: OTLPError.unreachable("status 503")) {
                try await exporter.send([Self.span(1)], of: Self.identity, run: ID("run-1"))
            }
            #expect(collector.received.count == 7)
            return exporter
        }
        await #expect(throws: OTLPError.self) { try await exporter.send([Self.span(1)], of: Self.identity, run: ID("run-1")) }
    }

    @Test("an address of IPv6 is in brackets, where it is shown and where the collector reads it", .enabled(if: hasNewerLoopback))
    func newerProtocol() async throws {
        try await LoopbackReceiver.serving(host: "::1") { collector, port in
            let settings = try OTLPSettings(endpoint: "http://[::1]:\(port)", environment: [:])
            #expect("\(settings)" == "http://[::1]:\(port)/v1/traces")
            try await OTLPExporter(settings, version: "1", pauses: []).send([Self.span(1)], of: Self.identity, run: ID("run-1"))
            #expect(collector.received.map(\.authority) == ["[::1]:\(port)"])
        }
    }

    private static let hasNewerLoopback =
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?.contains("00000000000000000000000000000001") ?? false

    @Test("a collector that does not answer costs no more than the tries' deadlines", .timeLimit(.minutes(1)))
    func silent() async throws {
        try await LoopbackReceiver.serving(status: { _ in nil }) { _, port in
            let settings = try OTLPSettings(
                endpoint: "http://127.0.0.1:\(port)", environment: ["OTEL_EXPORTER_OTLP_TIMEOUT": "1000"])
            await #expect(throws: OTLPError.unreachable("no answer within 1 s")) {
                try await OTLPExporter(settings, version: "1", pauses: []).send([Self.span(1)], of: Self.identity, run: ID("run-1"))
            }
        }
    }

    @Test("the standard environment says where they go; what cannot be done is said")
    func settings() throws {
        func address(_ endpoint: String?, _ environment: [String: String] = [:]) throws -> String {
            "\(try OTLPSettings(endpoint: endpoint, environment: environment))"
        }
        let base = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"]
        #expect(try address(nil, base) == "http://collector:4318/v1/traces")
        #expect(try address("http://[::1]:1/x", base) == "http://[::1]:1/x/v1/traces")
        #expect(try address(nil, base.merging(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h/t"]) { $1 }) == "http://h:80/t")
        #expect(try address("https://h", [:]) == "https://h:443/v1/traces")
        #expect(try address("https://h:4318", [:]) == "https://h:4318/v1/traces")
        for wrong in ["https://", "https://u@h", "ftp://h", "http://", "http://h:0", "http://h:x", "http://a b", "http://u:p@h"] {
            #expect(throws: OTLPError.self, "\(wrong)") { try OTLPSettings(endpoint: wrong, environment: [:]) }
        }
        #expect(throws: OTLPError.self) { try OTLPSettings(endpoint: nil, environment: [:]) }
        #expect(throws: OTLPError.self) {
            try OTLPSettings(endpoint: nil, environment: base.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]) { $1 })
        }
        #expect(OTLPSettings.pairs("a=b, c = d%2Ce ,none,=x,e=1%0D%0Ax").map { "\($0.name)=\($0.value)" } == ["a=b", "c=d,e"])
    }
}
