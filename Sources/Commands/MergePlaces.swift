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

    /// A folder for everybody is no place: others could have made what is in it.
    ///
    /// - Parameter accountHome: the home folder of whoever runs cco, for an environment that names none.
    /// - Throws: `Failure` where there is none.
    init(_ surroundings: Surroundings, accountHome: () -> String? = { AccountHome.path(of: geteuid()) }) throws {
        func absolute(_ path: String?) -> String? { path.flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let named = absolute(surroundings.environment["XDG_CACHE_HOME"])
        guard let cache = named ?? (absolute(surroundings.home) ?? absolute(accountHome())).map({ $0 + "/.cache" }) else {
            throw Failure(
                "there is no place for what cco merge keeps: HOME is not set, and this user has no home folder. "
                    + "Set HOME or XDG_CACHE_HOME, or name a folder with --workspace.", .cannotCreate)
        }
        folder = cache + "/cco/merge"
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
