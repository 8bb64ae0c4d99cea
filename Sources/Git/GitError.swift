/// A git operation that failed, with what a caller needs to decide on and what a person needs to act on.
///
/// Nothing in it carries a credential: user names and passwords in URLs are replaced before the error is made.
package struct GitError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What callers decide on.
    package enum Kind: Sendable, Equatable {
        /// The origin could not be reached, or did not answer in time: worth another try later.
        case unreachable
        /// The origin was reached and refused the credentials, or hides the repository from them.
        case accessDenied
        /// The user's configuration asks for signed pushes (`push.gpgSign`), and the origin takes none or no signature can be made.
        case cannotSign
        /// The named branch, ref or object does not exist.
        case noSuchBranch
        /// A leftover or concurrent lock file is in the way.
        case lockHeld(path: String)
        /// No space (or quota) left on the file system.
        case diskFull
        /// The machine is short of memory, processes or open files: worth another try later, and says nothing about the repository.
        case outOfResources
        /// A file is larger than git compares, which is from one gibibyte on.
        case tooLargeToCompare
        /// The given folder or URL holds no git repository.
        case notARepository
        /// A name, path or URL that must not be given to git; nothing was run.
        case invalidInput
        /// Refused because going on would lose or overwrite work; nothing was changed.
        case wouldLoseWork
        /// The calling task was cancelled.
        case cancelled
        /// Anything else: read the detail.
        case other
    }

    /// What callers decide on.
    package let kind: Kind
    /// The operation, or the git command without its hardening options and without secrets.
    package let command: String
    /// How the command ended; nil if none was run or it never ended by itself.
    package let exit: String?
    /// The end of what git said on standard error, or what is wrong; at most 2,000 characters.
    package let detail: String

    package init(kind: Kind, command: String, exit: String? = nil, detail: String) {
        self.kind = kind
        self.command = Redaction.redacted(command)
        self.exit = exit
        self.detail = String(Redaction.redacted(detail).suffix(2_000))
    }

    package var description: String {
        let ending = exit.map { " (\($0))" } ?? ""
        return "\(command) failed\(ending): \(detail)"
    }

    static func invalid(_ operation: String, _ detail: String) -> GitError {
        GitError(kind: .invalidInput, command: operation, detail: detail)
    }
}
