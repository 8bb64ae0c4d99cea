import Orchestration
import Processes

/// One path that differs between two trees. A rename shows as a removal and an addition.
package struct ChangedPath: Sendable, Equatable {
    /// `A` added, `D` removed, `M` modified, `T` changed type.
    package let status: Character
    /// The path; bytes that are not UTF-8 are replaced.
    package let path: String
    /// The mode before, such as `100644`; `000000` for an added path.
    package let oldMode: String
    /// The mode after, such as `100755` (executable), `120000` (link), `160000` (submodule); `000000` for a removed path.
    package let mode: String
}

/// A difference as text, of which at most so many bytes were kept.
package struct DiffText: Sendable, Equatable {
    /// The first bytes.
    package let text: String
    /// Whether there is more than `text`.
    package let truncated: Bool
    /// Bytes of the whole difference.
    package let totalBytes: Int
}

/// One commit of a log.
package struct LogEntry: Sendable, Equatable {
    package let id: ObjectID
    /// The first paragraph of the message on one line.
    package let subject: String
}

/// Commits one after the other.
package struct StraightLine: Sendable, Equatable {
    /// What they stand on.
    package let base: ObjectID
    /// The newest first.
    package let commits: [LogEntry]
}

extension HubRepository {
    static let plainDiff = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty"]

    /// The paths that differ between two commits or trees, in git's order. Renames are not detected, so nothing can hide behind one.
    ///
    /// - Parameter from: nil means an empty tree.
    package func changedPaths(from: ObjectID?, to: ObjectID) async throws(GitError) -> [ChangedPath] {
        let start: String
        if let from { start = try await tree(of: from).hex } else { start = emptyTreeID }
        let output = try await sessions.changes.differences(from: start, to: try await tree(of: to).hex)
        var fields = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }[...]
        var changes: [ChangedPath] = []
        while let head = fields.popFirst(), let path = fields.popFirst() {
            let parts = head.dropFirst().split(separator: " ")
            guard head.hasPrefix(":"), parts.count == 5, let status = parts[4].first else {
                throw GitError(kind: .other, command: "git diff-tree", detail: "its output could not be understood: \(head.prefix(100))")
            }
            changes.append(ChangedPath(status: status, path: path, oldMode: String(parts[0]), mode: String(parts[1])))
        }
        return changes
    }

    /// The paths that `head` changes against where it left `target`'s line; what it has merged from there is not counted.
    ///
    /// - Parameter base: where the line is taken to have been left when the two have no common commit here.
    package func ownPaths(of head: ObjectID, over target: ObjectID, base: ObjectID) async throws(GitError) -> [String] {
        let start = try await mergeBase(target, head) ?? base
        return try await changedPaths(from: start, to: head).map(\.path)
    }

    /// The difference between two commits or trees as a patch with renames.
    ///
    /// - Parameters:
    ///   - from: nil means an empty tree.
    ///   - limit: bytes kept; the cut is at the end of a line.
    ///   - excluding: paths that are left out.
    package func diff(from: ObjectID?, to: ObjectID, limit: Int, excluding: [String] = []) async throws(GitError) -> DiffText {
        let start = orEmptyTree(from)
        let arguments = ["diff-tree", "-r", "-p", "-M"] + Self.plainDiff + [start, to.hex] + Self.all(but: excluding)
        let result = try await git.run(arguments, at: location, limit: max(0, limit))
        let total = result.standardOutput.count + result.discardedBytes
        var kept = result.standardOutput
        if result.truncated, let end = kept.lastIndex(of: 0x0A) { kept.removeSubrange((end + 1)...) }
        return DiffText(text: String(decoding: kept, as: UTF8.self), truncated: result.truncated, totalBytes: total)
    }

    /// Git's table of changed lines per file, at most `limit` bytes.
    package func diffStat(from: ObjectID?, to: ObjectID, limit: Int = 16 << 10, excluding: [String] = []) async throws(GitError) -> String {
        let start = orEmptyTree(from)
        let arguments = ["diff-tree", "-r", "-M", "--stat=120"] + Self.plainDiff + [start, to.hex] + Self.all(but: excluding)
        return try await git.run(arguments, at: location, limit: limit).outputText
    }

    /// The commits that `to` has and `from` has not, newest first.
    ///
    /// - Parameters:
    ///   - from: nil means all of them.
    ///   - other: what this one has is left out, too.
    ///   - limit: the most that are returned.
    package func log(
        from: ObjectID?, without other: ObjectID? = nil, to: ObjectID, limit: Int = 1_000
    ) async throws(GitError) -> [LogEntry] {
        let range = [from, other].compactMap { $0.map { "^\($0)" } }
        let arguments = ["log", "--no-show-signature", "--format=%H %s", "--max-count=\(limit)", to.hex] + range + ["--"]
        return try await git.run(arguments, at: location).outputText.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.first.flatMap { ObjectID($0) }.map { LogEntry(id: $0, subject: parts.count == 2 ? String(parts[1]) : "") }
        }
    }

    /// The commits that `head` has over `target`, when they are one after the other on top of one commit of `target`: nearly always, and one
    /// question to git.
    ///
    /// - Returns: nil for every other history, and for more than `limit` commits.
    package func straightLine(from target: ObjectID, to head: ObjectID, limit: Int = 500) async throws(GitError) -> StraightLine? {
        let arguments = [
            "log", "--no-show-signature", "--boundary", "--format=%m%H %P%x09%s", "--max-count=\(limit + 1)", head.hex, "^\(target)", "--",
        ]
        var base: ObjectID?
        var commits: [LogEntry] = []
        var next = head
        for line in try await git.run(arguments, at: location).outputText.split(separator: "\n") {
            let parts = line.dropFirst().split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            let ids = parts.first?.split(separator: " ").compactMap { ObjectID($0) } ?? []
            guard ids.first == next, base == nil else { return nil }
            if line.first == ">" {
                guard ids.count == 2 else { return nil }
                commits.append(LogEntry(id: next, subject: parts.count == 2 ? String(parts[1]) : ""))
                next = ids[1]
            } else if line.first == "-" {
                base = next
            } else {
                return nil
            }
        }
        guard let base, !commits.isEmpty, commits.count <= limit else { return nil }
        return StraightLine(base: base, commits: commits)
    }

    private static func all(but paths: [String]) -> [String] {
        paths.isEmpty ? [] : ["--", ":/"] + paths.map { ":(top,exclude,literal)\($0)" }
    }

    /// Git knows the empty tree without its being there.
    private func orEmptyTree(_ id: ObjectID?) -> String { id?.hex ?? emptyTreeID }
}
