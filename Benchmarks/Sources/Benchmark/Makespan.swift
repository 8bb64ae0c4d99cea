import Foundation

/// How long a whole `cco start` takes for a graph of tasks, against the graph's lower bound and against ninja.
///
/// Only the model is imagined: each agent is a process that waits for its task's duration, commits, and reports. The rest is real: planning,
/// worktrees, shims, harvest, merges, a gate that takes no time, pushes. Ninja's edges run the same agent in a worktree of its own, and merge nothing.
struct Makespan {
    var laboratory: Laboratory
    var tasks: Int
    var slots: Int
    /// Seconds of the shortest task.
    var scale: Double
    var pairs: Int

    func rows() throws -> [Row] {
        let graph = TaskGraph(tasks: tasks, slots: slots, scale: scale, seed: UInt64(tasks))
        let bound = graph.bound(slots: slots)
        let ninja = Tools.find("ninja")
        var time = Readings()
        var overBound = Readings()
        var overNinja = Readings()
        for pair in 0..<pairs {
            let site = try AgentSite(laboratory: laboratory, graph: graph, workers: slots)
            let (ours, theirs) = try Pair.both(pair) {
                try site.run().seconds
            } _: {
                try ninja.map { try Self.build(graph, slots, $0, site) }
            }
            try site.expectLanded(graph.nodes.count)
            time.add(ours)
            overBound.add(ours / bound)
            if let theirs { overNinja.add(ours / theirs) }
        }
        let longest = graph.nodes.map(\.seconds).max() ?? 0
        let name = "makespan, \(tasks) agents on \(slots) slots, tasks up to \(longest.text(0)) s"
        var rows = [
            Row(measure: "\(name): s (bound \(bound.text(1)))", figure: time.text(1), goal: "", isReached: nil),
            Row(
                measure: "\(name): against the bound", figure: overBound.text(3) + "×", goal: "≤ 1.08×", isReached: overBound.median <= 1.08
            ),
        ]
        if ninja != nil {
            rows.append(
                Row(
                    measure: "\(name): against ninja", figure: overNinja.text(3) + "×", goal: "≤ 1.02×", isReached: overNinja.median <= 1.02
                ))
        }
        return rows
    }

    private static func build(_ graph: TaskGraph, _ slots: Int, _ ninja: String, _ site: AgentSite) throws -> Double {
        let folder = try site.laboratory.folder("ninja")
        try graph.ninja(script: folder + "/edge.sh").write(toFile: folder + "/build.ninja", atomically: false, encoding: .utf8)
        let edge = """
            set -e
            git clone -q --shared --no-checkout '\(site.origin)' '\(folder)'/tree-$1
            cd '\(folder)'/tree-$1
            git checkout -q -b $1 start
            printf 'bench-task %s %s' $1 $2 | '\(site.agent)' >/dev/null
            mkdir -p '\(folder)'/done
            : >'\(folder)'/$3
            """
        try edge.write(toFile: folder + "/edge.sh", atomically: false, encoding: .utf8)
        let result = try site.laboratory.run([ninja, "-C", folder, "-j", "\(slots)", "--quiet"])
        return result.seconds
    }
}
