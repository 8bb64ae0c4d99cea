import FoundationEssentials

/// Spans in the JSON form of OTLP (opentelemetry-proto, `ExportTraceServiceRequest`): ids in hexadecimal digits, 64-bit numbers as text.
struct OTLPDocument: Encodable {
    struct Attribute: Encodable {
        struct Value: Encodable {
            var stringValue: String?
            var intValue: String?
            var doubleValue: Double?
            var boolValue: Bool?
        }

        var key: String
        var value: Value

        init(_ key: String, _ value: Span.Value) {
            self.key = key
            switch value {
            case .text(let text): self.value = Value(stringValue: text)
            case .whole(let number): self.value = Value(intValue: String(number))
            case .real(let number): self.value = Value(doubleValue: number)
            case .flag(let flag): self.value = Value(boolValue: flag)
            }
        }

        static func list(_ values: [String: Span.Value]) -> [Attribute] {
            values.sorted { $0.key < $1.key }.map { Attribute($0.key, $0.value) }
        }
    }

    struct Link: Encodable {
        var traceId: String
        var spanId: String
    }

    struct Status: Encodable {
        /// 1 is OK, 2 is an error.
        var code: Int
        var message: String?
    }

    struct WrittenSpan: Encodable {
        var traceId: String
        var spanId: String
        var parentSpanId: String?
        var name: String
        /// 1 is internal.
        var kind = 1
        var startTimeUnixNano: String
        var endTimeUnixNano: String
        var attributes: [Attribute]
        var links: [Link]?
        var status: Status
    }

    struct Scope: Encodable {
        var name: String
        var version: String
    }

    struct ScopeSpans: Encodable {
        var scope: Scope
        var spans: [WrittenSpan]
    }

    struct Resource: Encodable {
        var attributes: [Attribute]
    }

    struct ResourceSpans: Encodable {
        var resource: Resource
        var scopeSpans: [ScopeSpans]
    }

    var resourceSpans: [ResourceSpans]

    init(_ spans: [Span], of identity: TraceIdentity, resource: [String: Span.Value], version: String) {
        let written = spans.map { span in
            WrittenSpan(
                traceId: identity.trace, spanId: TraceIdentity.hex(span.id), parentSpanId: span.parent.map(TraceIdentity.hex),
                name: span.name, startTimeUnixNano: "\(span.start)000000", endTimeUnixNano: "\(max(span.start, span.end))000000",
                attributes: Attribute.list(span.attributes),
                links: span.links.isEmpty ? nil : span.links.map { Link(traceId: identity.trace, spanId: TraceIdentity.hex($0)) },
                status: span.failure.map { Status(code: 2, message: $0) } ?? Status(code: 1))
        }
        resourceSpans = [
            ResourceSpans(
                resource: Resource(attributes: Attribute.list(resource)),
                scopeSpans: [ScopeSpans(scope: Scope(name: "cco", version: version), spans: written)])
        ]
    }

    func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
