import Processes

extension HubRepository {
    /// A working clone refuses pushes to the branch it has checked out, unless told otherwise, and so it does while it is in the midst of
    /// something that began on the branch and returns to it.
    package func checkedOutOrigin(_ branch: String) async throws(GitError) -> PushPreflight? {
        guard let folder = try await localOriginDirectory() else { return nil }
        let place = GitLocation(gitDirectory: folder)
        let setting = try await git.attempt(["config", "--get", "receive.denyCurrentBranch"], at: place).outputText.trimmed.lowercased()
        if ["ignore", "warn", "updateinstead", "false", "no", "off", "0"].contains(setting) { return nil }
        let listing = try await git.run(["worktree", "list", "--porcelain"], at: place).outputText
        var worktree = ""
        for line in listing.split(separator: "\n") {
            if line.hasPrefix("worktree ") { worktree = String(line.dropFirst(9)) }
            if line == "branch refs/heads/\(branch)" {
                let advice =
                    "git -C \(worktree) config receive.denyCurrentBranch updateInstead   (its files follow each push), "
                    + "or check out another branch there, or let the run use a branch of its own"
                return .checkedOut(at: worktree, advice: advice)
            }
            if line == "detached", let work = try await unfinishedWork(on: branch, in: worktree) {
                return .occupied(at: worktree, by: work)
            }
        }
        return nil
    }

    /// What a worktree without a branch is in the midst of, if that began on this one; as git itself finds it out.
    private func unfinishedWork(on branch: String, in worktree: String) async throws(GitError) -> UnfinishedWork? {
        let place = GitLocation(gitDirectory: worktree + "/.git")
        let answer = try await git.attempt(["rev-parse", "--absolute-git-dir"], at: place)
        guard answer.succeeded else { return nil }
        return try UnfinishedWork(on: branch, in: answer.outputText.trimmed)
    }
}

extension UnfinishedWork {
    /// - Parameter gitDirectory: that of one worktree.
    fileprivate init?(on branch: String, in gitDirectory: String) throws(GitError) {
        let folder = try FolderHandle(path: gitDirectory)
        for name in ["rebase-merge", "rebase-apply"] {
            guard let state = try folder.folder(name) else { continue }
            if Self.isName(try state.read("head-name"), of: branch) {
                self = .rebase
                return
            }
        }
        guard Self.isName(try folder.read("BISECT_START"), of: branch) else { return nil }
        self = .bisection
    }

    private static func isName(_ content: [UInt8]?, of branch: String) -> Bool {
        guard let content else { return false }
        let name = String(decoding: content, as: UTF8.self).trimmed
        return name == branch || name == "refs/heads/\(branch)"
    }
}
