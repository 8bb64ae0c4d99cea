import Orchestration
import Processes

/// What an agent's worktree holds over a commit, for a person who looks while the agent may be at work: nothing is written, not even an index.
package struct WorktreeChanges: Sendable {
    private let git: Git
    private let location: GitLocation

    /// New files whose content is shown; of the others only that they are there.
    private static let mostNewFiles = 50
    /// Bytes of one new file that are shown.
    private static let longestNewFile = 32 << 10

    /// - Parameters:
    ///   - directory: the agent's ``AgentRepository/directory``.
    ///   - worktree: its ``AgentRepository/worktreePath``.
    package init(directory: String, worktree: String, git: Git) {
        self.git = git
        location = GitLocation(gitDirectory: directory + "/control.git", workTree: worktree)
    }

    /// The difference between where the agent's work left the line of `target` and its files as they are now, committed or not, as a patch.
    ///
    /// - Parameters:
    ///   - target: the branch's newest commit; `nil` compares with what was checked out.
    ///   - limit: bytes kept; the cut is at the end of a line.
    /// - Throws: ``GitError``, for example while nothing has been checked out yet.
    package func patch(since target: ObjectID?, limit: Int) async throws(GitError) -> DiffText {
        let base = try await base(target)
        let result = try await run(["diff", "-p", "-M"] + HubRepository.plainDiff + [base, "--"], limit: limit)
        var bytes = result.standardOutput
        if result.truncated, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange((end + 1)...) }
        var total = bytes.count + result.discardedBytes
        var text = String(decoding: bytes, as: UTF8.self)
        for path in try await newFiles().prefix(Self.mostNewFiles) where !result.truncated {
            let patch = try patch(ofNew: path)
            total += patch.utf8.count
            if text.utf8.count + patch.utf8.count <= limit { text += patch }
        }
        return DiffText(text: text, truncated: total > text.utf8.count, totalBytes: total)
    }

    /// Branches that an agent has made are in its own repository only; the last commit that the hub has of its work is known here.
    private func base(_ target: ObjectID?) async throws(GitError) -> String {
        guard
            let known = try FolderHandle(path: location.gitDirectory).read(AgentRepository.knownMark, limit: 128).flatMap({
                AgentRefs.id($0)
            })
        else { throw .invalid("comparing an agent's files", "nothing has been checked out for it yet") }
        guard let target else { return known.hex }
        let result = try await git.attempt(["merge-base", known.hex, target.hex], at: location)
        let base = result.outputText.prefix { !$0.isWhitespace }
        return result.succeeded && !base.isEmpty ? String(base) : known.hex
    }

    private func newFiles() async throws(GitError) -> [String] {
        try await run(["ls-files", "--others", "--exclude-standard", "-z"], limit: 1 << 20).standardOutput
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Links are not followed: the agent may have pointed one anywhere.
    private func patch(ofNew path: String) throws(GitError) -> String {
        let text = "diff --git a/\(path) b/\(path)\nnew file, not committed\n--- /dev/null\n+++ b/\(path)\n"
        guard let worktree = location.workTree else { return text }
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, let folder = try FolderHandle(path: worktree).descend(Array(parts.dropLast())),
            try folder.kind(of: name) == .file, let content = try folder.read(name, limit: Self.longestNewFile)
        else { return text }
        guard !content.contains(0) else { return text + "Binary file\n" }
        var lines = String(decoding: content, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return text + lines.map { "+\($0)\n" }.joined()
    }

    private func run(_ arguments: [String], limit: Int) async throws(GitError) -> ChildCommandResult {
        try await git.run(["--no-optional-locks"] + arguments, at: location, limit: limit, isInterruptible: true)
    }
}
