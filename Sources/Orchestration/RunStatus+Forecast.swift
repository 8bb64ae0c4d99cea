extension RunStatus {
    /// Two branches under way that will not merge.
    package struct CollisionStatus: Codable, Sendable, Equatable {
        /// The one that is behind.
        package var task: String
        /// The other task; missing when it is the target.
        package var other: String?
        /// What the task does not merge with, for people: the other task's id, or the target.
        package var with: String
        /// Conflicting files, at most `Collision.mostFiles`.
        package var files: [String]
        /// How many there are.
        package var fileCount: Int

        init(_ collision: Collision, in run: Run, _ order: MergingOrder) {
            // Who is behind may have changed since the merge was tried.
            let isSwapped = collision.other.map { run.isBehind($0, collision.task, in: order) } ?? false
            task = (isSwapped ? collision.other ?? collision.task : collision.task).name
            other = (isSwapped ? collision.task : collision.other)?.name
            let target = run.tasks[collision.task].map { run.label(of: run.target(of: $0.team)) } ?? run.settings.targetBranch
            with = other ?? target
            files = collision.files.paths
            fileCount = collision.files.total
        }
    }

    /// A file at which work of the run meets.
    package struct HotFileStatus: Codable, Sendable, Equatable {
        package var path: String
        /// Landed tasks that changed it.
        package var landed: Int
        /// Merges that failed at it.
        package var conflicts: Int
        /// Tasks under way that have changed it.
        package var open: [String]
        /// The same in words.
        package var words: String

        init(_ file: HotFile) {
            path = file.path
            landed = file.landed
            conflicts = file.conflicts
            open = file.open.map(\.name)
            words = file.words
        }
    }

    /// Hot files that a status names.
    static let mostHotFiles = 20

    static func collisions(of run: Run) -> [CollisionStatus]? {
        guard !run.forecast.collisions.isEmpty else { return nil }
        let order = MergingOrder(of: run)
        return run.forecast.collisions.map { CollisionStatus($0, in: run, order) }
    }

    static func hotFiles(of run: Run) -> [HotFileStatus]? {
        let hot = run.hotFiles(limit: mostHotFiles).map(HotFileStatus.init)
        return hot.isEmpty ? nil : hot
    }
}
