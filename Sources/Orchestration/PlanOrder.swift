/// Which tasks of a plan come after which.
final class PlanOrder {
    private let dependencies: [String: [String]]
    private let existing: (String) -> TeamTask?
    /// What was asked before.
    private var answers: [String: Set<String>] = [:]

    /// - Parameter existing: finds a task that the plan may build on.
    init(_ drafts: [TaskDraft], existing: @escaping (String) -> TeamTask?) {
        dependencies = Dictionary(drafts.map { ($0.key, $0.dependsOn ?? []) }, uniquingKeysWith: { first, _ in first })
        self.existing = existing
    }

    func isOrdered(_ first: String, _ second: String) -> Bool {
        reachable(from: first).contains(second) || reachable(from: second).contains(first)
    }

    /// Everything that has to land before the task of this key, or id, begins.
    func reachable(from key: String) -> Set<String> {
        if let answer = answers[key] { return answer }
        var seen: Set<String> = []
        var open = [key]
        while let next = open.popLast() {
            for dependency in dependencies[next] ?? existing(next)?.dependsOn.map(\.name) ?? [] where seen.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        answers[key] = seen
        return seen
    }
}
