import Orchestration

extension HubRepository {
    /// Where git finds the attributes with which a commit merges: a place with nothing but the commit's `.gitattributes`; `nil` when it has
    /// none.
    ///
    /// A bare repository has no attributes of its own in git's eyes. With them `merge=union`, `merge=binary` and `-merge` count as they do
    /// for `git merge`. A driver that a user defines in the configuration is a program, and none is run here: git then merges as text.
    /// Only the file in the root counts; those of subfolders are not looked for, which would cost a walk through the tree at every merge.
    /// - Throws: ``GitError``.
    func attributesPlace(of commit: ObjectID) async throws(GitError) -> GitLocation? {
        guard let blob = try await blobID(at: commit, path: Self.attributesFile),
            let text = try await file(at: commit, path: Self.attributesFile, limit: 1 << 20)
        else { return nil }
        // One folder for each text, so that merges side by side share it and none sees another's half-written.
        let parent = try FolderHandle(path: scratchPath)
        let name = "attributes-\(blob)"
        let folder = try parent.makingFolder(name)
        if try folder.read(Self.attributesFile) != text { try folder.write(Self.attributesFile, text) }
        var place = location
        place.workTree = "\(scratchPath)/\(name)"
        return place
    }

    private static let attributesFile = ".gitattributes"
}
