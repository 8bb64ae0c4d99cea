/// The folders that a sparse worktree holds, as git's cone patterns say it: each with everything below it, the files beside the folders on the
/// way there, and those of the root.
package struct Cone: Sendable, Equatable {
    /// Paths without a slash at either end.
    package private(set) var folders: Set<String>

    /// The cone of the paths that a task claims: a folder itself, of a file the folder that it is in. A trailing `*` or `**` means the folder
    /// before it; a part with other wildcards, everything from there on.
    ///
    /// - Returns: nil when they claim the whole repository, or nothing.
    package init?(claims: [String]) {
        folders = []
        for claim in claims {
            var parts = claim.split(separator: "/").filter { $0 != "." }
            guard parts.allSatisfy({ RelativePath.isSafe(String($0)) && !$0.utf8.contains(0x0A) }) else { return nil }
            let isFolder = claim.hasSuffix("/")
            if let wild = parts.firstIndex(where: { $0.contains("*") || $0.contains("?") || $0.contains("[") }) {
                parts.removeSubrange(wild...)
            } else if !isFolder, parts.last?.dropFirst().contains(".") == true {
                // A name with an extension is taken for a file. A folder of such a name is then held with its neighbours.
                parts.removeLast()
                if parts.isEmpty { continue }
            }
            guard !parts.isEmpty else { return nil }
            folders.insert(parts.joined(separator: "/"))
        }
        guard !claims.isEmpty else { return nil }
    }

    /// Reads the patterns that git or ``patterns`` wrote; nil for anything that is no cone.
    init?(patterns text: [UInt8]) {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.first == "/*", lines.dropFirst().first == "!/*/" else { return nil }
        folders = []
        var onTheWay: Set<String> = []
        for line in lines.dropFirst(2) {
            let isExcluded = line.hasPrefix("!/") && line.hasSuffix("/*/")
            guard isExcluded || (line.hasPrefix("/") && line.hasSuffix("/") && line.utf8.count > 2) else { return nil }
            let path = Self.unescaped(isExcluded ? line.dropFirst(2).dropLast(3) : line.dropFirst().dropLast())
            if isExcluded { onTheWay.insert(path) } else { folders.insert(path) }
        }
        folders.subtract(onTheWay)
    }

    /// As git's `info/sparse-checkout` has them.
    var patterns: String {
        var onTheWay: Set<String> = []
        let outer = folders.filter { folder in !Self.parents(of: folder).contains(where: folders.contains) }
        for folder in outer { onTheWay.formUnion(Self.parents(of: folder)) }
        var text = "/*\n!/*/\n"
        for folder in (onTheWay.union(outer)).sorted() {
            text += "/\(Self.escaped(folder))/\n"
            if onTheWay.contains(folder) { text += "!/\(Self.escaped(folder))/*/\n" }
        }
        return text
    }

    /// Whether a file is in the cone.
    func contains(_ path: String) -> Bool {
        let parents = Self.parents(of: path)
        guard let folder = parents.last else { return true }
        return parents.contains(where: folders.contains) || folders.contains { $0.hasPrefix(folder + "/") }
    }

    func union(_ other: Cone) -> Cone {
        var copy = self
        copy.folders.formUnion(other.folders)
        return copy
    }

    /// The folders that a path lies in, the outermost first.
    private static func parents(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }

    private static func escaped(_ path: String) -> String {
        path.reduce(into: "") { $0 += "\\*?[".contains($1) ? "\\\($1)" : "\($1)" }
    }

    private static func unescaped(_ path: some StringProtocol) -> String {
        var text = ""
        var isEscaped = false
        for character in path {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                text.append(character)
                isEscaped = false
            }
        }
        return text
    }
}
