import ConfigurationFiles
import Engine
import Git
import Glibc
import Orchestration

/// Where `cco merge` keeps what it needs meanwhile, and where `cco queue` looks for it: in the user's cache, a workspace for each repository and
/// target, so that two merges that have nothing to do with each other do not wait for each other.
struct MergePlaces: Sendable {
    /// Absolute.
    let folder: String
    private let currentFolder: String

    init(_ surroundings: Surroundings) {
        let named = surroundings.environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        folder = (named ?? (surroundings.home ?? "/tmp") + "/.cache") + "/cco/merge"
        currentFolder = surroundings.currentFolder
    }

    /// - Parameters:
    ///   - repository: a URL or a path, as a person names it; the same wherever a relative path is named from.
    ///   - target: the branch that gets others.
    /// - Throws: `GitError` for what is no repository's name.
    func workspace(of repository: String, target: String) throws -> Workspace {
        Workspace(path: "\(folder)/\(try prefix(of: repository))\(Self.digest(target))")
    }

    /// Those that a merge into any branch of a repository has had.
    ///
    /// - Throws: `GitError` for what is no repository's name; `Failure` when the folder cannot be read.
    func workspaces(of repository: String) throws -> [Workspace] {
        let prefix = try prefix(of: repository)
        guard access(folder, F_OK) == 0 else { return [] }
        return try FolderListing.names(in: folder).filter { $0.hasPrefix(prefix) }.map { Workspace(path: "\(folder)/\($0)") }
    }

    private func prefix(of repository: String) throws -> String {
        let origin = try RemoteURL(repository, relativeTo: currentFolder)
        return Self.digest(origin.localPath ?? origin.location) + "-"
    }

    private static func digest(_ text: String) -> String { String(FNV1a.hash(text), radix: 16) }
}
