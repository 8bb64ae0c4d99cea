import Journal
import Orchestration

/// The runs that earlier calls of `cco merge` have left in a workspace.
struct FormerMerges {
    let workspace: Workspace
    /// Whether `cco merge` has chosen the workspace itself, so that nothing but merges was ever in it.
    let isOwn: Bool

    /// Ends what killed merges have left running, and removes them with their repositories unless one holds what origin was not to get.
    ///
    /// All are looked at before the first is touched: what is not known to be a merge may be the work of many hours.
    /// - Returns: what a person should know of those that cannot be read, and stay.
    /// - Throws: `BranchMergeError` where somebody has named a workspace that holds more than merges; nothing was changed then.
    ///   `TreeRemoval.Failure` for what cannot be removed.
    func giveUp() async throws -> [String] {
        var merges: [(folder: RunFolder, isKept: Bool)] = []
        var notices: [String] = []
        for folder in try workspace.runs() {
            do {
                let run = try read(folder)
                if let run, run.settings.branches == nil { throw BranchMergeError.holdsAgents(workspace: workspace.path, run: run.id.name) }
                merges.append((folder, isKept: run.map { $0.isEnded && !$0.settings.push } ?? false))
            } catch let error where error is JournalError || error is ReplayError {
                guard isOwn else { throw BranchMergeError.unreadable(run: folder.path, reason: "\(error)") }
                notices.append(
                    "an earlier merge cannot be read, and stays as it is; remove \(folder.path) if nothing of it is wanted: \(error)")
            }
        }
        for merge in merges {
            if merge.isKept { try await merge.folder.endLeftovers() } else { try await merge.folder.remove() }
        }
        return notices
    }

    /// `nil` for a run that had not begun: without a journal, or with an empty one, whose making was interrupted.
    private func read(_ folder: RunFolder) throws -> Run? {
        do {
            return try RunHost.read(folder)
        } catch let error as JournalError where error.kind == .missing {
            return nil
        }
    }
}
