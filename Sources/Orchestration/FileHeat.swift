/// At which files the run's work met: how many landed tasks changed them, and how often they conflicted. Bounded; the coldest are forgotten.
package struct FileHeat: Codable, Sendable, Equatable {
    package struct Count: Codable, Sendable, Equatable {
        package var landed = 0
        package var conflicts = 0
    }

    /// Files that are remembered.
    package static let most = 2_000

    package private(set) var counts: [String: Count] = [:]

    package init() {}

    mutating func noteLanding(_ files: ChangedFiles) {
        for path in files.paths { counts[path, default: Count()].landed += 1 }
        forgetColdest()
    }

    mutating func noteConflict(_ files: [ConflictExcerpt]) {
        for path in ChangedFiles(files.map(\.path)).paths { counts[path, default: Count()].conflicts += 1 }
        forgetColdest()
    }

    /// Down to half, so that it is not done at every landing.
    private mutating func forgetColdest() {
        guard counts.count > FileHeat.most else { return }
        let hottest = counts.sorted {
            ($1.value.conflicts, $1.value.landed, $0.key) < ($0.value.conflicts, $0.value.landed, $1.key)
        }
        counts = Dictionary(uniqueKeysWithValues: hottest.prefix(FileHeat.most / 2).map { ($0.key, $0.value) })
    }
}

/// As bytes, for snapshots, like ``PackedTasks``: as JSON two thousand files were half of what a small run's snapshot took to read.
extension FileHeat {
    package func packed() -> [UInt8] {
        var packer = TaskPacker()
        packer.list(Array(counts)) { packer, file in
            packer.string(file.key)
            packer.integer(file.value.landed)
            packer.integer(file.value.conflicts)
        }
        return packer.bytes
    }

    /// - Throws: `PackedTasks.Damaged`.
    package init(packed bytes: ArraySlice<UInt8>) throws {
        counts = try bytes.withUnsafeBytes { buffer in
            var unpacker = TaskUnpacker(buffer)
            let files = try unpacker.list { unpacker in
                (try unpacker.string(), Count(landed: try unpacker.integer(), conflicts: try unpacker.integer()))
            }
            guard unpacker.isAtEnd else { throw PackedTasks.Damaged() }
            return Dictionary(files) { _, last in last }
        }
    }
}

/// A file at which work of the run meets.
package struct HotFile: Codable, Sendable, Equatable {
    package var path: String
    /// Landed tasks that changed it.
    package var landed: Int
    /// Merges that failed at it.
    package var conflicts: Int
    /// Tasks under way that have changed it.
    package var open: [TaskID]

    package init(path: String, landed: Int, conflicts: Int, open: [TaskID]) {
        self.path = path
        self.landed = landed
        self.conflicts = conflicts
        self.open = open
    }

    /// What a planner reads: `3 tasks (task-4 under way), 2 conflicts`.
    package var words: String {
        let tasks = landed + open.count
        var text = tasks == 1 ? "1 task" : "\(tasks) tasks"
        if !open.isEmpty {
            let more = open.count > 3 ? " and \(open.count - 3) more" : ""
            text += " (\(open.prefix(3).map(\.name).joined(separator: ", "))\(more) under way)"
        }
        if conflicts > 0 { text += conflicts == 1 ? ", 1 conflict" : ", \(conflicts) conflicts" }
        return text
    }
}

extension Run {
    /// The files that more than one task has changed or that conflicted, the worst first.
    ///
    /// - Parameter limit: how many at most.
    package func hotFiles(limit: Int) -> [HotFile] {
        var open: [String: [TaskID]] = [:]
        for task in tasks.values where !task.state.isSettled {
            for path in task.changes?.paths ?? [] { open[path, default: []].append(task.id) }
        }
        var hot: [HotFile] = []
        for (path, count) in heat.counts {
            let ids = open.removeValue(forKey: path) ?? []
            hot.append(HotFile(path: path, landed: count.landed, conflicts: count.conflicts, open: ids.sorted()))
        }
        for (path, ids) in open { hot.append(HotFile(path: path, landed: 0, conflicts: 0, open: ids.sorted())) }
        return Array(
            hot.filter { $0.conflicts > 0 || $0.landed + $0.open.count > 1 }
                .sorted {
                    ($1.conflicts, $1.landed + $1.open.count, $0.path) < ($0.conflicts, $0.landed + $0.open.count, $1.path)
                }
                .prefix(limit))
    }
}
