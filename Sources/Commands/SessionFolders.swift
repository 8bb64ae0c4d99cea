import Engine

/// The folders in which the Claude Code CLI keeps the sessions of a run's agents, where they use the user's own configuration folder.
struct SessionFolders: Sendable {
    var surroundings: Surroundings
    var run: RunFolder

    /// Removes the sessions of this run's worktrees and no others.
    func remove() async throws {
        for path in try paths() { try await FolderRemoval.remove(path) }
    }

    func paths() throws -> [String] {
        let environment = surroundings.environment
        guard let configuration = environment["CLAUDE_CONFIG_DIR"] ?? surroundings.home.map({ $0 + "/.claude" }) else { return [] }
        let projects = configuration + "/projects"
        guard FolderRemoval.exists(projects) else { return [] }
        // The run's id is part of the name, so no folder of another project begins like this.
        let prefix = Self.folderName(for: run.path + "/agents/")
        return try FolderListing.names(in: projects).filter { $0.hasPrefix(prefix) && $0.hasSuffix("-tree") }.map { "\(projects)/\($0)" }
    }

    /// The CLI's name for a working directory: everything but letters and digits becomes a dash.
    static func folderName(for workingDirectory: String) -> String {
        String(workingDirectory.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }
}
