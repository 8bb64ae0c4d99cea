/// Checks paths that name a file inside a repository.
enum RelativePath {
    /// Whether every component is an ordinary name: none is empty, `.`, `..` or `.git`, and there is no NUL.
    static func isSafe(_ path: String) -> Bool {
        !path.utf8.contains(0)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".." && $0.lowercased() != ".git"
            }
    }
}
