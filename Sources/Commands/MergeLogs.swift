import Engine
import Glibc

/// The logs of `cco merge`, which lie in its workspace; those of runs lie beside the configuration, and are not touched.
struct MergeLogs: Sendable {
    static let folderName = "logs"

    let place: Place
    let surroundings: Surroundings

    /// Removes the logs of all merges but these.
    ///
    /// - Returns: whether there were any.
    /// - Throws: `Failure` with what could not be removed.
    func remove(but kept: Set<String>) async throws -> Bool {
        let path = "\(place.workspace.path)/\(Self.folderName)"
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, !mayHoldRuns(path) else { return false }
        let names = try FolderListing.names(in: path).filter { RunLogs.isRunName($0) && !kept.contains($0) }
        for name in names { try await FolderRemoval.remove("\(path)/\(name)") }
        // Not empty: there are logs that are still of use, or files of somebody else.
        rmdir(path)
        return !names.isEmpty
    }

    /// Whether the configuration has the logs of its runs in there; one that cannot be read may.
    private func mayHoldRuns(_ path: String) -> Bool {
        guard place.isConfigured else { return false }
        guard let directory = try? place.logDirectory(surroundings) else { return true }
        return directory == path || directory.hasPrefix(path + "/")
    }
}
