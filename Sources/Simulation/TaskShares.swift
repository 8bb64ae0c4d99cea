import Orchestration

/// Divides a known plan among teams, as a Director with foresight would: tasks that depend on each other stay in one team, and the teams get
/// about the same amount of work.
package struct TaskShares {
    let rounds: [[PlannedTask]]

    package init(rounds: [[PlannedTask]]) { self.rounds = rounds }

    /// By team, in rounds; teams that get nothing are left out.
    package func divided(among teams: [TeamID]) -> [TeamID: [[PlannedTask]]] {
        guard teams.count > 1 else { return teams.first.map { [$0: rounds] } ?? [:] }
        var loads = teams.map { _ in Int64(0) }
        var owner: [String: Int] = [:]
        for group in groups.sorted(by: { ($1.load, $0.first) < ($0.load, $1.first) }) {
            guard let lightest = loads.indices.min(by: { (loads[$0], $0) < (loads[$1], $1) }) else { continue }
            loads[lightest] += group.load
            for key in group.keys { owner[key] = lightest }
        }
        var shares: [TeamID: [[PlannedTask]]] = [:]
        for (index, team) in teams.enumerated() {
            let own = rounds.map { $0.filter { owner[$0.key] == index } }.filter { !$0.isEmpty }
            if !own.isEmpty { shares[team] = own }
        }
        return shares
    }

    private struct Group {
        var keys: [String]
        var load: Int64
        var first: Int
    }

    /// Tasks that hang together by their dependencies.
    private var groups: [Group] {
        let tasks = rounds.flatMap { $0 }
        var parent: [String: String] = [:]
        func root(_ key: String) -> String {
            var key = key
            while let next = parent[key] { key = next }
            return key
        }
        let known = Set(tasks.map(\.key))
        for task in tasks {
            for dependency in task.dependsOn where known.contains(dependency) {
                let (one, other) = (root(task.key), root(dependency))
                if one != other { parent[one] = other }
            }
        }
        var groups: [String: Group] = [:]
        for (index, task) in tasks.enumerated() {
            var group = groups[root(task.key)] ?? Group(keys: [], load: 0, first: index)
            group.keys.append(task.key)
            group.load += task.milliseconds ?? 600_000
            groups[root(task.key)] = group
        }
        return Array(groups.values)
    }
}
