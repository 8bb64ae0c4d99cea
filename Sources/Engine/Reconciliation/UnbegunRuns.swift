import Journal
import Orchestration

/// Removes runs that were being set up when an engine died: they never became the workspace's current run, and no engine has begun them, so
/// nothing was spent and no agent has worked in them. Runs that were begun stay, whatever became of them.
struct UnbegunRuns: ReconciliationDuty {
    let subject = "runs"
    let workspace: Workspace
    let logDirectory: String

    func reconcile() async throws -> [String] {
        let current = try workspace.currentRun()?.id
        var removed: [String] = []
        for folder in try workspace.runs() where folder.id != current {
            guard try !wasBegun(folder) else { continue }
            try await folder.remove()
            try PrivateFiles.remove("\(logDirectory)/\(folder.id)")
            removed.append(folder.id.name)
        }
        return removed.isEmpty ? [] : ["removed \(removed.joined(separator: ", ")), which had not begun"]
    }

    private func wasBegun(_ folder: RunFolder) throws -> Bool {
        guard PrivateFiles.exists("\(folder.path)/\(Journal.fileName)") else { return false }
        let journal: Journal
        do {
            journal = try Journal(existingIn: folder.path)
        } catch {
            // Empty: its making was interrupted. Anything else that cannot be read may be somebody's work.
            return error.kind != .missing
        }
        defer { try? journal.close() }  // Only read from.
        // The first engine's start is the first event after those that describe the run.
        return try journal.events(after: 0, limit: 8).contains { $0.record.kind == "engineStarted" }
    }
}
