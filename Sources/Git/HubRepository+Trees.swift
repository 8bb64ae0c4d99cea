import Orchestration
import Processes

extension HubRepository {
    /// One entry of a tree.
    struct TreeEntry: Sendable, Equatable {
        var mode: String
        var type: String
        var id: ObjectID
    }

    func entry(at commit: ObjectID, path: String) async throws(GitError) -> TreeEntry? {
        let output = try await git.run(["--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit.hex, "--", path], at: location)
        guard let record = output.standardOutput.split(separator: 0).first,
            let tab = record.firstIndex(of: 0x09),
            // A path ending in a slash lists the folder's content instead of the folder.
            String(decoding: record[(tab + 1)...], as: UTF8.self) == path
        else { return nil }
        let parts = String(decoding: record[..<tab], as: UTF8.self).split(separator: " ")
        guard parts.count == 3, let id = ObjectID(parts[2]) else { return nil }
        return TreeEntry(mode: String(parts[0]), type: String(parts[1]), id: id)
    }

    /// The blob at `path` of a commit or tree; nil if there is no file (or link) there.
    package func blobID(at commit: ObjectID, path: String) async throws(GitError) -> ObjectID? {
        if Self.isNameable(path) {
            if let facts = try await facts("\(commit):\(path)") { return facts.type == "blob" ? facts.id : nil }
            // Where the commit is there, so is the answer; otherwise git has to say what is wrong.
            if try await facts("\(commit)^{tree}") != nil { return nil }
        }
        guard let entry = try await entry(at: commit, path: path), entry.type == "blob" else { return nil }
        return entry.id
    }

    /// Those of some paths at which a commit has a file, a link or a folder; nil when the commit is not here.
    package func tracked(_ paths: [String], at commit: ObjectID) async throws(GitError) -> Set<String>? {
        guard try await facts("\(commit)^{tree}") != nil else { return nil }
        var found: Set<String> = []
        for path in paths {
            let isThere =
                if Self.isNameable(path) { try await facts("\(commit):\(path)") != nil } else {
                    try await entry(at: commit, path: path) != nil
                }
            if isThere { found.insert(path) }
        }
        return found
    }

    /// The first `limit` bytes of the file at `path` of a commit or tree; nil if there is no file there. A link gives its target.
    package func file(at commit: ObjectID, path: String, limit: Int) async throws(GitError) -> [UInt8]? {
        guard let blob = try await blobID(at: commit, path: path) else { return nil }
        return try await blobContent(blob, limit: limit)
    }

    /// The first `limit` bytes of a blob.
    func blobContent(_ blob: ObjectID, limit: Int) async throws(GitError) -> [UInt8] {
        if let size = try await facts(blob.hex)?.size, size <= min(limit, 1 << 20), let content = try await content(of: blob) {
            return content
        }
        return try await git.run(["cat-file", "blob", blob.hex], at: location, limit: limit).standardOutput
    }

    /// The names of the files and folders at a commit's root.
    package func rootNames(of commit: ObjectID) async throws(GitError) -> Set<String> {
        if let names = try await TreeEdit(hub: self).names(in: try await tree(of: commit)) { return names }
        let output = try await git.run(["ls-tree", "-z", "--name-only", commit.hex], at: location).standardOutput
        return Set(output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }

    /// A copy of a tree in which some files are different.
    ///
    /// - Parameters:
    ///   - commit: a commit or tree.
    ///   - files: the new content by path; nil removes the file. An existing file keeps its executable bit.
    /// - Returns: the new tree; the same as before if nothing differs.
    /// - Throws: ``GitError``; of kind `invalidInput` for a path that leaves the repository or lies below `.git`.
    package func replacingFiles(in commit: ObjectID, _ files: [String: [UInt8]?]) async throws(GitError) -> ObjectID {
        for path in files.keys where !RelativePath.isSafe(path) {
            // git itself would skip such a path and report success.
            throw .invalid("replacing files", "\"\(path)\" is not a path inside the repository")
        }
        if let tree = try await TreeEdit(hub: self).replacing(files, in: try await tree(of: commit)) { return tree }
        // Folders of many thousands of entries go the long way, through an index.
        let index = scratchFile("index")
        let place = location.with("GIT_INDEX_FILE", index)
        do throws(GitError) {
            try await git.run(["read-tree", commit.hex], at: place)
            var records: [UInt8] = []
            for (path, content) in files.sorted(by: { $0.key < $1.key }) {
                var line = "0 \(zeroID)\t"
                if let content {
                    let blob = try await writeBlob(content)
                    let isExecutable = try await entry(at: commit, path: path)?.mode == "100755"
                    line = "\(isExecutable ? "100755" : "100644") \(blob)\t"
                }
                records += Array(line.utf8) + Array(path.utf8) + [0]
            }
            try await git.run(["update-index", "--add", "--replace", "-z", "--index-info"], at: place, input: records)
            let tree = try Self.objectID(
                in: try await git.run(["write-tree"], at: place).standardOutput, command: "git write-tree")
            try removeScratch(index)
            return tree
        } catch {
            try removeScratch(index)
            throw error
        }
    }

    func writeBlob(_ content: [UInt8]) async throws(GitError) -> ObjectID {
        if content.count <= 1 << 20, let blob = try await write(content, with: sessions.blobs) { return blob }
        let output = try await git.run(["hash-object", "-w", "--no-filters", "--stdin"], at: location, input: content).standardOutput
        return try Self.objectID(in: output, command: "git hash-object")
    }

    func removeScratch(_ path: String) throws(GitError) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = try FolderHandle(path: scratchPath)
        let name = String(path[path.index(after: slash)...])
        try folder.unlink(name)
        try folder.unlink(name + ".lock")
    }
}
