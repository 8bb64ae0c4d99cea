import Engine
import Git
import Orchestration
import Processes

/// The result of a `cco merge` that origin was not to get, in the repository that the merge has left for it.
struct MergeRemains: Sendable {
    let folder: RunFolder
    /// The branch with the result.
    let target: String

    /// `nil` where there is no such result: it was pushed, nothing has landed, or the merge has not ended and is made anew.
    init?(_ merge: Run, in folder: RunFolder) {
        let hasLanded = merge.branches.contains { if case .landed = $0.outcome { true } else { false } }
        guard hasLanded, merge.isEnded, !merge.settings.push, FolderRemoval.exists(folder.hub) else { return nil }
        self.folder = folder
        target = merge.settings.targetBranch
    }

    /// Whether the branch of that name at origin has the result by now, because somebody has pushed it. Where that cannot be found out it has
    /// not.
    func isAtOrigin(_ git: Git) async -> Bool {
        let hub = GitLocation(gitDirectory: folder.hub)
        let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "origin"]
        do {
            try await git.run(fetch + ["+refs/heads/\(target):refs/cco/origin/\(target)"], at: hub, reach: .origin)
            let missing = try await git.run(["rev-list", "--count", "refs/heads/\(target)", "^refs/cco/origin/\(target)", "--"], at: hub)
            return missing.outputText.filter(\.isNumber) == "0"
        } catch {
            return false
        }
    }
}
