import Glibc

extension AgentRepository {
    /// In ``directory`` from the moment when everything worth keeping is in the hub, and all that is left to do is deleting.
    static let removalMark = "cco-removing"

    /// Gives the folders of a removal that has gone past its mark other names, so that the place is free at once and nothing that is made
    /// there later can be deleted by mistake. The marked folder goes last.
    func setRemovalAside() throws(GitError) {
        guard FolderTree.exists(directory + "/" + Self.removalMark) else { return }
        let number = UInt64.random(in: .min ... .max)
        for path in [worktreePath, directory] where FolderTree.exists(path) {
            guard rename(path, "\(path)\(Self.asideInfix)\(number)") == 0 else { throw .system("renaming \(path)") }
        }
    }

    /// Deletes what earlier removals left under other names.
    ///
    /// - Throws: ``GitError``.
    @discardableResult
    func finishRemovals() async throws(GitError) -> [RepositoryFinding] {
        var findings: [RepositoryFinding] = []
        var removed: [String] = []
        for path in [worktreePath, directory] {
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { continue }
            let parent = String(path[..<slash])
            let prefix = String(path[path.index(after: slash)...]) + Self.asideInfix
            guard FolderTree.exists(parent) else { continue }
            for name in try FolderHandle(path: parent).names() where name.hasPrefix(prefix) {
                removed.append(parent + "/" + name)
                findings.append(.removalFinished(path: path))
            }
        }
        // In this order.
        try await FolderTree.remove(removed, environment: git.localEnvironment)
        return findings.uniquedFindings
    }

    private static let asideInfix = ".removing-"
}

extension [RepositoryFinding] {
    /// Each finding once, in order.
    fileprivate var uniquedFindings: [RepositoryFinding] {
        reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
