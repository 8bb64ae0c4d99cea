import Glibc

/// Locks in the CLI's own folder of a run: a CLI that was killed leaves those that it held. To be cleared only when no agent's process is left.
struct AbandonedLocks: Sendable {
    /// The folder, which only agents' processes write.
    let folder: String

    /// How deep the CLI nests what it keeps, and more than that.
    private static let depth = 12

    /// Links are not followed: an agent can point one anywhere.
    ///
    /// - Returns: what was removed, relative to the folder.
    func clear() throws -> [String] {
        guard Self.isFolder(folder) else { return [] }
        var removed: [String] = []
        try clear("", Self.depth, &removed)
        return removed.sorted()
    }

    private func clear(_ below: String, _ depth: Int, _ removed: inout [String]) throws {
        for name in try PrivateFiles.names(in: folder + below) {
            let path = "\(below)/\(name)"
            if name.hasSuffix(".lock") {
                try PrivateFiles.remove(folder + path)
                removed.append(String(path.dropFirst()))
            } else if depth > 0, Self.isFolder(folder + path) {
                try clear(path, depth - 1, &removed)
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
