/// Where spans go, as the standard environment of OpenTelemetry says.
package struct OTLPSettings: Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int
    /// Whether over TLS.
    let isSecure: Bool
    /// The file with the authorities that are trusted in place of the system's; `nil` for these.
    let certificate: String?
    /// Path and query.
    package let target: String
    /// May hold a key: never shown.
    let headers: [(name: String, value: String)]
    package let resource: [String: Span.Value]
    /// Seconds that one request may take.
    let timeout: Int

    /// The address; headers are secret.
    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(target)" }

    /// Host and port as URLs and the Host header have them: an address of IPv6 in brackets.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// - Parameter endpoint: before what the environment says; the path of traces is added to it.
    /// - Throws: `OTLPError.settings` when there is no collector's address, or one that is none.
    package init(endpoint: String?, environment: [String: String]) throws(OTLPError) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let base = endpoint ?? variable("OTEL_EXPORTER_OTLP_ENDPOINT")
        let whole = endpoint == nil ? variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") : nil
        guard let text = whole ?? base.map({ ($0.hasSuffix("/") && !$0.hasSuffix("://") ? String($0.dropLast()) : $0) + "/v1/traces" })
        else {
            throw .settings("there is no collector to send to: give --endpoint http://127.0.0.1:4318, or set OTEL_EXPORTER_OTLP_ENDPOINT")
        }
        if let form = variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? variable("OTEL_EXPORTER_OTLP_PROTOCOL"), form != "http/json" {
            throw .settings(
                "OTEL_EXPORTER_OTLP_PROTOCOL is \"\(form)\"; cco speaks http/json, which every collector takes on its HTTP port")
        }
        isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://"),
            let address = Self.parse(text.dropFirst((isSecure ? "https://" : "http://").count), port: isSecure ? 443 : 80)
        else { throw .settings("the collector's address has to be of the form http://HOST:PORT or https://HOST:PORT") }
        certificate = variable("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE") ?? variable("OTEL_EXPORTER_OTLP_CERTIFICATE")
        (host, port, target) = address
        headers = Self.pairs(variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS") ?? variable("OTEL_EXPORTER_OTLP_HEADERS"))
        var resource: [String: Span.Value] = ["service.name": .text(variable("OTEL_SERVICE_NAME") ?? "cco")]
        for (name, value) in Self.pairs(variable("OTEL_RESOURCE_ATTRIBUTES")) where resource[name] == nil { resource[name] = .text(value) }
        self.resource = resource
        let milliseconds = (variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT") ?? variable("OTEL_EXPORTER_OTLP_TIMEOUT")).flatMap { Int($0) }
        timeout = min(60, max(1, (milliseconds ?? 10_000) / 1000))
    }

    private static func parse(_ text: Substring, port usual: Int) -> (String, Int, String)? {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        let target = slash == text.endIndex ? "/" : String(text[slash...])
        var host = String(text[..<slash])
        var port = usual
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            guard let number = Int(host[host.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            host = String(host[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isClean = (host + target).utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } && !host.contains("@")
        return host.isEmpty || !isClean ? nil : (host, port, target)
    }

    /// `a=b,c=d`, the values percent-encoded. What is no pair is left out.
    static func pairs(_ text: String?) -> [(name: String, value: String)] {
        (text ?? "").split(separator: ",").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            func trimmed(_ text: Substring) -> String { String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            let (name, value) = (trimmed(parts[0]), decoded(trimmed(parts[1])))
            // A line break would let one header become two.
            guard !name.isEmpty, (name + value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
            return (name, value)
        }
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Why spans could not be sent.
package enum OTLPError: Error, Equatable, CustomStringConvertible {
    case settings(String)
    /// The collector does not want them, and would not when asked again.
    case refused(Int)
    /// Not reached, or not able, often enough.
    case unreachable(String)

    package var description: String {
        switch self {
        case .settings(let words): words
        case .refused(let status): "the collector refused the spans with status \(status)"
        case .unreachable(let why): "the collector did not take the spans: \(why)"
        }
    }
}
