import Glibc
import Orchestration
import Processes

extension AgentRepository {
    /// Switches the worktree to a branch: to its present tip where that continues `commit`, otherwise to `commit`, from which it starts.
    ///
    /// A tip that does not continue `commit` is from before others worked on the branch, or no work of this place's on it at all; it is
    /// kept under `refs/cco-moved/`. See ``continues(_:_:commit:)``. So is what the agent stashed while it was on another branch.
    ///
    /// Uncommitted work is saved on the old branch first (see ``saveUncommitted(message:author:date:)``). Build products and other
    /// ignored files stay, so that a worktree can be used again cheaply. Git LFS files stay pointers, and the folders of submodules stay
    /// empty until ``updateSubmodules(trusting:)``. A repository that the agent cloned inside its worktree is left alone.
    /// - Parameters:
    ///   - branch: a short branch name.
    ///   - commit: where a new branch starts; in the hub.
    ///   - cone: the part of the files that the worktree is to hold; nil for all. What the agent has added to it stays while it works on
    ///     the same branch.
    ///   - date: of a commit that saves work, in seconds since 1970.
    /// - Returns: the commit that is checked out: the branch's tip, or `commit` if the branch is new, does not continue it or leads to
    ///   objects that are gone.
    /// - Throws: ``GitError``.
    @discardableResult
    package func checkOut(
        branch: String, at commit: ObjectID, cone: Cone? = nil, date: Int64
    ) async throws(GitError) -> ObjectID {
        let head = try RefName.head(branch)
        _ = try ensureLayout()
        if try await !endRest() { try await saveUncommitted(message: Self.savedMessage, author: identity, date: date) }
        let refs = AgentRefs(gitDirectory: gitDirectory)
        try await requireCommit(commit)
        var target = try refs.read(head) ?? commit
        // The agent can have destroyed what its branch leads to; what is whole is where the caller says that the work began.
        if target != commit, try await !isReadable(target, over: commit) {
            try await removeDamagedObjects()
            target = commit
        }
        if target != commit, try await !continues(branch, target, commit: commit) {
            try refs.keepAside(target, as: branch)
            target = commit
        }
        let isThere = try currentBranch() == branch
        if !isThere { try await clearStash() }
        if try refs.read(head) != target { try refs.write(head, target) }
        try noteBranch(branch)
        let widened = isThere ? try widenedCone() : nil
        try setCone(cone.map { (cone: Cone) in widened.map(cone.union) ?? cone })
        // Just now everything was saved, so that the files are those of the index.
        try await fill(target, head: "ref: \(head)", from: try indexedCommit())
        try setKnown(commit)
        return target
    }

    /// Puts the worktree at a commit without a branch, for managers and gates.
    ///
    /// What is not in the commit is deleted, except ignored files. If a branch was checked out, its uncommitted work is saved first.
    /// - Parameters:
    ///   - cleaningIgnored: whether ignored files go too; files placed by ``placeFiles(_:)`` always stay.
    ///   - date: of a commit that saves work, in seconds since 1970.
    /// - Throws: ``GitError``.
    package func detach(at commit: ObjectID, cleaningIgnored: Bool = false, date: Int64) async throws(GitError) {
        _ = try ensureLayout()
        _ = try await endRest()
        if try currentBranch() != nil { try await saveUncommitted(message: Self.savedMessage, author: identity, date: date) }
        try await requireCommit(commit)
        try await clearStash()
        try setCone(nil)
        let wasEmpty = try await fill(commit, head: commit.hex)
        try setKnown(commit)
        if wasEmpty { return }
        let kept = try placedNames().flatMap { ["-e", Self.pattern(for: $0)] }
        try await clean(["-ffdq"] + (cleaningIgnored ? ["-x"] + kept : kept))
    }

    static let savedMessage = "Uncommitted work, saved by cco"

    /// Processes that write a whole checkout; more than a few only wait for the disk.
    static let checkoutWorkers = min(4, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Makes files, both indexes and both HEADs agree on a commit.
    ///
    /// - Parameter present: the commit that the files are known to be of: then only what differs is touched.
    /// - Returns: whether nothing at all was in the worktree before.
    @discardableResult
    func fill(_ commit: ObjectID, head: String, from present: ObjectID? = nil) async throws(GitError) -> Bool {
        let isBroken = try isUnfilled()
        let wasEmpty = try isEmpty()
        try setUnfilled(true)
        try setIndexed(nil)
        let folder = try FolderHandle(path: controlDirectory)
        var leavesFiles = false
        if try await !isSwitched(to: commit, from: present, &leavesFiles) {
            // Helpers pay for a whole checkout only.
            let workers = try folder.kind(of: "index") == nil ? Self.checkoutWorkers : 1
            let arguments = Self.keepingFolders + ["-c", "checkout.workers=\(workers)", "read-tree", "--reset", "-u", commit.hex]
            let result = try await changeFiles(arguments, &leavesFiles)
            if !result.succeeded {
                // A damaged index is nothing to keep: all of it comes from the commit and the files.
                try folder.unlink("index")
                try await git.run(arguments, at: control, timeout: .seconds(1_800))
            }
        }
        // What a filling that was interrupted, or could not delete, has left of another commit is in no index, and would be taken for
        // somebody's work.
        if (isBroken && !wasEmpty) || leavesFiles {
            do throws(GitError) {
                try await clean(["-fdq"])
            } catch {
                // Another user's files, such as a container's that ran as root, nobody here can take away: they stay.
                guard error.kind == .accessDenied else { throw error }
            }
        }
        try setIndexed(commit)
        try folder.write("HEAD", Array("\(head)\n".utf8), durable: true)
        try showAgent(head: head)
        try setUnfilled(false)
        return wasEmpty
    }

    /// Whether no file is in the worktree, and none was: a worktree that has just been made.
    private func isEmpty() throws(GitError) -> Bool {
        guard try FolderHandle(path: controlDirectory).kind(of: "index") == nil else { return false }
        return try FolderHandle(path: worktreePath).names().allSatisfy { $0 == ".git" }
    }

    /// Goes from one commit to another by what differs between them; false where that cannot be done, as when something ignored is in the way.
    private func isSwitched(
        to commit: ObjectID, from present: ObjectID?, _ leavesFiles: inout Bool
    ) async throws(GitError) -> Bool {
        guard let present, try cone() == nil else { return false }
        if present == commit { return true }
        let arguments = Self.keepingFolders + ["-c", "checkout.workers=1", "read-tree", "-m", "-u", present.hex, commit.hex]
        return try await changeFiles(arguments, &leavesFiles).succeeded
    }

    /// Gives the agent's side the same HEAD and index, and ends whatever merge or rebase it was in.
    private func showAgent(head: String) throws(GitError) {
        guard let tree = try FolderHandle(path: gitDirectory).descend(["worktrees", Self.worktreeName]) else {
            throw GitError(kind: .other, command: "checking out in \(worktreePath)", detail: "\(gitDirectory) was changed meanwhile")
        }
        let keep: Set = ["commondir", "gitdir", "logs", "modules"]
        for name in try tree.names() where !keep.contains(name) { try tree.removeTree(name) }
        try tree.write("HEAD", Array("\(head)\n".utf8), mode: 0o644)
        try showCone(in: tree)
        let control = try FolderHandle(path: controlDirectory)
        var status = stat()
        guard fstatat(control.descriptor, "index", &status, AT_SYMLINK_NOFOLLOW) == 0, let index = try control.read("index", limit: .max)
        else { return }
        // The same time as the original: git compares it with the files' times to tell what it has to look at again.
        try tree.write("index", index, mode: 0o644, modified: status.st_mtim)
    }
}
