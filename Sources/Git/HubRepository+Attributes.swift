import Orchestration

extension HubRepository {
    /// Where git finds the attributes with which a commit merges: a place with nothing but the commit's `.gitattributes`, from the root and
    /// from every folder; `nil` when it has none.
    ///
    /// A bare repository has no attributes of its own in git's eyes. With them `merge=union`, `merge=binary` and `-merge` count as they do
    /// for `git merge`. A driver that a user defines in the configuration is a program, and none is run here: git then merges as text.
    /// - Throws: ``GitError``.
    func attributesPlace(of commit: ObjectID) async throws(GitError) -> GitLocation? {
        let files = try await attributeFiles(of: try await tree(of: commit))
        guard !files.isEmpty else { return nil }
        var place = location
        if let folder = await sessions.attributes.folder(for: files), FolderTree.isFolder(folder) {
            place.workTree = folder
            return place
        }
        // A folder for each set of files, complete before anybody is told of it.
        let parent = try FolderHandle(path: scratchPath)
        let name = "attributes-\(UInt64.random(in: .min ... .max))"
        let folder = try parent.makingFolder(name)
        for (path, blob) in files {
            let parts = path.split(separator: "/").map(String.init)
            guard let last = parts.last else { continue }
            let content = try await blobContent(blob, limit: 1 << 20)
            try folder.makingFolders(Array(parts.dropLast())).write(last, content)
        }
        place.workTree = "\(scratchPath)/\(name)"
        await sessions.attributes.add("\(scratchPath)/\(name)", for: files)
        return place
    }

    /// The `.gitattributes` of a tree that are files: git follows no link there.
    func attributeFiles(of tree: ObjectID) async throws(GitError) -> AttributePlaces.Files {
        let nearest = await sessions.attributes.nearest(to: tree)
        if let nearest, nearest.tree == tree { return nearest.files }
        let start = nearest?.tree.hex ?? emptyTreeID
        var files = nearest?.files ?? [:]
        for change in try await attributeChanges(from: start, to: tree) {
            files[change.path] = change.id
        }
        await sessions.attributes.learn(tree, files)
        return files
    }

    /// The attribute files that differ between two trees; without an id where there is none any more.
    private func attributeChanges(from start: String, to tree: ObjectID) async throws(GitError) -> [(path: String, id: ObjectID?)] {
        let output = try await sessions.differences.differences(from: start, to: tree.hex)
        // For each file `:modes ids status` and the path.
        var fields = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }[...]
        var changes: [(path: String, id: ObjectID?)] = []
        while let head = fields.popFirst(), let path = fields.popFirst() {
            let parts = head.split(separator: " ")
            guard parts.count == 5 else { throw GitError(kind: .other, command: "git diff-tree", detail: "it printed \(head.prefix(100))") }
            let isFile = parts[1].hasPrefix("100") && RelativePath.isSafe(path)
            changes.append((path, isFile ? ObjectID(parts[3]) : nil))
        }
        return changes
    }

    /// Git knows the empty tree without its being there.
    var emptyTreeID: String {
        objectFormat == "sha256"
            ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" : "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    }
}

extension GitSession {
    /// What a `diff-tree --stdin -z` that stays says about two trees.
    func differences(from start: String, to tree: String) async throws(GitError) -> ArraySlice<UInt8> {
        // git gives a line that names no object back, and has written everything before it then.
        let end = Array("end of \(UInt64.random(in: .min ... .max))\n".utf8)
        let output = try await ask(Array("\(start) \(tree)\n".utf8) + end, within: .seconds(600)) { bytes in
            bytes.suffix(end.count).elementsEqual(end) ? (Array(bytes.dropLast(end.count)), taken: bytes.count) : nil
        }
        // First the two trees in a line.
        guard let line = output.firstIndex(of: 0x0A), output[..<line].elementsEqual("\(start) \(tree)".utf8) else {
            throw GitError(kind: .other, command: "git diff-tree \(start) \(tree)", detail: "it does not know these trees")
        }
        return output[(line + 1)...]
    }
}
