import Glibc
import Orchestration

/// The refs of a git directory that an agent can write, read and written as plain files.
///
/// Git itself would read the agent's configuration first. Links are not followed and count as missing.
struct AgentRefs {
    let gitDirectory: String

    /// What a full ref points to; nil if it does not exist or is no ref.
    func read(_ name: String) throws(GitError) -> ObjectID? {
        let root = try FolderHandle(path: gitDirectory)
        var name = name
        // A symbolic ref to a symbolic ref is rare, and an endless chain has to end.
        for _ in 0..<5 {
            let parts = name.split(separator: "/").map(String.init)
            guard let last = parts.last else { return nil }
            let content = try root.descend(Array(parts.dropLast()))?.read(last, limit: 4_096)
            guard let content else { return try packed(root)[name] }
            guard let target = Self.symbolicTarget(content) else { return Self.id(content) }
            guard target.hasPrefix("refs/"), RefName.isWellFormed(target) else { return nil }
            name = target
        }
        return nil
    }

    /// Every ref below `refs/`, by name.
    func all() throws(GitError) -> [String: ObjectID] {
        let root = try FolderHandle(path: gitDirectory)
        var found = try packed(root)
        if let refs = try root.folder("refs") { try collect(refs, prefix: "refs", depth: 0, into: &found) }
        return found
    }

    /// The refs whose files hold neither an object id nor the name of another ref, as a crash of the machine leaves them.
    func malformed() throws(GitError) -> [String] {
        let root = try FolderHandle(path: gitDirectory)
        var found: [String] = []
        if let refs = try root.folder("refs") { try collectMalformed(refs, prefix: "refs", depth: 0, into: &found) }
        return found
    }

    private func collectMalformed(
        _ folder: borrowing FolderHandle, prefix: String, depth: Int, into found: inout [String]
    ) throws(GitError) {
        guard depth < 32 else { return }
        for name in try folder.names() {
            let full = prefix + "/" + name
            if let inner = try folder.folder(name) {
                try collectMalformed(inner, prefix: full, depth: depth + 1, into: &found)
            } else if RefName.isWellFormed(full), let content = try folder.read(name, limit: 4_096), Self.id(content) == nil,
                Self.symbolicTarget(content) == nil
            {
                found.append(full)
            }
        }
    }

    private func collect(
        _ folder: borrowing FolderHandle, prefix: String, depth: Int, into found: inout [String: ObjectID]
    ) throws(GitError) {
        guard depth < 32 else { return }
        for name in try folder.names() {
            let full = prefix + "/" + name
            if let inner = try folder.folder(name) {
                try collect(inner, prefix: full, depth: depth + 1, into: &found)
            } else if RefName.isWellFormed(full), let id = try read(full) {
                found[full] = id
            }
        }
    }

    /// Sets a ref in one step. A branch whose name is a folder of this one's, or the reverse, is an error, not overwritten.
    ///
    /// - Parameter durable: whether it outlives a crash of the machine.
    func write(_ name: String, _ id: ObjectID, durable: Bool = true) throws(GitError) {
        let root = try FolderHandle(path: gitDirectory)
        let parts = name.split(separator: "/").map(String.init)
        guard parts.count > 2, let last = parts.last else { throw .invalid("writing a ref", "\"\(name)\" is too short for a ref") }
        for length in 3..<max(3, parts.count) {
            let shorter = Array(parts[..<length])
            try moveAside(shorter, .file, of: root)
            try moveAside(["logs"] + shorter, .file, of: root)
            guard try read(shorter.joined(separator: "/")) == nil else {
                throw GitError(kind: .wouldLoseWork, command: "making \(name)", detail: "\(shorter.joined(separator: "/")) is in the way")
            }
        }
        let folder = try root.makingFolders(Array(parts.dropLast()))
        if try folder.kind(of: last) == .folder, unlinkat(folder.descriptor, last, AT_REMOVEDIR) != 0 {
            try moveAside(parts, .folder, of: root)
        }
        // Git does not make a branch where there is still history of branches below its name.
        try moveAside(["logs"] + parts, .folder, of: root)
        try folder.write(last, Array("\(id)\n".utf8), mode: 0o644, durable: durable)
    }

