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

    /// The median, with the smallest and the largest.
    func text(_ digits: Int = 2) -> String {
        "\(median.text(digits)) (\((values.min() ?? .nan).text(digits))–\((values.max() ?? .nan).text(digits)))"
    }
}

extension Double {
    func text(_ digits: Int) -> String {
        guard isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = (self * scale).rounded()
        let units = Int64(whole / scale)
        let rest = String(Int64(abs(whole)) % Int64(scale))
        return digits == 0 ? "\(units)" : "\(units).\(String(repeating: "0", count: digits - rest.count))\(rest)"
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
