import FoundationEssentials
import Git
import Orchestration
import Processes

/// What of earlier gate runs a gate may find in its worktree.
package enum GateCachePolicy: String, Sendable {
    /// Nothing.
    case none
    /// Build products of a green run on a commit that the one to be judged contains.
    case verified
    /// Everything that git ignores, whatever the last run was.
    case always
}

/// Decides whether the ignored files in a gate's worktree, build products above all, may stay for the next run.
///
/// A note beside the worktree says of which commit they are, and exists only while nothing has touched them since a green run on it. Rules:
/// - The note is taken away before a gate begins and written after it was green. A run that is red, or ends midway, leaves none.
/// - It counts within one boot of the machine, by whose crash files can be lost that were written.
/// - The files never leave their worktree. What changed there since the green run is newer than they are, so that a build sees it.
struct GateCache: Sendable {
    let policy: GateCachePolicy
    let hub: HubRepository
    let path: String

    private struct Note: Codable {
        var commit: ObjectID
        var command: String
        var boot: String
    }

    /// - Parameter folder: the git directory of the gate's place.
    init(policy: GateCachePolicy, hub: HubRepository, folder: String) {
        self.policy = policy
        self.hub = hub
        path = folder + "/gate-cache"
    }

    /// Says whether the files may stay for a gate on `commit`, and takes the note away: they are that gate's from now on.
    ///
    /// - Parameter isRerun: whether the run is to confirm a red one. It begins with nothing, so that nobody is blamed for a cache.
    func claim(for commit: ObjectID, command: String, isRerun: Bool) async throws -> Bool {
        let note = try note()
        try PrivateFiles.remove(path)
        guard !isRerun else { return false }
        switch policy {
        case .none: return false
        case .always: return true
        case .verified:
            guard let note, note.command == command, note.boot == (try ProcessIdentity.currentBootID()) else { return false }
            return try await isPart(note.commit, of: commit)
        }
    }

    /// Notes that what is in the worktree comes of a green run on `commit`.
    func leave(_ commit: ObjectID, command: String) throws {
        let note = Note(commit: commit, command: command, boot: try ProcessIdentity.currentBootID())
        try PrivateFiles.write(Array(try JSONEncoder().encode(note)), to: path, isSynced: false)
    }

    /// Whether the commit to be judged contains the one that the files come from, and every file of it. A build product could hide that its
    /// source is missing, so where one was deleted or renamed the gate begins with nothing.
    private func isPart(_ older: ObjectID, of commit: ObjectID) async throws -> Bool {
        guard try await hub.isCommit(older) else { return false }
        // Nearly always the gate goes along the target's own line.
        var isPart = try await hub.isOnLine(older, of: commit, within: 64)
        if !isPart { isPart = try await hub.isAncestor(older, of: commit) }
        guard isPart else { return false }
        return try await hub.changedPaths(from: older, to: commit).allSatisfy { $0.status == "A" || $0.status == "M" }
    }

    /// A note that cannot be read is none.
    private func note() throws -> Note? {
        guard let text = try PrivateFiles.text(path) else { return nil }
        return try? JSONDecoder().decode(Note.self, from: Data(text.utf8))
    }
}
