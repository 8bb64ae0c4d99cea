/// Checks names before they reach git, by the rules of `git check-ref-format`.
///
/// A name that begins with a dash could pass for an option, and one with `..` could leave its folder.
enum RefName {
    /// `name` if it can be a full ref, such as `refs/heads/main`.
    ///
    /// - Throws: ``GitError`` of kind `invalidInput`.
    static func full(_ name: String) throws(GitError) -> String {
        guard name.hasPrefix("refs/"), isWellFormed(name) else {
            throw .invalid("checking a ref name", "\"\(name)\" is not a full, well-formed ref name such as refs/cco/name")
        }
        return name
    }

    /// `refs/heads/<branch>` for a short branch name.
    ///
    /// - Throws: ``GitError`` of kind `invalidInput`.
    static func head(_ branch: String) throws(GitError) -> String {
        guard !branch.hasPrefix("-"), branch != "HEAD", isWellFormed("refs/heads/" + branch) else {
            throw .invalid("checking a branch name", "\"\(branch)\" cannot be the name of a git branch")
        }
        return "refs/heads/" + branch
    }

    static func isWellFormed(_ name: String) -> Bool {
        guard name.utf8.count <= 240, !name.hasSuffix("."), name.range(of: "..") == nil, name.range(of: "@{") == nil else { return false }
        let forbidden: Set<Unicode.Scalar> = [" ", "~", "^", ":", "?", "*", "[", "\\", "\u{7F}"]
        guard name.unicodeScalars.allSatisfy({ $0.value > 0x20 && !forbidden.contains($0) }) else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock")
        }
    }
}
