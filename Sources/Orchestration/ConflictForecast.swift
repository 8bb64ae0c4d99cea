/// Two branches that do not merge, found before either is in a queue.
package struct Collision: Codable, Sendable, Equatable {
    /// Conflicting files that are kept by name.
    package static let mostFiles = 20

    package var task: TaskID
    /// The other task; `nil` is the target itself.
    package var other: TaskID?
    /// The commits that were tried.
    package var head: ObjectID
    package var otherHead: ObjectID
    package var files: ChangedFiles

    package init(task: TaskID, other: TaskID?, head: ObjectID, otherHead: ObjectID, files: [String]) {
        self.task = task
        self.other = other
        self.head = head
        self.otherHead = otherHead
        self.files = ChangedFiles(files, limit: Collision.mostFiles)
    }

    package func isAbout(_ id: TaskID) -> Bool { task == id || other == id }

    /// Whether it is the collision of these two, whichever is behind.
    func isBetween(_ id: TaskID, _ partner: TaskID?) -> Bool { isAbout(id) && self.partner(of: id) == partner }

    /// The one that `id` collides with; `nil` is the target.
    func partner(of id: TaskID) -> TaskID? { task == id ? other : task }
}

/// What trial merges of open branches have shown. Bounded by the tasks that are under way.
package struct ConflictForecast: Codable, Sendable, Equatable {
    /// The commits at which a branch was tried last.
    package struct Look: Codable, Sendable, Equatable {
        package var head: ObjectID
        package var target: ObjectID
    }

    package private(set) var looks: [TaskID: Look] = [:]
    package private(set) var collisions: [Collision] = []

    package init(collisions: [Collision] = []) { self.collisions = collisions }

    mutating func take(_ report: TrialReport, isOpen: (TaskID) -> Bool) {
        for subject in report.subjects where isOpen(subject.task) {
            looks[subject.task] = Look(head: subject.head, target: subject.target)
            collisions.removeAll { $0.isAbout(subject.task) && (subject.isWhole || $0.other == nil) }
        }
        for collision in report.collisions where isOpen(collision.task) && collision.other.map(isOpen) ?? true {
            collisions.append(collision)
        }
    }

    /// Nothing more is to be foreseen about a task that is settled.
    mutating func forget(_ task: TaskID) {
        looks[task] = nil
        collisions.removeAll { $0.isAbout(task) }
    }
}

/// What one round of trial merges found.
package struct TrialReport: Codable, Sendable, Equatable {
    /// A branch that was looked at.
    package struct Subject: Codable, Sendable, Equatable {
        package var task: TaskID
        package var head: ObjectID
        package var target: ObjectID
        /// Whether it was tried against other branches too, and not only against its target.
        package var isWhole: Bool
    }

    package var subjects: [Subject]
    package var collisions: [Collision]
    /// Why nothing could be tried; the branches then count as looked at until one changes.
    package var failure: String?

    package init(subjects: [Subject], collisions: [Collision], failure: String? = nil) {
        self.subjects = subjects
        self.collisions = collisions
        self.failure = failure
    }
}

