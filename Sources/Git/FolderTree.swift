import Glibc
import Processes

/// Whole folders on the local disk: made with their parents, and removed however large.
enum FolderTree {
    /// Makes the absolute `path` and its missing parents with mode 0700. An existing folder keeps its mode.
    ///
    /// - Throws: ``GitError``.
    static func make(_ path: String) throws(GitError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .system("making the folder \(path)")
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("making the folder \(path)") }
    }

    /// Whether something is there, a dangling link included.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether a real folder is there, not a link to one.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes the absolute `path` and all below it; nothing there is fine. Links are removed, not followed.
    ///
    /// What is small is removed here. For the rest the system's `rm` is used, because it copes with trees of any depth, which an agent can make
    /// on purpose, and holds up nobody. Folders without write permission, such as a package cache, are made writable on a second try.
    /// - Throws: ``GitError``.
    static func remove(_ path: String, environment: [String: String]) async throws(GitError) {
        try await remove([path], environment: environment)
    }

    /// The same for several, one after the other.
    static func remove(_ paths: [String], environment: [String: String]) async throws(GitError) {
        for path in paths where !path.hasPrefix("/") || path.count < 2 {
            throw .invalid("removing a folder", "\"\(path)\" is not an absolute path")
        }
        var left = Self.smallTree
        // What is left goes in the same order: what follows a large one waits for it.
        let present = Array(paths.filter(exists).drop { removeSmall($0, &left) })
        guard !present.isEmpty else { return }
        if try await command("rm", ["-rf", "--"] + present, environment).succeeded { return }
        for path in present { try await makeAccessible(path, environment: environment) }
        let result = try await command("rm", ["-rf", "--"] + present, environment)
        guard result.succeeded else {
            throw GitError(
                kind: .other, command: "removing \(present.joined(separator: ", "))", exit: "\(result.exit)",
                detail: result.errorText.trimmed)
        }
    }

    /// Files and folders that are removed without a process of its own for it: some milliseconds of work.
    private static let smallTree = 2_000

    /// - Parameter left: how many may still be removed.
    /// - Returns: false when something is left, for whatever reason.
    private static func removeSmall(_ path: String, _ left: inout Int) -> Bool {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex, path.last != "/" else { return false }
        // What does not go here, rm tries, and says why.
        guard let parent = try? FolderHandle(path: String(path[..<slash])) else { return false }
        return (try? remove(String(path[path.index(after: slash)...]), in: parent, depth: 0, &left)) ?? false
    }

    private static func remove(_ name: String, in folder: borrowing FolderHandle, depth: Int, _ left: inout Int) throws(GitError) -> Bool {
        left -= 1
        guard left >= 0, depth < 64 else { return false }
        guard let inner = try folder.folder(name) else {
            try folder.unlink(name)
            return true
        }
        for entry in try inner.names() { guard try remove(entry, in: inner, depth: depth + 1, &left) else { return false } }
        return unlinkat(folder.descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT
    }

    /// Gives the owner back the permission to read and write everything below `path`, as far as possible.
    static func makeAccessible(_ path: String, environment: [String: String]) async throws(GitError) {
        _ = try await command("chmod", ["-R", "u+rwX", "--", path], environment)
    }

    private static func command(
        _ name: String, _ arguments: [String], _ environment: [String: String]
    ) async throws(GitError) -> ChildCommandResult {
        do {
            return try await ChildCommand(name, arguments, environment: environment, timeout: .seconds(600), outputLimit: 1 << 16).run()
        } catch {
            throw GitError(kind: error.isCancellation ? .cancelled : .other, command: name, detail: error.description)
        }
    }
}

extension ChildCommandError {
    /// Whether the caller's task was cancelled.
    var isCancellation: Bool {
        if case .cancelled = self { true } else { false }
    }
}
