/// What a transition of a run costs and how large its journal grows, with ever more tasks, against a program that inserts the same rows.
struct JournalCost {
    var laboratory: Laboratory
    var sizes: [Int]
    /// Tasks that land in one timed window.
    var window: Int
    var pairs: Int

    private struct Report: Decodable {
        struct Reading: Decodable {
            let events: Int
            let commits: Int
            let seconds: Double
            let processorSeconds: Double
            let rowSeconds: Double
        }
        let tasks: Int
        let events: Int
        let bytes: Int
        let readings: [Reading]
    }

    func rows() throws -> [Row] {
        var rows: [Row] = []
        var firstSize: Double?
        var firstTime: Double?
        for size in sizes {
            let report = try laboratory.read(
                Report.self,
                from: [
                    laboratory.tools.ccoBench, "transitions", try laboratory.folder("journal"), "\(size)", "\(window)", "\(pairs)",
                    laboratory.tools.bench("rows"),
                ])
            var time = Readings()
            var processor = Readings()
            var ratio = Readings()
            for reading in report.readings {
                time.add(reading.seconds / Double(reading.commits) * 1e6)
                processor.add(reading.processorSeconds / Double(reading.commits) * 1e6)
                ratio.add(reading.seconds / reading.rowSeconds)
            }
            let bytes = Double(report.bytes) / Double(report.tasks)
            let name = "journal, \(size) tasks"
            rows += [
                Row(
                    measure: "\(name): bytes a task (\((Double(report.events) / Double(report.tasks)).text(1)) events)",
                    figure: "\(bytes.text(0))\(share(bytes, firstSize))", goal: firstSize == nil ? "" : "flat ± 10 %",
                    isReached: firstSize.map { abs(bytes / $0 - 1) <= 0.1 }),
                Row(
                    measure: "\(name): time a transition, µs", figure: "\(time.text(0))\(share(time.median, firstTime))",
                    goal: firstTime == nil ? "" : "flat ± 10 %", isReached: firstTime.map { time.median / $0 <= 1.1 }),
                Row(measure: "\(name): processor time a transition, µs", figure: processor.text(0), goal: "", isReached: nil),
                Row(
                    measure: "\(name): against inserting the same rows", figure: ratio.text() + "×", goal: "≤ 2×",
                    isReached: ratio.median <= 2),
            ]
            firstSize = firstSize ?? bytes
            firstTime = firstTime ?? time.median
        }
        return rows
    }

    private func share(_ value: Double, _ first: Double?) -> String { first.map { ", \((value / $0).text(2))× of the first" } ?? "" }
}
