import Processes

/// Folders that the agent, or a program it ran, has made unreadable or unwritable: a package cache, or what a test left. Git often only
/// warns of them, and says that all went well.
extension AgentRepository {
    private static let barriers = ["Permission denied", "unable to unlink", "failed to remove", "could not open directory"]

    /// Whether git says that it could not get at something, however it ended.
    static func isHeldUp(_ result: ChildCommandResult) -> Bool {
        isBarrier(result.errorText)
    }

    /// The same for a part of what it said.
    static func isBarrier(_ text: String) -> Bool {
        barriers.contains { text.range(of: $0) != nil }
    }

    func makeAccessible() async throws(GitError) {
        try await FolderTree.makeAccessible(worktreePath, environment: git.localEnvironment)
    }

    /// Runs a command that brings the worktree's files to another commit, a second time where something was in its way.
    ///
    /// - Parameter leavesFiles: set where the command went on without what it could not delete. That is in no index then, and a second
    ///   time would not delete it either; it is accessible now.
    func changeFiles(_ arguments: [String], _ leavesFiles: inout Bool) async throws(GitError) -> ChildCommandResult {
        let result = try await git.attempt(arguments, at: control, timeout: .seconds(1_800))
        guard Self.isHeldUp(result) else { return result }
        try await makeAccessible()
        if result.succeeded {
            leavesFiles = true
            return result
        }
        return try await git.attempt(arguments, at: control, timeout: .seconds(1_800))
    }

    /// Deletes what is in no index.
    ///
    /// - Parameter options: of `git clean`.
    func clean(_ options: [String]) async throws(GitError) {
        let arguments = ["clean"] + options
        let result = try await git.attempt(arguments, at: control, timeout: .seconds(600))
        if result.succeeded, !Self.isHeldUp(result) { return }
        try await makeAccessible()
        try await git.run(arguments, at: control, timeout: .seconds(600))
    }
}
