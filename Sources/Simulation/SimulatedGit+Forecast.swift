import Orchestration

extension SimulatedGit {
    /// What trial merges show: branches conflict where both change a file that the other side does not have yet.
    package func forecast(_ order: TrialOrder) -> TrialReport {
        var collisions: [Collision] = []
        for pair in order.pairs {
            let mine = files(of: pair.task).paths
            let others = Set(pair.other.map { files(of: $0).paths } ?? landedFiles(in: pair.otherHead, besides: pair.head))
            let shared = mine.filter { others.contains($0) }
            guard !shared.isEmpty else { continue }
            collisions.append(
                Collision(task: pair.task, other: pair.other, head: pair.head, otherHead: pair.otherHead, files: shared))
        }
        return order.report(collisions)
    }

    /// The files of tasks whose work one commit holds and the other does not.
    private func landedFiles(in target: ObjectID, besides head: ObjectID) -> [String] {
        guard let theirs = commit(target)?.changes, let mine = commit(head)?.changes else { return [] }
        let tasks = Set(theirs.subtracting(mine).numbers.map { owners[$0] })
        return tasks.sorted().flatMap { files(of: ID($0)).paths }
    }
}
