import Orchestration

/// The output of `git merge-tree --write-tree -z`, taken apart.
struct MergeTreeOutput: Sendable, Equatable {
    /// One sentence of git, and the paths it is about.
    struct Message: Sendable, Equatable {
        var paths: [String]
        var kind: String
        var text: String
    }

    /// The written tree, in which conflicted files carry markers.
    var tree: ObjectID
    /// Conflicted paths in git's order, each once.
    var conflicted: [String]
    var messages: [Message]

    /// Layout: the tree, then `mode id stage TAB path` per stage, an empty field, then per message the number of its paths, the paths,
    /// the kind and the text; every field ends with NUL.
    init?(_ output: [UInt8]) {
        var fields = output.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }[...]
        guard let tree = fields.popFirst().flatMap({ ObjectID($0) }) else { return nil }
        self.tree = tree
        conflicted = []
        messages = []
        while let field = fields.popFirst(), !field.isEmpty {
            guard let tab = field.firstIndex(of: "\t") else { return nil }
            let path = String(field[field.index(after: tab)...])
            if conflicted.last != path { conflicted.append(path) }
        }
        while let field = fields.popFirst(), !field.isEmpty {
            // Advice about submodules, for people, comes after the messages.
            guard let count = Int(field) else { break }
            guard count >= 0, fields.count >= count + 2 else { return nil }
            let paths = Array(fields.prefix(count))
            fields = fields.dropFirst(count)
            guard let kind = fields.popFirst(), let text = fields.popFirst() else { return nil }
            messages.append(Message(paths: paths, kind: kind, text: text.trimmed))
        }
    }
}
