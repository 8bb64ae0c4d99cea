/// Why a task that could start is not started: it would collide with work that is under way.
package struct Hold: Codable, Sendable, Equatable {
    /// The task that is under way.
    package var by: TaskID
    /// The file that it has changed.
    package var path: String
    /// Since when the task waits for that, or waited for another first.
    package var since: Timestamp

    package init(by task: TaskID, path: String, since: Timestamp) {
        by = task
        self.path = path
        self.since = since
    }
}

/// The files that a team's tasks under way have changed, to be asked which of them another task claims.
struct TouchedPaths {
    struct Touch {
        let task: TaskID
        let path: String
        /// Whether the work is handed in, so that it lands or goes before long.
        let landsSoon: Bool
    }

    private var files: [String: Touch] = [:]
    /// The same by every folder above a file; the empty name is the whole repository.
    private var folders: [String: Touch] = [:]

    /// - Parameter order: of the run's tasks, for all teams of a decision.
    init(of team: Team, in run: Run, _ order: MergingOrder) {
        // Repairs bring the whole of another branch in, which says nothing about what they will meet.
        let holders = run.tasks.holdingFiles(of: team.members).filter { $0.team == team.id }
        guard !holders.isEmpty else { return }
        // Whoever is furthest stands for a file: the wait for it is the shortest.
        let ranked = holders.indices.map { (rank: order.rank(of: holders[$0]), index: $0) }
        for (_, index) in ranked.sorted(by: { $0.rank < $1.rank }) {
            let holder = holders[index]
            for path in (holder.changes?.paths ?? []) + (order.foreseen[holder.id] ?? []) {
                let touch = Touch(task: holder.id, path: path, landsSoon: holder.landsSoon)
                if files[path] == nil { files[path] = touch }
                for folder in TouchedPaths.folders(above: path) where folders[folder] == nil { folders[folder] = touch }
            }
        }
    }

    var isEmpty: Bool { files.isEmpty }

    /// The work that a task with these claims would collide with.
    func touch(of claims: [String]) -> Touch? {
        for claim in claims {
            let name = ClaimedPath.name(of: claim)
            if let touch = files[name] ?? folders[name] { return touch }
            for folder in TouchedPaths.folders(above: name) { if let touch = files[folder] { return touch } }
        }
        return nil
    }

    private static func folders(above path: String) -> [String] {
        var folders = path.isEmpty ? [] : [""]
        for index in path.utf8.indices where path.utf8[index] == UInt8(ascii: "/") { folders.append(String(path[..<index])) }
        return folders
    }
}

extension TeamTask {
    /// Whether the task is with somebody and has changed files that others may meet.
    var holdsFiles: Bool {
        switch state {
        case .assigned, .submitted, .approved: changes?.paths.isEmpty == false
        case .waiting, .landed, .unneeded, .dropped, .failed: false
        }
    }

    /// Whether its work is handed in and said to be done.
    var landsSoon: Bool {
        switch state {
        case .approved: true
        case .submitted: report?.status == .done
        case .waiting, .assigned, .landed, .unneeded, .dropped, .failed: false
        }
    }
}

extension Run {
    /// Milliseconds for which a task is held back at most, all its holds together. Whatever holds it, it is started then.
    package static let longestHold: Int64 = 15 * 60_000

    /// Whether a task has been held back for as long as may be.
    func hasWaitedOut(_ held: Hold?, at now: Timestamp) -> Bool {
        held.map { now >= $0.since.advanced(byMilliseconds: Run.longestHold) } ?? false
    }

    /// What a task that could start is held back by, for people.
    func whyHeld(_ task: TeamTask, at now: Timestamp) -> String? {
        guard let held = task.held, !hasWaitedOut(held, at: now), tasks[held.by]?.holdsFiles == true else { return nil }
        return "waits: would collide with \(held.by) on \(held.path)"
    }
}
