/// The mechanical check of a plan's tasks, before any worker is paid for one.
package struct PlanCheck {
    private var drafts: [TaskDraft]
    private let existing: [TeamTask]
    private let mayBeEmpty: Bool

    package init(drafts: [TaskDraft], existing: [TeamTask], mayBeEmpty: Bool) {
        self.drafts = drafts
        self.existing = existing
        self.mayBeEmpty = mayBeEmpty
    }

    /// What is wrong with the plan, in words that its author can act on; empty when it holds.
    package var problems: [String] {
        if drafts.isEmpty {
            return mayBeEmpty ? [] : ["the plan has no task; only if the goal is reached already, return it once more like this"]
        }
        var problems = fieldProblems + dependencyProblems
        if problems.isEmpty, let cycle { problems.append("these tasks wait for each other: \(cycle.joined(separator: " → "))") }
        if problems.isEmpty {
            problems += collisions.map { first, second, path in
                "\"\(first)\" and \"\(second)\" may run side by side and both claim \(path); make one depend on the other or divide the paths"
            }
        }
        return problems
    }

    private var fieldProblems: [String] {
        var problems: [String] = []
        var keys: Set<String> = []
        for draft in drafts {
            let name = draft.key.isBlank ? draft.title : draft.key
            if draft.key.isBlank { problems.append("the task \"\(draft.title)\" has no key") }
            if !keys.insert(draft.key).inserted { problems.append("the key \"\(draft.key)\" is used twice") }
            if existing.contains(where: { $0.id.name == draft.key }) {
                problems.append("the key \"\(draft.key)\" is the id of an existing task; choose another")
            }
            if draft.title.isBlank || draft.description.isBlank { problems.append("\"\(name)\" needs a title and a description") }
            if draft.acceptance.isBlank { problems.append("\"\(name)\" has no acceptance condition") }
            if draft.paths.allSatisfy(\.isBlank) {
                problems.append("\"\(name)\" claims no paths; list the files and folders it will change")
            }
            for path in draft.paths where path.hasPrefix("/") || path.split(separator: "/").contains("..") {
                problems.append("\"\(name)\" claims \(path), which is not a path within the repository")
            }
        }
        return problems
    }

    private var dependencyProblems: [String] {
        let keys = Set(drafts.map(\.key))
        return drafts.flatMap { draft in
            (draft.dependsOn ?? []).compactMap { key in
                if key == draft.key { return "\"\(draft.key)\" depends on itself" }
                if keys.contains(key) { return nil }
                guard let task = existing.first(where: { $0.id.name == key }) else {
                    return "\"\(draft.key)\" depends on \"\(key)\", which is neither a key of this plan nor an existing task"
                }
                return task.state.isFailure ? "\"\(draft.key)\" depends on \(key), which did not land" : nil
            }
        }
    }

    /// The keys of a dependency cycle, or nil.
    private var cycle: [String]? {
        var finished: Set<String> = []
        var path: [String] = []
        func visit(_ key: String) -> [String]? {
            if finished.contains(key) { return nil }
            if let start = path.firstIndex(of: key) { return Array(path[start...]) + [key] }
            path.append(key)
            for next in drafts.first(where: { $0.key == key })?.dependsOn ?? [] {
                if let found = visit(next) { return found }
            }
            path.removeLast()
            finished.insert(key)
            return nil
        }
        for draft in drafts {
            if let found = visit(draft.key) { return found }
        }
        return nil
    }

    /// Pairs that may run at the same time and claim the same paths: key, key (or id), path.
    private var collisions: [(String, String, String)] {
        var found: [(String, String, String)] = []
        for (index, draft) in drafts.enumerated() {
            for other in drafts[(index + 1)...] where !isOrdered(draft.key, other.key) {
                if let path = ClaimedPath.overlap(draft.paths, other.paths) { found.append((draft.key, other.key, path)) }
            }
            for task in existing where !task.state.isSettled && !task.isRepair && !reachable(from: draft.key).contains(task.id.name) {
                if let path = ClaimedPath.overlap(draft.paths, task.paths) { found.append((draft.key, task.id.name, path)) }
            }
        }
        return found
    }

    private func isOrdered(_ first: String, _ second: String) -> Bool {
        reachable(from: first).contains(second) || reachable(from: second).contains(first)
    }

    private func reachable(from key: String) -> Set<String> {
        var seen: Set<String> = []
        var open = [key]
        while let next = open.popLast() {
            let draft = drafts.first { $0.key == next }
            let dependencies = draft?.dependsOn ?? existing.first { draft == nil && $0.id.name == next }?.dependsOn.map(\.name) ?? []
            for dependency in dependencies where seen.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        return seen
    }

    /// Puts colliding tasks one after the other in the plan's order, where nothing else is wrong.
    package mutating func orderCollidingTasks() {
        guard fieldProblems.isEmpty, dependencyProblems.isEmpty, cycle == nil else { return }
        // Ordering a pair can only take collisions away, so that one pass over those found at first is enough.
        for (first, second, _) in collisions where !isOrdered(first, second) {
            let later = drafts.firstIndex { $0.key == second } ?? drafts.firstIndex { $0.key == first }
            let earlier = drafts.contains { $0.key == second } ? first : second
            guard let later else { return }
            drafts[later].dependsOn = (drafts[later].dependsOn ?? []) + [earlier]
        }
    }

    /// The plan's tasks with their real ids. Only for a plan without problems.
    package func tasks(team: TeamID, firstNumber: Int, at now: Timestamp) -> [TeamTask] {
        let ids = Dictionary(
            drafts.enumerated().map { ($1.key, ID<TeamTask>("task", firstNumber + $0)) }, uniquingKeysWith: { first, _ in first })
        return drafts.enumerated().map { index, draft in
            TeamTask(
                id: ID("task", firstNumber + index), team: team, title: draft.title, description: draft.description,
                acceptance: draft.acceptance,
                paths: draft.paths.filter { !$0.isBlank }, dependsOn: (draft.dependsOn ?? []).map { ids[$0] ?? ID($0) }, createdAt: now)
        }
    }
}

/// A path that a task says it will change: a file, or a folder with everything below it.
enum ClaimedPath {
    /// The first path that both lists claim, or nil.
    static func overlap(_ left: [String], _ right: [String]) -> String? {
        for first in left {
            for second in right {
                let (a, b) = (components(first), components(second))
                if a.starts(with: b) || b.starts(with: a) { return a.count >= b.count ? first : second }
            }
        }
        return nil
    }

    /// The path's parts; a trailing `*` or `**` means the folder before it, and `.` the whole repository.
    static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." && $0 != "*" && $0 != "**" }
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
