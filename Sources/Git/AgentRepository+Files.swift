import Glibc
import Orchestration
import Processes

extension AgentRepository {
    /// Keeps files out of every commit that the agent or cco makes with `git add`, by patterns as in `.gitignore`. Adds to earlier ones.
    ///
    /// They go to the common `info/exclude`; one of a linked worktree has no effect.
    /// - Throws: ``GitError``.
    package func exclude(_ patterns: [String]) throws(GitError) {
        for pattern in patterns where pattern.contains("\n") || pattern.isEmpty {
            throw .invalid("excluding files", "\"\(pattern)\" is not one line of a .gitignore")
        }
        _ = try ensureLayout()
        let all = (try exclusions() + patterns).uniqued
        guard let info = try FolderHandle(path: controlDirectory).folder("info") else { return }
        try info.ensure("exclude", all.map { $0 + "\n" }.joined())
        _ = try ensureLayout()
    }

    /// The patterns of ``exclude(_:)``, in order.
    func exclusions() throws(GitError) -> [String] {
        let content = try FolderHandle(path: controlDirectory).descend(["info"])?.read("exclude") ?? []
        return content.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes files such as `.env` into the worktree, mode 0600, and excludes them from commits.
    ///
    /// Older files and links of these names are replaced, never written through. So are folders of which nothing is tracked, such as an
    /// environment of Python's at `.env`.
    /// - Parameter files: the content by path relative to the worktree.
    /// - Throws: ``GitError``; of kind `invalidInput` for a path outside the worktree, and of kind `wouldLoseWork` for one that the
    ///   repository tracks, because its content would be committed.
    package func placeFiles(_ files: [String: [UInt8]]) async throws(GitError) {
        for path in files.keys { try Self.checkPlaceable(path) }
        guard !files.isEmpty else { return }
        _ = try ensureLayout()
        let tracked = try await git.run(["--literal-pathspecs", "ls-files", "-z", "--"] + files.keys.sorted(), at: control).standardOutput
        if let first = tracked.split(separator: 0).first {
            throw GitError(
                kind: .wouldLoseWork, command: "placing files in \(worktreePath)",
                detail: "the repository tracks \(String(decoding: first, as: UTF8.self)), so its content would be committed")
        }
        let names = (try placedNames() + files.keys.sorted()).uniqued
        try FolderHandle(path: controlDirectory).ensure("cco-placed", names.joined(separator: "\n"))
        try exclude(files.keys.sorted().map(Self.pattern(for:)))
        let root = try FolderHandle(path: worktreePath)
        for (path, content) in files {
            let parts = path.split(separator: "/").map(String.init)
            let folder = try root.makingFolders(Array(parts.dropLast()))
            guard let last = parts.last else { continue }
            if try folder.kind(of: last) == .folder {
                try await FolderTree.remove(folder.path + "/" + last, environment: git.localEnvironment)
            }
            try folder.write(last, content, mode: 0o600)
        }
    }

    /// Those of some paths at which a commit of the hub's or of the agent's has anything: a file, a folder or a submodule.
    ///
    /// - Throws: ``GitError``.
    package func tracked(_ paths: [String], at commit: ObjectID) async throws(GitError) -> Set<String> {
        guard !paths.isEmpty else { return [] }
        let arguments = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", "--name-only", commit.hex, "--"] + paths
        let output = try await git.run(arguments, at: control).standardOutput
        return Set(output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }

    /// The paths of ``placeFiles(_:)`` so far.
    func placedNames() throws(GitError) -> [String] {
        let content = try FolderHandle(path: controlDirectory).read("cco-placed") ?? []
        return content.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func checkPlaceable(_ path: String) throws(GitError) {
        guard RelativePath.isSafe(path), !path.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw .invalid("placing files", "\"\(path)\" is not a path inside the worktree")
        }
    }

    /// The `.gitignore` pattern for exactly this path.
    static func pattern(for path: String) -> String {
        "/" + path.reduce(into: "") { $0 += "\\*?[ ".contains($1) ? "\\\($1)" : "\($1)" }
    }
}
