import Orchestration
import Processes

/// A commit of a branch's own line: what its head was, one publication after the other.
package struct PublishedEntry: Sendable, Equatable {
    package let id: ObjectID
    package let committerEmail: String
    package let subject: String
}

extension HubRepository {
    /// The first-parent line of `to`, newest first, without what `from` has.
    ///
    /// - Throws: ``GitError``.
    package func firstParentLog(from: ObjectID?, to: ObjectID, limit: Int = 100_000) async throws(GitError) -> [PublishedEntry] {
        let arguments =
            ["log", "--no-show-signature", "--first-parent", "--format=%H %ce%x09%s", "--max-count=\(limit)", to.hex]
            + (from.map { ["^\($0)"] } ?? []) + ["--"]
        return try await git.run(arguments, at: location).outputText.split(separator: "\n").compactMap { line in
            guard let space = line.firstIndex(of: " "), let id = ObjectID(line[..<space]) else { return nil }
            let rest = line[line.index(after: space)...].split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            return PublishedEntry(
                id: id, committerEmail: rest.first.map(String.init) ?? "", subject: rest.count == 2 ? String(rest[1]) : "")
        }
    }

    /// Whether `older` is `newer` or one of so many commits before it on its first-parent line; needs no process of its own. False says nothing
    /// about other ways from one to the other.
    package func isOnLine(_ older: ObjectID, of newer: ObjectID, within limit: Int) async throws(GitError) -> Bool {
        var commit = newer
        for _ in 0..<limit {
            if commit == older { return true }
            guard let parent = try await facts("\(commit)^1")?.id else { return false }
            commit = parent
        }
        return commit == older
    }
}
