/// The mechanical check of a plan's tasks, before any worker is paid for one.
package struct PlanCheck {
    private var drafts: [TaskDraft]
    private let known: TaskRegister
    private let team: TeamID
    private let mayBeEmpty: Bool

    /// - Parameter known: the run's tasks, of which those of the `team` count.
    package init(drafts: [TaskDraft], of team: TeamID, in known: TaskRegister, mayBeEmpty: Bool) {
        self.drafts = drafts
        self.team = team
        self.known = known
        self.mayBeEmpty = mayBeEmpty
    }

    /// The team's task of this id.
    private func existing(_ name: String) -> TeamTask? {
        guard let task = known[ID(name)], task.team == team else { return nil }
        return task
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
            if existing(draft.key) != nil {
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
                guard let task = existing(key) else {
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
        let dependencies = Dictionary(drafts.map { ($0.key, $0.dependsOn ?? []) }, uniquingKeysWith: { first, _ in first })
        func visit(_ key: String) -> [String]? {
            if finished.contains(key) { return nil }
            if let start = path.firstIndex(of: key) { return Array(path[start...]) + [key] }
            path.append(key)
            for next in dependencies[key] ?? [] {
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
        let order = PlanOrder(drafts, existing: existing)
        let open = known.open(in: team).filter { !$0.isRepair }.map { (task: $0, claims: ClaimedPath.list($0.paths)) }
        let claims = drafts.map { ClaimedPath.list($0.paths) }
        for (index, draft) in drafts.enumerated() {
            for later in drafts.indices[(index + 1)...] {
                guard let path = ClaimedPath.overlap(claims[index], claims[later]), !order.isOrdered(draft.key, drafts[later].key) else {
                    continue
                }
                found.append((draft.key, drafts[later].key, path))
            }
            for (task, others) in open {
                guard let path = ClaimedPath.overlap(claims[index], others), !order.reachable(from: draft.key).contains(task.id.name)
                else { continue }
                found.append((draft.key, task.id.name, path))
            }
        }
        return found
    }

    private func isOrdered(_ first: String, _ second: String) -> Bool {
        PlanOrder(drafts, existing: existing).isOrdered(first, second)
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
            var task = TeamTask(
                id: ID("task", firstNumber + index), team: team, title: draft.title, description: draft.description,
                acceptance: draft.acceptance,
                paths: draft.paths.filter { !$0.isBlank }, dependsOn: (draft.dependsOn ?? []).map { ids[$0] ?? ID($0) }, createdAt: now)
            task.size = draft.size
            return task
        }
    }
}

extension String {
    var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
