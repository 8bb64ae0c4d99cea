import Orchestration
import Processes

/// What makes going from task to task cheap: cco remembers which commit its index is at, and git which folders it has looked into. A worktree
/// in which nothing is unsaved is then known as that by one look at the files' times, and switched by what differs between two commits.
extension AgentRepository {
    private static let indexMark = "cco-index"

    /// Options for commands on cco's index, which otherwise would drop what git knows of the folders.
    static let keepingFolders = ["-c", "core.untrackedCache=keep"]

    /// The commit whose tree cco's index is at; nil when that is not known, as after a command that was cut short, or when the files are not
    /// those of the index.
    func indexedCommit() throws(GitError) -> ObjectID? {
        if try isUnfilled() { return nil }
        return try FolderHandle(path: controlDirectory).read(Self.indexMark, limit: 128).flatMap { AgentRefs.id($0) }
    }

    /// To be set to nil before the index changes, and to the commit when the change is complete.
    func setIndexed(_ commit: ObjectID?) throws(GitError) {
        let control = try FolderHandle(path: controlDirectory)
        if let commit { try control.ensure(Self.indexMark, "\(commit)\n") } else { try control.unlink(Self.indexMark) }
    }

    /// Brings cco's index from the commit that it is at to another, such as what the agent has committed: files that differ between the two are
    /// looked at anew, all others are known as before. What cannot be done like that is left to a longer way.
    func followIndex(to commit: ObjectID) async throws(GitError) {
        guard let present = try indexedCommit(), present != commit, try cone() == nil else { return }
        try setIndexed(nil)
        let arguments = Self.keepingFolders + ["read-tree", "-m", present.hex, commit.hex]
        if try await git.attempt(arguments, at: control, timeout: .seconds(600)).succeeded { try setIndexed(commit) }
    }

    /// Whether the worktree is known to hold exactly `commit`, but for what is ignored. False also where only a longer look could tell.
    func isClean(at commit: ObjectID) async throws(GitError) -> Bool {
        guard try indexedCommit() == commit, try cone() == nil else { return false }
        let control = try FolderHandle(path: controlDirectory)
        // Status compares with HEAD as well. Its branch is only in the agent's repository, and everything would count as added.
        if let branch = try currentBranch() {
            let parts = branch.split(separator: "/").map(String.init)
            if try AgentRefs(gitDirectory: controlDirectory).read("refs/heads/" + branch) != commit {
                try control.descend(["refs"])?.removeTree("heads")
                let folder = try control.makingFolders(["refs", "heads"] + parts.dropLast())
                if let last = parts.last { try folder.write(last, Array("\(commit)\n".utf8)) }
            }
        }
        let arguments = ["status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=all", "--no-renames"]
        let result = try await git.attempt(
            ["-c", "core.untrackedCache=true"] + arguments, at: self.control, timeout: .seconds(600), limit: 1 << 20)
        // Of what it cannot look at, such as a folder without permissions, git only says so.
        guard result.succeeded, !result.truncated, result.standardError.isEmpty else { return false }
        // `XY path`: X is the index against HEAD, Y the files against the index.
        return result.standardOutput.split(separator: 0).allSatisfy { $0.dropFirst().first == UInt8(ascii: " ") }
    }
}
