import Orchestration

/// The run's bare repository of record. Only cco touches it: agents get its objects read-only and nothing else.
///
/// Everything is merged, compared and published here, in memory and by moving refs; there is no worktree. The origin is fetched into
/// it and pushed from it. Its refs:
/// - `refs/cco/origin/<branch>`: the origin's branch as last fetched.
/// - `refs/cco/kept/<name>`: work that must not be lost.
/// - `refs/cco/pinned/<name>`: candidates that are not published yet and would otherwise belong to nothing.
/// - `refs/notes/cco`: receipts.
///
/// Automatic gc is off; ``compact(isForced:while:)`` packs and never drops an object, because agents may still borrow it.
package struct HubRepository: Sendable {
    /// The bare git directory, absolute.
    package let path: String
    /// Where the run's work comes from and goes to.
    package let origin: RemoteURL
    /// How git is run.
    package let git: Git
    /// The user's clone options that a run honours.
    package let cloneOptions: CloneOptions
    /// `sha1` or `sha256`.
    let objectFormat: String
    /// Serialises commands that talk to the origin or rewrite the notes.
    let originLock = AsyncLock()
    /// Git commands that stay to answer many requests.
    let sessions: HubSessions

    /// - Parameter patience: how long a git command stays without a request.
    init(
        path: String, origin: RemoteURL, git: Git, cloneOptions: CloneOptions, objectFormat: String,
        patience: Duration = GitSession.usualPatience
    ) {
        self.path = path
        self.origin = origin
        self.git = git
        self.cloneOptions = cloneOptions
        self.objectFormat = objectFormat
        sessions = HubSessions(git: git, path: path, patience: patience)
    }

    /// The objects that agents borrow; a sandbox shows it to them read-only.
    package var objectsPath: String { path + "/objects" }

    var location: GitLocation { GitLocation(gitDirectory: path) }

    /// For scratch files of cco's own operations; on the hub's disk so that renames stay on one file system.
    var scratchPath: String { path + "/cco-scratch" }

    /// A path for one scratch file.
    func scratchFile(_ kind: String) -> String { "\(scratchPath)/\(kind)-\(UInt64.random(in: .min ... .max))" }

    /// The id that means "no object" for this repository.
    var zeroID: String { String(repeating: "0", count: objectFormat == "sha256" ? 64 : 40) }

    /// The id on the first line of a command's output.
    ///
    /// - Throws: ``GitError`` if it is none.
    static func objectID(in output: [UInt8], command: String) throws(GitError) -> ObjectID {
        let line = String(decoding: output.prefix { $0 != 0x0A && $0 != 0 }, as: UTF8.self)
        guard let id = ObjectID(line) else {
            throw GitError(kind: .other, command: command, detail: "git printed no object id but \"\(line.prefix(100))\"")
        }
        return id
    }
}
