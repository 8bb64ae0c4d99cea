import Orchestration
import Processes

/// Worktrees that hold only a part of the repository's files.
///
/// `control.git/info/sparse-checkout` says which, and that the worktree is sparse at all. The agent has a copy of its own, which
/// `git sparse-checkout add` changes; it is read as a plain file.
extension AgentRepository {
    private static let patternsFile = "sparse-checkout"

    /// What cco put into the worktree; nil for everything.
    func cone() throws(GitError) -> Cone? {
        let text = try FolderHandle(path: controlDirectory).descend(["info"])?.read(Self.patternsFile)
        return text.flatMap { Cone(patterns: $0) }
    }

    /// What the worktree holds since the agent widened it; nil for everything.
    func widenedCone() throws(GitError) -> Cone? {
        guard let cone = try cone() else { return nil }
        let text = try FolderHandle(path: gitDirectory).descend(["worktrees", Self.worktreeName, "info"])?.read(Self.patternsFile)
        guard let text, let widened = Cone(patterns: text) else { return cone }
        return cone.union(widened)
    }

    /// Says what the next checkout puts into the worktree. To be called only when nothing in it is unsaved.
    func setCone(_ cone: Cone?) throws(GitError) {
        guard try self.cone() != cone else { return }
        let control = try FolderHandle(path: controlDirectory)
        let info = try control.makingFolder("info")
        if let cone {
            try info.ensure(Self.patternsFile, cone.patterns)
        } else {
            try info.unlink(Self.patternsFile)
            // Its entries say that files are missing on purpose. Without it, git puts every file there.
            try control.unlink("index")
        }
        _ = try ensureLayout()
    }

    /// Gives the agent's side the same patterns.
    func showCone(in tree: borrowing FolderHandle) throws(GitError) {
        guard let cone = try cone() else { return }
        try tree.makingFolder("info").write(Self.patternsFile, Array(cone.patterns.utf8), mode: 0o644)
    }

    /// The lines of both configurations' section `core`.
    func sparseSettings() throws(GitError) -> String {
        try cone() == nil ? "" : "\tsparseCheckout = true\n\tsparseCheckoutCone = true\n"
    }

    /// Marks what the worktree does not hold in cco's index, so that a file that is not there does not count as deleted. Git takes the mark
    /// off again from what is there all the same.
    ///
    /// - Parameter paths: of all entries of the index.
    func markAbsent(_ paths: [ArraySlice<UInt8>]) async throws(GitError) {
        guard let cone = try widenedCone() else { return }
        let outside = paths.filter { !cone.contains(String(decoding: $0, as: UTF8.self)) }
        guard !outside.isEmpty else { return }
        try await git.run(
            Self.keepingFolders + ["update-index", "--skip-worktree", "-z", "--stdin"], at: control,
            input: Array(outside.joined(separator: [0])) + [0],
            timeout: .seconds(600))
    }
}
