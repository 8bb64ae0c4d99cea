/// What a forecast says, with how far it is off where the truth is known.
package struct ForecastReport: Sendable {
    /// The middle of many runs, and what nine of ten were above and below.
    package struct Range: Sendable, Equatable {
        package var low: Double
        package var median: Double
        package var high: Double

        init(_ values: [Double]) {
            let spread = Spread(values)
            low = spread.quantile(0.1)
            median = spread.median
            high = spread.quantile(0.9)
        }
    }

    /// The answer for one number of workers.
    package struct Row: Sendable {
        package var workers: Int
        /// Working time from the beginning to the end, in minutes.
        package var minutes: Range
        package var merges: Range
        package var conflicts: Range
        package var redGates: Range
        package var costUsd: Range
        package var landed: Range
        /// How the runs ended.
        package var ends: [String: Int]

        init(workers: Int, _ runs: [RunStatistics]) {
            self.workers = workers
            minutes = Range(runs.map { Double($0.workedMilliseconds) / 60_000 })
            merges = Range(runs.map { Double($0.published) })
            conflicts = Range(runs.map { Double($0.conflicts) })
            redGates = Range(runs.map { Double($0.redGates) })
            costUsd = Range(runs.map(\.costUsd))
            landed = Range(runs.map { Double($0.landed) })
            ends = runs.reduce(into: [:]) { $0[$1.endReason, default: 0] += 1 }
        }
    }

    package var rows: [Row]
    package var actual: History.Actual?
    /// Tasks of the plan.
    package var tasks: Int
    /// Runs for each row.
    package var runs: Int

    /// How far the median is from what really happened, as a part of it: 0.1 is ten percent too much. `nil` where there is no truth, or none
    /// to compare with.
    package func error(_ forecast: (Row) -> Double, _ truth: (History.Actual) -> Double) -> Double? {
        guard let actual, let row = rows.first(where: { $0.workers == actual.workers }), truth(actual) != 0 else { return nil }
        return forecast(row) / truth(actual) - 1
    }

    package var makespanError: Double? { error({ $0.minutes.median }, { Double($0.makespanMilliseconds) / 60_000 }) }
    package var mergesError: Double? { error({ $0.merges.median }, { Double($0.merges) }) }
    package var costError: Double? { error({ $0.costUsd.median }, { $0.costUsd }) }

    /// The report for people: a table, and the error.
    package var text: String {
        var table = [["workers", "minutes", "merges", "conflicts", "red gates", "USD", "ends"]]
        for row in rows {
            table.append([
                "\(row.workers)", cell(row.minutes, minuteDigits), cell(row.merges, 0), cell(row.conflicts, 0), cell(row.redGates, 0),
                cell(row.costUsd, 2),
                row.ends.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
            ])
        }
        var lines = ["\(tasks) tasks, \(runs) runs each: median (10 % – 90 %)"] + aligned(table)
        if let actual { lines += truth(actual) }
        return lines.joined(separator: "\n")
    }

    private func truth(_ actual: History.Actual) -> [String] {
        let minutes = Decimals.text(Double(actual.makespanMilliseconds) / 60_000, minuteDigits)
        let line =
            "what really happened with \(actual.workers) workers: \(minutes) min, \(actual.merges) merges, \(actual.conflicts) conflicts, "
            + "\(Decimals.text(actual.costUsd, 2)) USD, \(actual.end)"
        guard rows.contains(where: { $0.workers == actual.workers }) else { return [line] }
        return [line, "error of the forecast: time \(percent(makespanError)), merges \(percent(mergesError)), cost \(percent(costError))"]
    }

    /// A short run is told in tenths of a minute.
    private var minuteDigits: Int { rows.contains { $0.minutes.median < 10 } ? 1 : 0 }

    private func percent(_ part: Double?) -> String {
        guard let part else { return "–" }
        return (part >= 0 ? "+" : "") + Decimals.text(part * 100, 0) + " %"
    }

    private func cell(_ range: Range, _ digits: Int) -> String {
        "\(Decimals.text(range.median, digits)) (\(Decimals.text(range.low, digits)) – \(Decimals.text(range.high, digits)))"
    }

    private func aligned(_ table: [[String]]) -> [String] {
        let widths = (0..<(table.first?.count ?? 0)).map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            var line = "  "
            for (column, text) in row.enumerated() {
                let isLast = column == row.count - 1
                line += text + (isLast ? "" : String(repeating: " ", count: widths[column] - text.count + 2))
            }
            return line
        }
    }
}
