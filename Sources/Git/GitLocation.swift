/// Where a git command works: always said, never discovered.
package struct GitLocation: Sendable {
    /// The git directory, absolute.
    package var gitDirectory: String
    /// The folder with the checked-out files, absolute; nil for a bare repository.
    package var workTree: String?
    /// Further variables for git, such as an index file.
    package var environment: [String: String]

    package init(gitDirectory: String, workTree: String? = nil, environment: [String: String] = [:]) {
        self.gitDirectory = gitDirectory
        self.workTree = workTree
        self.environment = environment
    }

    var arguments: [String] {
        ["--git-dir=\(gitDirectory)"] + (workTree.map { ["--work-tree=\($0)"] } ?? [])
    }

    /// The same place with one more variable.
    func with(_ name: String, _ value: String) -> GitLocation {
        var copy = self
        copy.environment[name] = value
        return copy
    }
}
