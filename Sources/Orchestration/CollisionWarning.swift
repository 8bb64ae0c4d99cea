/// What a worker is told about work that its own is going to meet: with whom, in which files, and where to look.
package struct CollisionWarning: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// The target has moved on, and the branch no longer merges with it.
        case target
        /// A trial merge with another open branch failed.
        case conflict
        /// Another open branch has changed what the task claims.
        case claim
    }

    /// Warnings of one prompt, and files named in each.
    package static let most = 5
    package static let mostFiles = 10

    package var kind: Kind
    /// Whom it warns.
    package var task: TaskID
    /// The other task, its title and where it stands; `nil` for the target.
    package var other: TaskID?
    package var title: String
    package var state: String
    /// The other side's commit, and the name that it has in the worker's repository.
    package var commit: ObjectID
    package var ref: String
    package var files: ChangedFiles

    package init(
        kind: Kind, task: TaskID, other: TaskID?, title: String, state: String, commit: ObjectID, ref: String, files: ChangedFiles
    ) {
        self.kind = kind
        self.task = task
        self.other = other
        self.title = title
        self.state = state
        self.commit = commit
        self.ref = ref
        self.files = files
    }

    /// In one line, for logs and messages.
    package var words: String {
        let where_ = files.words(naming: 3)
        return switch kind {
        case .target: "\(task) no longer merges with its target: \(where_)"
        case .conflict: "\(task) will conflict with \(other?.name ?? "") in \(where_)"
        case .claim: "\(other?.name ?? "") has changed what \(task) claims: \(where_)"
        }
    }
}

extension CollisionWarning {
    /// Characters of another task's title in the middle of a turn.
    private static let longestTitle = 120

    /// What a worker is told in the middle of its turn. The other side's commits have no names in its repository yet; their objects are there.
    static func words(to task: TaskID, _ warnings: [CollisionWarning], target: String) -> String {
        let lines = warnings.map { warning in
            let files = warning.files.words(naming: mostFiles)
            let title = warning.title.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(longestTitle)
            let other = "\(warning.other?.name ?? "") (\(title))"
            return switch warning.kind {
            case .target:
                """
                - `\(target)` has moved on to `\(warning.commit.hex)`, and your branch no longer merges with it in: \(files). Before you report, commit what you \
                have, run `git merge --no-edit \(warning.commit.hex)`, resolve every conflict so that both sides' intent is kept (it is already published), and \
                check the result as you check your own work.
                """
            case .conflict: "- \(other) conflicts with your branch in: \(files). Its commit is `\(warning.commit.hex)`."
            case .claim: "- \(other) has changed what your task claims: \(files). Its commit is `\(warning.commit.hex)`."
            }
        }
        let advice =
            warnings.contains { $0.kind != .target }
            ? """


            Work of another task has not landed: read what it does in these files before you go on with them (`git diff refs/cco/target...<its commit> -- \
            <file>`), do not merge it, and rely on nothing of it: it may still change, or never land. Do yours as ordered, and so that both make sense \
            together: small changes, in keeping with its names, beside its lines where your code is no worse for it. A conflict that cannot be avoided is \
            resolved when the later of the two lands; say in your report where.
            """ : ""
        return """
            Message from cco, which watches over this run: while you work, others' work has come to meet yours.

            \(lines.joined(separator: "\n"))\(advice)

            Then go on with \(task). If you were done, bring your report up to date and return it.
            """
    }
}

extension Run {
    /// The turn in which a task is being worked on and its worker can be told something.
    func listeningTurn(at task: TaskID) -> TurnID? {
        guard let worker = tasks[task]?.worker, let turn = listeningTurn(of: worker), turns[turn]?.task == task else { return nil }
        return turn
    }

    /// What the worker of a task is to be warned of: only of work that is ahead of its own. Bounded; the target first, then what conflicts.
    package func warnings(for id: TaskID) -> [CollisionWarning] {
        guard let task = tasks[id], !task.state.isSettled else { return [] }
        var warnings: [CollisionWarning] = []
        if let tip = head(of: target(of: task.team)), let collision = forecast.collisions.first(where: { $0.task == id && $0.other == nil })
        {
            warnings.append(
                CollisionWarning(
                    kind: .target, task: id, other: nil, title: "", state: "", commit: tip, ref: "refs/cco/target",
                    files: collision.files.cut(to: CollisionWarning.mostFiles)))
        }
        var met: Set<TaskID> = []
        let known = forecast.collisions.filter { $0.isAbout(id) && $0.other != nil }
        if !known.isEmpty {
            let order = MergingOrder(of: self)
            for collision in known {
                guard let partner = collision.partner(of: id), let other = tasks[partner], let commit = other.head else { continue }
                met.insert(partner)
                if isBehind(id, partner, in: order) { warnings.append(warning(.conflict, of: task, other, commit, collision.files)) }
            }
        }
        // Of a branch with work of its own a trial merge knows better than the claims do.
        guard !task.hasOpenBranch else { return Array(warnings.prefix(CollisionWarning.most)) }
        for other in tasks.underWay where other.holdsFiles && other.team == task.team && other.id != id {
            guard !met.contains(other.id), let warning = claimWarning(of: task, by: other) else { continue }
            warnings.append(warning)
        }
        return Array(warnings.prefix(CollisionWarning.most))
    }

    /// What `other` has changed of what `task` claims.
    ///
    /// - Parameter known: changes that are passed over.
    func claimWarning(of task: TeamTask, by other: TeamTask, beside known: ChangedFiles? = nil) -> CollisionWarning? {
        guard let commit = other.head, let changes = other.changes else { return nil }
        let passedOver = Set(known?.paths ?? [])
        let claimed = changes.paths.filter { !passedOver.contains($0) && ClaimedPath.overlap(task.paths, [$0]) != nil }
        return claimed.isEmpty ? nil : warning(.claim, of: task, other, commit, ChangedFiles(claimed))
    }

    private func warning(
        _ kind: CollisionWarning.Kind, of task: TeamTask, _ other: TeamTask, _ commit: ObjectID, _ files: ChangedFiles
    ) -> CollisionWarning {
        CollisionWarning(
            kind: kind, task: task.id, other: other.id, title: other.title, state: other.state.word, commit: commit,
            ref: "refs/cco/other/\(other.id)", files: files.cut(to: CollisionWarning.mostFiles))
    }
}
