import Git

extension RunFolder {
    /// Ends what a cco that is gone has left at work in here: processes with the run's mark, and git commands on its repositories,
    /// which have a mark of their own.
    ///
    /// - Throws: `SystemError`, `GitError` when /proc cannot be listed.
    func endLeftovers() async throws {
        _ = try await StrayProcesses(marker: marker, awaited: []).reconcile()
        _ = try await GitProcesses.endOrphans(below: path)
    }

    /// Removes the folder with all that it holds, and before that ends what would go on writing in it.
    ///
    /// - Throws: what ``endLeftovers()`` does; `TreeRemoval.Failure` for what cannot be removed.
    func remove() async throws {
        let folder = self
        // A task of its own: whoever gives up an opening has cancelled the caller's.
        try await _Concurrency.Task {
            try await folder.endLeftovers()
            try PrivateFiles.remove(folder.path)
        }.value
    }
}
