import Glibc
import Orchestration
import Processes

/// Removes what killed git commands leave in git directories: locks, half-written objects and packs. A file goes only when its owner is
/// proven dead.
///
/// The proof, in this order: the file was seen; after that no process lived that works on these directories (``GitProcesses``) or that
/// the caller counts as an owner; no process has the file open; it is not younger than the given moment; and it is still the same
/// file. An owner that lived when the file was seen would have been found by the second step.
package struct StaleLocks: Sendable {
    /// A git directory, and what may be in it.
    struct Place: Sendable {
        /// Absolute.
        var path: String
        /// Whether an agent writes there: then its half-written objects and packs are its own affair.
        var isAgents = false
    }

    /// The git directories to clear.
    let places: [Place]
    /// Worktrees and other folders in which any program counts as an owner.
    let folders: [String]
    /// Further processes that may own files, such as those with the run's marker.
    let owners: @Sendable () throws -> [ProcessIdentity]
    /// Files changed at or after this moment stay, unless they are from the future: those are from before a clock was set back.
    let before: Timestamp?

    init(
        places: [Place], folders: [String] = [], before: Timestamp? = nil,
        owners: @escaping @Sendable () throws -> [ProcessIdentity] = { [] }
    ) {
        self.places = places
        self.folders = folders
        self.before = before
        self.owners = owners
    }

    /// Removes what is proven stale. Costs a listing of a few folders where there is nothing.
    ///
    /// - Returns: every file that was found, removed or not, by path.
    /// - Throws: ``GitError`` when a folder or /proc cannot be read.
    package func clear() throws(GitError) -> [Leftover] {
        try clear(try find(), living: nil)
    }

    /// The same for files that were found before; `living` overrides who is alive, for a caller that has waited for them.
    func clear(_ found: [LeftoverFile], living: [Int32]?) throws(GitError) -> [Leftover] {
        guard !found.isEmpty else { return [] }
        let users = if let living { living } else { try alive() }
        let holders = users.isEmpty ? try OpenFiles.holders(of: Set(found.map(\.identity))) : [:]
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var leftovers: [Leftover] = []
        for file in found {
            var leftover = Leftover(path: file.path, kind: file.kind, outcome: .removed)
            if !users.isEmpty {
                leftover.outcome = .keptForLiving(users)
            } else if let pids = holders[file.identity] {
                leftover.outcome = .keptOpen(pids)
            } else if let before, file.milliseconds >= before.milliseconds, file.milliseconds <= now.milliseconds {
                leftover.outcome = .keptYounger
            } else if try !file.removeIfUnchanged() {
                leftover.outcome = .keptChanging
            }
            leftovers.append(leftover)
        }
        return leftovers
    }

    private func users() throws(GitError) -> [GitProcesses.Living] {
        try GitProcesses(gitDirectories: places.map(\.path), folders: folders).living()
    }

    private func alive() throws(GitError) -> [Int32] {
        let git = try users().map(\.identity.pid)
        do {
            return Set(git + (try owners()).filter(\.isAlive).map(\.pid)).sorted()
        } catch {
            throw GitError(kind: .other, command: "looking for the owners of locks", detail: "\(error)")
        }
    }

    /// Clears one lock that stood in the way of a command of ours: waits a while for the processes that lived when it was seen. When
    /// all of them have ended and the lock is still the same, its owner is dead, whatever the clocks say.
    ///
    /// - Returns: whether the lock is gone.
    func release(_ path: String, within limit: Duration) async throws(GitError) -> Bool {
        guard let file = LeftoverFile(path: path, kind: .lock) else { return true }
        let living = try users()
        if !living.isEmpty, await !GitProcesses.untilEnded(living, within: limit) { return false }
        let outcome = try clear([file], living: []).first?.outcome
        return outcome == .removed || outcome == .keptChanging
    }
}

extension timespec {
    /// Since 1970.
    var milliseconds: Int64 { Int64(tv_sec) * 1_000 + Int64(tv_nsec) / 1_000_000 }
}
