/// The files that a branch changes or that two branches conflict in, of which at most so many are named.
package struct ChangedFiles: Codable, Sendable, Equatable {
    /// Files of one branch that are kept by name.
    package static let most = 64
    /// Bytes of a path that is kept; longer ones, and those with control characters, are only counted.
    static let longestPath = 400

    /// In git's order.
    package private(set) var paths: [String]
    /// How many there are, named or not.
    package private(set) var total: Int

    /// - Parameter limit: how many are named at most.
    package init(_ paths: some Collection<String>, limit: Int = ChangedFiles.most) {
        self.paths = Array(paths.lazy.filter(ChangedFiles.isNameable).prefix(limit))
        total = paths.count
    }

    /// What was kept before.
    init(paths: [String], total: Int) {
        self.paths = paths
        self.total = total
    }

    /// Whether a path is short, and fit to stand in a line of a prompt: agents choose the names of files.
    private static func isNameable(_ path: String) -> Bool {
        path.utf8.count <= longestPath && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// The same files, fewer of them by name.
    package func cut(to limit: Int) -> ChangedFiles {
        var cut = self
        cut.paths = Array(paths.prefix(limit))
        return cut
    }

    /// For a line of a view: `a, b, c and 4 more`.
    package func words(naming limit: Int) -> String {
        let named = paths.prefix(limit)
        guard total > named.count else { return Run.list(Array(named)) }
        guard !named.isEmpty else { return total == 1 ? "1 file" : "\(total) files" }
        return "\(named.joined(separator: ", ")) and \(total - named.count) more"
    }
}
