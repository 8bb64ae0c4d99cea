import Orchestration
import Processes

/// Whose work a branch in the agent's repository is. Tasks go from agent to agent, and an agent can give any name to any commit.
extension AgentRepository {
    private static let branchesMark = "cco-branches"

    /// Whether a branch's tip is this place's own work on top of `commit`, and not from before others worked on it.
    ///
    /// Where the place has been on the branch, that is a question of ancestry. While it is on it, a tip may also have rewritten `commit`,
    /// if that is the last that came from here or was given: an agent that was killed had no time to hand that in.
    func continues(_ branch: String, _ tip: ObjectID, commit: ObjectID) async throws(GitError) -> Bool {
        let isThere = try currentBranch() == branch
        if isThere, try known() == commit { return true }
        if !isThere, try !hasBeen(on: branch) { return false }
        return try await git.attempt(["merge-base", "--is-ancestor", commit.hex, tip.hex], at: control).succeeded
    }

    /// Whether the branch has been checked out here; true as well where nothing was noted yet.
    private func hasBeen(on branch: String) throws(GitError) -> Bool {
        guard let noted = try notedBranches() else { return true }
        return noted.contains(branch)
    }

    /// Notes that the branch is about to be checked out here. To be called when it leads to where it is meant to lead.
    func noteBranch(_ branch: String) throws(GitError) {
        let noted = try notedBranches() ?? []
        guard !noted.contains(branch) else { return }
        let control = try FolderHandle(path: controlDirectory)
        // Not synced: without it a tip is kept aside, and not lost.
        try control.write(Self.branchesMark, Array((noted + [branch]).joined(separator: "\n").utf8))
    }

    private func notedBranches() throws(GitError) -> [String]? {
        let content = try FolderHandle(path: controlDirectory).read(Self.branchesMark, limit: 16 << 20)
        return content?.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }
}
