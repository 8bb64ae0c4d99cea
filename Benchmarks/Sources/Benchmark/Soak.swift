import Foundation

/// What a long run and its open views take of memory while it goes by: `cco web` with every page opened once, `cco watch`, and one `cco status` every
/// few seconds. Absolute figures, for there is nothing to compare them with: what grows may only be what the run itself has become.
struct Soak {
    var laboratory: Laboratory
    /// Tasks of the run, each of one short turn.
    var turns: Int

    private struct Course: Decodable {
        struct Sample: Decodable {
            var landed: Int
            var engine: Double
            var web: Double
            var watch: Double
            var page: Double
        }

        var turns: Int
        var samples: [Sample]
    }

    func rows() throws -> [Row] {
        guard let browser = BrowserSite() else { return [] }
        let graph = TaskGraph(nodes: (0..<turns).map { TaskGraph.Node(name: "t\($0)", seconds: 0.05, after: []) })
        let site = try AgentSite(laboratory: laboratory, graph: graph, workers: 8)
        let course = try browser.read(Course.self, "views.py", ["soak"], site.config, laboratory)
        guard let last = course.samples.last else {
            throw Program.Failure(description: "the run of \(turns) turns was over before anybody could look at it; it needs more of them")
        }
        let middle = course.samples[course.samples.count / 2]
        let samples = stride(from: 0, to: course.samples.count, by: max(1, course.samples.count / 4)).map { course.samples[$0] } + [last]
        let figures = samples.map {
            "\($0.landed) landed: engine \($0.engine.text(1)), cco web \($0.web.text(1)), cco watch \($0.watch.text(1)), page \($0.page.text(1))"
        }
        let name = "views, memory over \(course.turns) turns"
        var rows = [Row(measure: "\(name): private MB", figure: figures.joined(separator: "; "), goal: "", isReached: nil)]
        if last.landed > middle.landed {
            func growth(_ part: (Course.Sample) -> Double) -> String {
                ((part(last) - part(middle)) * 1024 / Double(last.landed - middle.landed)).text(1)
            }
            let grown = "engine \(growth(\.engine)), cco web \(growth(\.web)), cco watch \(growth(\.watch)), page \(growth(\.page))"
            rows.append(Row(measure: "\(name): KB more for each task in its second half", figure: grown, goal: "", isReached: nil))
        }
        return rows
    }
}
