/// Repeated readings of one figure.
struct Readings {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    var median: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// With fewer a figure says how many there are.
    static let enough = 7

    /// Of everything that was seen, where a reading alone may miss what is done seldom.
    var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// The mean, with the smallest and the largest.
    func meanText(_ digits: Int) -> String { "\(mean.text(digits)) \(range(digits))" }

    private func range(_ digits: Int) -> String {
        let ends = "\((values.min() ?? .nan).text(digits))–\((values.max() ?? .nan).text(digits))"
        return "(\(ends)\(values.count < Self.enough ? " of \(values.count)" : ""))"
    }

    /// The median, with the smallest and the largest, and how many there are where those are few.
    func text(_ digits: Int = 2) -> String {
        "\(median.text(digits)) \(range(digits))"
    }
}

extension Double {
    func text(_ digits: Int) -> String {
        guard isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = (self * scale).rounded()
        let units = Int64(abs(whole) / scale)
        let rest = String(Int64(abs(whole)) % Int64(scale))
        let text = digits == 0 ? "\(units)" : "\(units).\(String(repeating: "0", count: digits - rest.count))\(rest)"
        return whole < 0 ? "-" + text : text
    }
}

/// One line of the table: what was measured, against what, and what the goal is.
struct Row {
    var measure: String
    var figure: String
    var goal: String
    /// `nil` where there is no goal.
    var isReached: Bool?

    var markdown: String { "| \(measure) | \(figure) | \(goal) | \(isReached.map { $0 ? "yes" : "**no**" } ?? "") |" }
}