/// The trial merges that are due: of branches that have changed since they were last tried, newest first, and no more than so many.
package struct TrialOrder: Sendable, Equatable {
    /// Two commits to be tried.
    package struct Pair: Sendable, Equatable {
        /// The one that is behind.
        package var task: TaskID
        package var other: TaskID?
        package var head: ObjectID
        package var otherHead: ObjectID
        /// The head of the branch that both are for; its attributes count.
        package var target: ObjectID
    }

    /// Pairs of one round, where a round is one process for each target.
    package static let mostPairs = 200
    /// Other branches that one branch is tried against: those with which it is known to collide, then those that land first.
    package static let mostRivals = 24

    package private(set) var subjects: [TrialReport.Subject] = []
    package private(set) var pairs: [Pair] = []

    /// Whether there is a pair to be tried, which is asked far more often than which ones.
    static func isDue(in run: Run) -> Bool {
        let open = run.tasks.entriesWithOpenBranch
        return open.contains { entry in
            let target = run.target(of: entry.task.team)
            guard let tip = run.head(of: target), let head = entry.task.head else { return false }
            let look = run.forecast.looks[entry.task.id]
            guard look?.head != head || look?.target != tip else { return false }
            if tip != entry.task.base { return true }
            guard look?.head != head else { return false }
            return open.contains { $0 !== entry && run.target(of: $0.task.team) == target }
        }
    }

    package init(_ run: Run) {
        let open = run.tasks.entriesWithOpenBranch
        let due = open.filter { run.isUntried($0) }.sorted { $1.task.id < $0.task.id }
        guard !due.isEmpty else { return }
        let order = MergingOrder(of: run)
        let soonest = Dictionary(grouping: open) { run.target(of: $0.task.team) }.mapValues { entries in
            entries.map { ($0, order.rank(of: $0.task)) }.sorted { $0.1 < $1.1 }.map(\.0)
        }
        var tried: Set<Set<TaskID>> = []
        for entry in due.filter({ run.hasChanged($0) }) + due.filter({ !run.hasChanged($0) }) {
            guard pairs.count < TrialOrder.mostPairs else { break }
            let task = entry.task
            let target = run.target(of: task.team)
            guard let head = task.head, let tip = run.head(of: target) else { continue }
            var mine: [Pair] = []
            // A target that is still where the work began cannot conflict with it.
            if tip != task.base { mine.append(Pair(task: task.id, other: nil, head: head, otherHead: tip, target: tip)) }
            let isWhole = run.hasChanged(entry)
            for rival in (isWhole ? run.rivals(of: task.id, among: soonest[target] ?? []) : []).map(\.task) {
                guard let other = rival.head, tried.insert([task.id, rival.id]).inserted else { continue }
                let isBehind = order.rank(of: task) > order.rank(of: rival)
                mine.append(
                    Pair(
                        task: isBehind ? task.id : rival.id, other: isBehind ? rival.id : task.id, head: isBehind ? head : other,
                        otherHead: isBehind ? other : head, target: tip))
            }
            pairs += mine
            subjects.append(TrialReport.Subject(task: task.id, head: head, target: tip, isWhole: isWhole))
        }
    }

    /// The report of a round in which these pairs were found to conflict.
    package func report(_ collisions: [Collision], failure: String? = nil) -> TrialReport {
        TrialReport(subjects: subjects, collisions: collisions, failure: failure)
    }
}

extension TeamTask {
    /// Whether there is work of the task that may still land.
    var hasOpenBranch: Bool { !state.isSettled && head != nil && head != base }
}

extension Run {
    /// Whether the task's own branch is not the one that was tried last.
    fileprivate func hasChanged(_ entry: TaskRegister.Entry) -> Bool { forecast.looks[entry.task.id]?.head != entry.task.head }

    /// The branches that one is tried against, out of all for the same target.
    fileprivate func rivals(of task: TaskID, among open: [TaskRegister.Entry]) -> [TaskRegister.Entry] {
        let known = Set(forecast.collisions.filter { $0.isAbout(task) }.compactMap { $0.partner(of: task) })
        // What is known counts for the commits that were tried: it would be forgotten with this one, so it is tried again.
        let again = known.isEmpty ? [] : open.filter { known.contains($0.task.id) }
        let others = open.lazy.filter { $0.task.id != task && !known.contains($0.task.id) }
        return Array(again.prefix(TrialOrder.mostRivals)) + others.prefix(max(0, TrialOrder.mostRivals - again.count))
    }

    fileprivate func isUntried(_ entry: TaskRegister.Entry) -> Bool {
        hasChanged(entry) || forecast.looks[entry.task.id]?.target != head(of: target(of: entry.task.team))
    }

    /// Whether `task` is the one of the two that will be merged later, as far as can be said: it is less ready, or younger.
    package func isBehind(_ task: TaskID, _ other: TaskID) -> Bool { isBehind(task, other, in: MergingOrder(of: self)) }

    /// The same, for those who ask about many.
    func isBehind(_ task: TaskID, _ other: TaskID, in order: MergingOrder) -> Bool {
        order.rank(of: task, tasks[task]?.state) > order.rank(of: other, tasks[other]?.state)
    }
}
