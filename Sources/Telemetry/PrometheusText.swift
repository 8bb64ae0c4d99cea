/// The text form in which Prometheus reads metrics (version 0.0.4).
struct PrometheusText {
    enum Kind: String {
        /// Only ever grows within a run.
        case counter
        case gauge
        case summary
    }

    private(set) var text = ""

    /// One metric with its samples; none where there are no samples.
    ///
    /// - Parameter samples: labels in the order in which they are written, and a value.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]) {
        guard !samples.isEmpty else { return }
        head(name, kind, help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) { add(name, kind, help, [([], value)]) }

    /// Sums and counts without quantiles.
    mutating func addSummary(_ name: String, _ help: String, _ samples: [(labels: [(String, String)], sum: Double, count: Int)]) {
        guard !samples.isEmpty else { return }
        head(name, .summary, help)
        for sample in samples {
            line(name + "_sum", sample.labels, sample.sum)
            line(name + "_count", sample.labels, Double(sample.count))
        }
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += name
        if !labels.isEmpty { text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}" }
        text += " " + (Int64(exactly: value).map { String($0) } ?? "\(value)") + "\n"
    }

    /// Names of branches and models are others' words.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
