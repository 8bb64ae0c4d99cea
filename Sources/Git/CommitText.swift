import Orchestration

/// A commit object's content, exactly as `git commit-tree` writes it.
struct CommitText: Sendable, Equatable {
    var tree: ObjectID
    var parents: [ObjectID]
    var message: String
    var author: GitIdentity
    /// Seconds since 1970.
    var date: Int64

    /// Nil where git does more than put the pieces together: names whose ends it trims, NULs, parents named twice.
    var bytes: [UInt8]? {
        let names = [author.name, author.email]
        guard names.allSatisfy(Self.isPlain), !message.utf8.contains(0), parents.uniqued == parents, date >= 0 else { return nil }
        var text = "tree \(tree)\n"
        for parent in parents { text += "parent \(parent)\n" }
        for role in ["author", "committer"] { text += "\(role) \(author.name) <\(author.email)> \(date) +0000\n" }
        return Array("\(text)\n\(message.trimmed)\n".utf8)
    }

    /// Git takes white space, points, commas and quotes off both ends of a name.
    private static func isPlain(_ name: String) -> Bool {
        func isKept(_ byte: UInt8?) -> Bool {
            guard let byte else { return false }
            return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "(") || byte >= 0x80
        }
        return isKept(name.utf8.first) && isKept(name.utf8.last) && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x3C && $0 != 0x3E }
    }
}

extension HubRepository {
    /// Stores a commit that is written out already; nil when git does not take it, which its own command can then say why.
    func writeCommit(_ text: [UInt8]) async throws(GitError) -> ObjectID? { try await write(text, with: sessions.commits) }

    /// Has a git command that stays store an object; nil when it does not take it.
    func write(_ text: [UInt8], with session: GitSession) async throws(GitError) -> ObjectID? {
        let file = scratchFile("object")
        let folder = try FolderHandle(path: scratchPath)
        let name = String(file.dropFirst(scratchPath.count + 1))
        try folder.write(name, text)
        let line: String
        do throws(GitError) {
            line = try await session.line("\(file)\n")
        } catch {
            try folder.unlink(name)
            guard error.kind == .other else { throw error }
            return nil
        }
        try folder.unlink(name)
        return ObjectID(line)
    }
}
