import Foundation
import Orchestration
import Synchronization
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

    @Test("they are sent in batches with the headers, a busy collector is asked again, and one that refuses is not")
    func sending() async throws {
        let collector = try await Collector.started()
        let settings = try OTLPSettings(
            endpoint: "http://127.0.0.1:\(collector.port)/", environment: ["OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20secret, y=2"])
        #expect(!"\(settings)".contains("secret"))
        let exporter = OTLPExporter(settings, version: "1", pauses: [0, 0])
        collector.answers.withLock { $0 = [503, 200, 200] }
        try await exporter.send((1...300).map(Self.span), of: Self.identity, run: ID("run-1"))
        let requests = collector.requests.withLock { $0 }
        #expect(requests.count == 3 && requests[0].body == requests[1].body)
        #expect(requests.map(\.spans) == [256, 256, 44])
        #expect(requests.allSatisfy { $0.head.hasPrefix("POST /v1/traces ") && $0.head.contains("x-key: a secret") })
        collector.answers.withLock { $0 = [400, 200] }
        await #expect(throws: OTLPError.refused(400)) { try await exporter.send([Self.span(1)], of: Self.identity, run: ID("run-1")) }
        collector.answers.withLock { $0 = [503, 503, 503, 200] }
        await #expect(throws: OTLPError.unreachable("status 503")) {
            try await exporter.send([Self.span(1)], of: Self.identity, run: ID("run-1"))
        }
        #expect(collector.requests.withLock { $0.count } == 7)
        try await collector.stop()
        await #expect(throws: OTLPError.self) { try await exporter.send([Self.span(1)], of: Self.identity, run: ID("run-1")) }
    }

    @Test("a collector that does not answer costs no more than the tries' deadlines", .timeLimit(.minutes(1)))
    func silent() async throws {
        let collector = try await Collector.started(isSilent: true)
        let settings = try OTLPSettings(
            endpoint: "http://127.0.0.1:\(collector.port)", environment: ["OTEL_EXPORTER_OTLP_TIMEOUT": "1000"])
        await #expect(throws: OTLPError.unreachable("no answer within 1 s")) {
            try await OTLPExporter(settings, version: "1", pauses: []).send([Self.span(1)], of: Self.identity, run: ID("run-1"))
        }
        try await collector.stop()
    }

    @Test("the standard environment says where they go; what cannot be done is said")
    func settings() throws {
        func address(_ endpoint: String?, _ environment: [String: String] = [:]) throws -> String {
            "\(try OTLPSettings(endpoint: endpoint, environment: environment))"
        }
        let base = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"]
        #expect(try address(nil, base) == "http://collector:4318/v1/traces")
        #expect(try address("http://[::1]:1/x", base) == "http://::1:1/x/v1/traces")
        #expect(try address(nil, base.merging(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h/t"]) { $1 }) == "http://h:80/t")
        for wrong in ["https://h", "ftp://h", "http://", "http://h:0", "http://h:x", "http://a b", "http://u:p@h"] {
            #expect(throws: OTLPError.self, "\(wrong)") { try OTLPSettings(endpoint: wrong, environment: [:]) }
        }
        #expect(throws: OTLPError.self) { try OTLPSettings(endpoint: nil, environment: [:]) }
        #expect(throws: OTLPError.self) {
            try OTLPSettings(endpoint: nil, environment: base.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]) { $1 })
        }
        #expect(OTLPSettings.pairs("a=b, c = d%2Ce ,none,=x,e=1%0D%0Ax").map { "\($0.name)=\($0.value)" } == ["a=b", "c=d,e"])
    }
}
