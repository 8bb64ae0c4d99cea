import Glibc

extension StaleLocks {
    /// Every lock and half-written file in the places, by path.
    func find() throws(GitError) -> [LeftoverFile] {
        var found: [LeftoverFile] = []
        for place in places {
            // An agent can have put a link or a file in its place.
            guard FolderTree.isFolder(place.path) else { continue }
            let root = try FolderHandle(path: place.path)
            try collect(root, into: &found) { Self.kindAtTop($0) }
            try collectLocks(below: "refs", of: root, into: &found)
            try collectLocks(below: "logs", of: root, into: &found)
            if let worktrees = try root.folder("worktrees") {
                for name in try worktrees.names() {
                    guard let tree = try worktrees.folder(name) else { continue }
                    try collect(tree, into: &found) { Self.kindAtTop($0) }
                    try collectLocks(below: "refs", of: tree, into: &found)
                    try collectLocks(below: "logs", of: tree, into: &found)
                }
            }
            if let info = try root.folder("info") { try collect(info, into: &found) { Self.kindAtTop($0) } }
            if let objects = try root.folder("objects") { try collectObjects(objects, isAgents: place.isAgents, into: &found) }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// Files that git (or cco, see ``FolderHandle/write(_:_:mode:durable:modified:)``) makes at the top of a git directory under a
    /// passing name.
    private static func kindAtTop(_ name: String) -> Leftover.Kind? {
        if name.hasSuffix(".lock") || name == "gc.pid" { return .lock }
        if name == "packed-refs.new" || name.hasPrefix("fast_import_crash_") || name.hasPrefix("shallow_") { return .temporary }
        return name.hasPrefix(FolderHandle.temporaryPrefix) ? .temporary : nil
    }

    private func collectObjects(
        _ objects: borrowing FolderHandle, isAgents: Bool, into found: inout [LeftoverFile]
    ) throws(GitError) {
        for name in try objects.names() {
            guard let folder = try objects.folder(name) else { continue }
            switch name {
            case "pack": try collect(folder, into: &found) { isAgents ? Self.lock($0) : Self.kindOfPack($0) }
            case "info":
                try collect(folder, into: &found) {
                    $0.hasPrefix("packs_") || $0.hasPrefix(FolderHandle.temporaryPrefix) ? .temporary : Self.lock($0)
                }
                if let graphs = try folder.folder("commit-graphs") {
                    try collect(graphs, into: &found) { $0.hasPrefix("tmp_graph_") ? .temporary : Self.lock($0) }
                }
            case _ where name.utf8.count == 2:
                if !isAgents { try collect(folder, into: &found) { $0.hasPrefix("tmp_obj_") ? .temporary : nil } }
                try collectEmpty(folder, into: &found)
            default: break
            }
        }
    }

    private static func lock(_ name: String) -> Leftover.Kind? { name.hasSuffix(".lock") ? .lock : nil }

    private static func kindOfPack(_ name: String) -> Leftover.Kind? {
        // .tmp-123-pack-….pack is what a repack has ready and not yet in place.
        if name.hasPrefix("tmp_") || name.hasPrefix(".tmp-") { return .temporary }
        return name.hasSuffix(".keep") ? .keepMark : lock(name)
    }

    private func collect(
        _ folder: borrowing FolderHandle, into found: inout [LeftoverFile], kind: (String) -> Leftover.Kind?
    ) throws(GitError) {
        for name in try folder.names() {
            guard let kind = kind(name) else { continue }
            // The mark of a fetch names it; one that a person made does not.
            if kind == .keepMark, try folder.read(name, limit: 64)?.starts(with: "fetch-pack ".utf8) != true { continue }
            if let file = LeftoverFile(path: folder.path + "/" + name, kind: kind) { found.append(file) }
        }
    }

    private func collectEmpty(_ folder: borrowing FolderHandle, into found: inout [LeftoverFile]) throws(GitError) {
        for name in try folder.names() where name.utf8.count >= 38 {
            var status = stat()
            guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_size == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            found.append(LeftoverFile(path: folder.path + "/" + name, kind: .emptyObject, status))
        }
    }

    private func collectLocks(
        below name: String, of parent: borrowing FolderHandle, into found: inout [LeftoverFile], depth: Int = 0
    ) throws(GitError) {
        // An agent could nest folders without end.
        guard depth < 32, let folder = try parent.folder(name) else { return }
        try collect(folder, into: &found) { $0.hasPrefix(FolderHandle.temporaryPrefix) ? .temporary : Self.lock($0) }
        for inner in try folder.names() { try collectLocks(below: inner, of: folder, into: &found, depth: depth + 1) }
    }
}
