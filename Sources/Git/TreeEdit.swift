import Orchestration

/// Changes a few files of a tree by writing anew only the folders on their way, whatever the size of the repository.
struct TreeEdit {
    let hub: HubRepository

    /// One entry of a tree object.
    private struct Entry {
        var mode: String
        var id: ObjectID
    }

    /// A file's new place in a folder: the rest of its path, and its content or nil.
    private typealias Change = (path: ArraySlice<String>, content: [UInt8]?)

    /// - Returns: the new tree; nil when a folder on the way is too large for one request.
    func replacing(_ files: [String: [UInt8]?], in tree: ObjectID) async throws(GitError) -> ObjectID? {
        let changes = files.sorted { $0.key < $1.key }.map { ($0.key.split(separator: "/").map(String.init)[...], $0.value) }
        switch try await edited(tree, changes) {
        case .tree(let tree): return tree
        case .empty: return try await hub.makeTree([])
        case .tooLarge: return nil
        }
    }

    /// What stands at the root of a tree; nil for one too large for one request.
    func names(in tree: ObjectID) async throws(GitError) -> Set<String>? {
        guard let content = try await hub.content(of: tree) else { return nil }
        let entries = Self.entries(in: content, idBytes: hub.zeroID.utf8.count / 2)
        return entries.map { Set($0.keys.map { String(decoding: $0, as: UTF8.self) }) }
    }

    private enum Outcome {
        case tree(ObjectID)
        case empty
        case tooLarge
    }

    private func edited(_ tree: ObjectID?, _ changes: [Change]) async throws(GitError) -> Outcome {
        var entries: [[UInt8]: Entry] = [:]
        if let tree {
            guard let content = try await hub.content(of: tree) else { return .tooLarge }
            guard let read = Self.entries(in: content, idBytes: hub.zeroID.utf8.count / 2) else { return .tooLarge }
            entries = read
        }
        let old = entries.mapValues { "\($0.mode) \($0.id)" }
        for (name, group) in Dictionary(grouping: changes, by: { $0.path.first ?? "" }) {
            let key = Array(name.utf8)
            let present = entries[key]
            for change in group where change.path.count == 1 {
                if let content = change.content {
                    let mode = present?.mode == "100755" ? "100755" : "100644"
                    entries[key] = Entry(mode: mode, id: try await hub.writeBlob(content))
                } else if present?.mode != "40000" {
                    entries[key] = nil
                }
            }
            let deeper = group.filter { $0.path.count > 1 }.map { ($0.path.dropFirst(), $0.content) }
            let folder = entries[key].flatMap { $0.mode == "40000" ? $0.id : nil }
            // Nothing is made for what is only to be removed.
            guard deeper.contains(where: { $0.1 != nil }) || (folder != nil && !deeper.isEmpty) else { continue }
            switch try await edited(folder, deeper) {
            case .tree(let id): entries[key] = Entry(mode: "40000", id: id)
            case .empty: entries[key] = nil
            case .tooLarge: return .tooLarge
            }
        }
        if let tree, entries.mapValues({ "\($0.mode) \($0.id)" }) == old { return .tree(tree) }
        guard !entries.isEmpty else { return .empty }
        var text: [UInt8] = []
        for (name, entry) in entries {
            let type = entry.mode == "40000" ? "tree" : entry.mode == "160000" ? "commit" : "blob"
            text += Array("\(entry.mode) \(type) \(entry.id)\t".utf8) + name + [0]
        }
        guard text.count < 60_000 else { return .tooLarge }
        return .tree(try await hub.makeTree(text))
    }

    /// Takes a tree object apart; nil when it is none. Layout of each entry: the mode, a space, the name, NUL, the id in binary.
    private static func entries(in content: [UInt8], idBytes: Int) -> [[UInt8]: Entry]? {
        var entries: [[UInt8]: Entry] = [:]
        var rest = content[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20), let end = rest[space...].firstIndex(of: 0),
                rest.endIndex - end > idBytes
            else { return nil }
            let digits = Array("0123456789abcdef".utf8)
            let hex = rest[(end + 1)...(end + idBytes)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            guard let id = ObjectID(String(decoding: hex, as: UTF8.self)) else { return nil }
            entries[Array(rest[(space + 1)..<end])] = Entry(mode: String(decoding: rest[..<space], as: UTF8.self), id: id)
            rest = rest[(end + idBytes + 1)...]
        }
        return entries
    }
}
