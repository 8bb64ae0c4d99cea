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
    /// The system's `rm` is used because it copes with trees of any depth, which an agent can make on purpose. Folders without write
    /// permission, such as a package cache, are made writable on a second try.
    /// - Throws: ``GitError``.
    static func remove(_ path: String, environment: [String: String]) async throws(GitError) {
        try await remove([path], environment: environment)
    }

    /// The same for several, one after the other.
    static func remove(_ paths: [String], environment: [String: String]) async throws(GitError) {
        for path in paths where !path.hasPrefix("/") || path.count < 2 {
            throw .invalid("removing a folder", "\"\(path)\" is not an absolute path")
        }
        let present = paths.filter(exists)
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
