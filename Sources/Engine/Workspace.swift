import FoundationEssentials
import Glibc
import Orchestration
import Processes

/// The folder that belongs to one configuration: its runs, its lock, its socket. Two configurations never share one.
///
/// Layout: `format` (version of this layout), `lock`, `control.sock`, `current` (the newest run's id) and `runs/<id>/`; of `cco merge` also
/// `logs/<id>/` and `outcome.json`.
package struct Workspace: Sendable, Equatable {
    /// Absolute path.
    package let path: String

    /// The version of the layout that this cco reads and writes.
    package static let format = 1

    package init(path: String) { self.path = path }

    package var lockPath: String { path + "/lock" }
    package var exists: Bool { PrivateFiles.exists(path) }

    /// Whether a cco has ever begun in it. Who only looks takes no other folder.
    package var isBegun: Bool { PrivateFiles.exists(formatFile) || PrivateFiles.exists(lockPath) }

    private var formatFile: String { path + "/format" }

    /// What a workspace may consist of before it has its `format`.
    private static let beginnings: Set<String> = ["lock", "format" + PrivateFiles.unfinished]

    /// The unix socket of the engine that has the workspace in hand. Long workspace paths do not fit into a socket address, so the socket then
    /// lies in a private folder below the temporary one, named after the workspace.
    package var socketPath: String {
        let near = path + "/control.sock"
        guard near.utf8.count > 100 else { return near }
        return "\(Workspace.temporaryFolder)/\(digest).sock"
    }

    /// Tells the workspaces of a machine apart where a path is too long.
    package var digest: String {
        String(FNV1a.hash(path), radix: 16)
    }

    private static var temporaryFolder: String { "/tmp/cco-\(geteuid())" }

    /// Makes the folder, or checks that it is one that this version understands.
    ///
    /// - Throws: `WorkspaceError`.
    package func prepare() throws {
        if let text = try PrivateFiles.text(formatFile) {
            let found = Int(text.filter(\.isNumber)) ?? 0
            guard found == Workspace.format else { throw WorkspaceError.otherFormat(path: path, found: found) }
        } else {
            if PrivateFiles.exists(path), try !PrivateFiles.names(in: path).allSatisfy({ Self.beginnings.contains($0) }) {
                throw WorkspaceError.notAWorkspace(path: path)
            }
            try PrivateFiles.makeFolder(path)
            try PrivateFiles.write(Array("\(Workspace.format)\n".utf8), to: formatFile)
        }
        try PrivateFiles.makeFolder(path + "/runs")
        if !socketPath.hasPrefix(path) { try PrivateFiles.makeFolder(Workspace.temporaryFolder) }
    }

    /// Objects to a folder of somebody else's, without touching it.
    ///
    /// Nobody needs to hold the lock: others may begin, or clean up, while this looks.
    private func checkIsNotForeign() throws {
        // One that is missing may be made; what else is wrong with it, who makes it or its lock says.
        guard !PrivateFiles.exists(formatFile), let names = try? PrivateFiles.names(in: path) else { return }
        // The format comes before everything else, and goes after it.
        guard names.contains(where: { !Self.beginnings.contains($0) }), !PrivateFiles.exists(formatFile) else { return }
        throw WorkspaceError.notAWorkspace(path: path)
    }

    /// Takes the workspace for this process. A folder of somebody else's stays as it is.
    ///
    /// - Parameter isBrief: for a look only; whoever comes meanwhile waits for it instead of failing.
    /// - Throws: `WorkspaceError.held` when another process has it; `WorkspaceError.notAWorkspace`.
    package func lock(isBrief: Bool = false) throws -> FileLock {
        var attempts = 1
        while true {
            try checkIsNotForeign()
            try PrivateFiles.makeFolder(path)
            do {
                return try FileLock(path: lockPath, isBrief: isBrief)
            } catch {
                switch error {
                case .held(_, let holder): throw WorkspaceError.held(path: path, by: holder?.description ?? "another process")
                // A cleanup has taken the folder away since it was looked for.
                case .system(let cause) where cause.code == ENOENT && attempts < 10: attempts += 1
                case .system: throw error
                }
            }
        }
    }

    /// The newest run, or `nil` before the first.
    package func currentRun() throws -> RunFolder? {
        guard let text = try PrivateFiles.text(path + "/current") else { return nil }
        let id = text.filter { !$0.isNewline }
        guard !id.isEmpty, !id.contains("/") else { return nil }
        let folder = RunFolder(workspace: self, id: ID(String(id)))
        return PrivateFiles.exists(folder.path) ? folder : nil
    }

    package func setCurrent(_ run: RunID) throws { try PrivateFiles.write(Array("\(run)\n".utf8), to: path + "/current") }

    /// Every run that still has a folder.
    package func runs() throws -> [RunFolder] {
        guard PrivateFiles.exists(path + "/runs") else { return [] }
        return try PrivateFiles.names(in: path + "/runs").sorted().map { RunFolder(workspace: self, id: ID($0)) }
    }
}

/// What is wrong with a workspace.
package enum WorkspaceError: Error, CustomStringConvertible, Equatable {
    case held(path: String, by: String)
    case otherFormat(path: String, found: Int)
    case notAWorkspace(path: String)

    package var description: String {
        switch self {
        case .held(let path, let holder):
            "\(path) is in use by \(holder). Watch it with `cco status`, stop it with `cco pause`, or choose another place with --workspace."
        case .otherFormat(let path, let found):
            "\(path) was made by another version of cco (layout \(found), this one reads \(Workspace.format)). Use that version to finish or clean up "
                + "its runs, or choose another place with --workspace. Nothing was changed."
        case .notAWorkspace(let path):
            "\(path) is a folder with other things in it, not a workspace of cco. Choose an empty or new folder with --workspace. Nothing was changed."
        }
    }
}