    /// Gives what the agent put in the way of a ref (or of its log) another name, where it is still found when the agent's work is kept.
    private func moveAside(_ parts: [String], _ kind: FolderHandle.EntryKind, of root: borrowing FolderHandle) throws(GitError) {
        guard let last = parts.last, let parent = try root.descend(Array(parts.dropLast())), try parent.kind(of: last) == kind else {
            return
        }
        let top = parts.first == "logs" ? ["logs", "refs"] : ["refs"]
        let place = try root.makingFolders(top + ["cco-moved", "\(UInt64.random(in: .min ... .max))"], replacingFiles: true)
        guard renameat(parent.descriptor, last, place.descriptor, last) == 0 else { throw .system("moving \(parent.path)/\(last)") }
    }

    /// The name under which ``keepAside(_:as:)`` keeps a commit.
    static func asideName(_ id: ObjectID, as name: String) -> String { "refs/cco-moved/\(name)/\(id.short)" }

    /// Has a ref of another name lead to a commit that loses its own, where it is still found when the agent's work is kept.
    func keepAside(_ id: ObjectID, as name: String) throws(GitError) { try write(Self.asideName(id, as: name), id) }

    /// Takes a ref away, whatever stands in its place; none of that name is fine.
    func delete(_ name: String) throws(GitError) {
        let root = try FolderHandle(path: gitDirectory)
        // The packed one first: it would come to light again without the other.
        if let content = try root.read("packed-refs", limit: 16 << 20), content.count < 16 << 20 {
            let ending = Array(" \(name)".utf8)
            var left: [UInt8] = []
            var isGone = false
            for line in content.split(separator: 0x0A) {
                // What an annotated tag is of stands in the next line.
                if !isGone || line.first != UInt8(ascii: "^") { isGone = line.suffix(ending.count).elementsEqual(ending) }
                if !isGone { left += Array(line) + [0x0A] }
            }
            if left.count < content.count { try root.write("packed-refs", left, mode: 0o644) }
        }
        let parts = name.split(separator: "/").map(String.init)
        if let last = parts.last { try root.descend(Array(parts.dropLast()))?.removeTree(last) }
    }

    /// Writes the packed refs anew, with what can still be read of them, where git would refuse the whole file.
    func mendPacked() throws(GitError) {
        let root = try FolderHandle(path: gitDirectory)
        guard let content = try root.read("packed-refs", limit: 16 << 20), !content.isEmpty, content.count < 16 << 20 else { return }
        let isWhole =
            content.last == 0x0A
            && content.split(separator: 0x0A).allSatisfy { line in
                if line.first == UInt8(ascii: "#") { return true }
                if line.first == UInt8(ascii: "^") { return Self.id(Array(line.dropFirst())) != nil }
                let parts = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
                return parts.count == 2 && ObjectID(parts[0]) != nil && RefName.isWellFormed(String(parts[1]))
            }
        guard !isWhole else { return }
        let lines = try packed(root).sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)\n" }
        try root.write("packed-refs", Array(lines.joined().utf8), mode: 0o644)
    }

    private func packed(_ root: borrowing FolderHandle) throws(GitError) -> [String: ObjectID] {
        guard let content = try root.read("packed-refs", limit: 16 << 20) else { return [:] }
        var found: [String: ObjectID] = [:]
        for line in content.split(separator: 0x0A) where line.first != UInt8(ascii: "#") && line.first != UInt8(ascii: "^") {
            let parts = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let id = ObjectID(parts[0]) else { continue }
            let name = String(parts[1])
            if name.hasPrefix("refs/"), RefName.isWellFormed(name) { found[name] = id }
        }
        return found
    }

    /// The name in `ref: <name>`; nil for anything else.
    static func symbolicTarget(_ content: [UInt8]) -> String? {
        let text = String(decoding: content, as: UTF8.self).trimmed
        return text.hasPrefix("ref:") ? String(text.dropFirst(4)).trimmed : nil
    }

    static func id(_ content: [UInt8]) -> ObjectID? { ObjectID(String(decoding: content, as: UTF8.self).trimmed) }
}
