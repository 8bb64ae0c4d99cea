import Foundation

/// Tasks of mixed duration that wait for each other, the same for the same seed.
struct TaskGraph {
    struct Node {
        var name: String
        /// What the agent takes.
        var seconds: Double
        /// Indices of earlier tasks.
        var after: [Int]
    }

    private(set) var nodes: [Node] = []

    init(nodes: [Node]) { self.nodes = nodes }

    /// Long tasks come first, so that any schedule that keeps the slots busy ends near the bound; what is beyond it is then the scheduler's own.
    ///
    /// - Parameter scale: a third of the longest task's seconds.
    init(tasks: Int, slots: Int, scale: Double, seed: UInt64) {
        var random = Random(state: seed)
        for number in 0..<tasks {
            let share = 1 - Double(number) / Double(tasks)
            let seconds = scale * (0.3 + 2.7 * share) * (0.8 + 0.4 * random.unit())
            // A third of the later tasks wait for one of those one to two widths before them.
            let waits = number >= slots && random.unit() < 0.35
            let after = waits ? [max(0, number - slots - Int(random.unit() * Double(slots)))] : []
            nodes.append(Node(name: "t\(number)", seconds: (seconds * 1_000).rounded() / 1_000, after: after))
        }
    }

    var work: Double { nodes.reduce(0) { $0 + $1.seconds } }

    var criticalPath: Double {
        var ends: [Double] = []
        for node in nodes { ends.append(node.seconds + (node.after.map { ends[$0] }.max() ?? 0)) }
        return ends.max() ?? 0
    }

    /// No schedule can take less.
    func bound(slots: Int) -> Double { max(criticalPath, work / Double(slots)) }

    /// What the lead of a flat run returns.
    func plan() throws -> String {
        struct Plan: Encodable {
            struct Task: Encodable {
                var key: String
                var title: String
                var description: String
                var acceptance: String
                var paths: [String]
                var dependsOn: [String]
            }
            var summary: String
            var tasks: [Task]
        }
        let tasks = nodes.map { node in
            Plan.Task(
                key: node.name, title: "Write \(node.name)", description: "bench-task \(node.name) \(node.seconds)",
                acceptance: "It is there.",
                paths: ["src/\(node.name).txt"], dependsOn: node.after.map { nodes[$0].name })
        }
        return String(decoding: try JSONEncoder().encode(Plan(summary: "All of it.", tasks: tasks)), as: UTF8.self)
    }

    /// The same for ninja: each edge runs the same agent in a worktree of its own.
    func ninja(script: String) -> String {
        var text = "rule agent\n  command = sh \(script) $name $seconds $out\n"
        for node in nodes {
            text += "build done/\(node.name): agent | \(node.after.map { "done/\(nodes[$0].name)" }.joined(separator: " "))\n"
            text += "  name = \(node.name)\n  seconds = \(node.seconds)\n"
        }
        return text
    }
}
