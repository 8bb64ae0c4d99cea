import Glibc
import Orchestration
import Processes

extension HubRepository {
    /// Opens the hub at `path`, and makes it first where it is missing or was left half-made.
    ///
    /// A new hub is prepared in a folder beside `path` and renamed when complete, so a crash at any point leaves either no hub or a
    /// whole one. Nothing but the origin's list of branches is transferred; ``fetchOrigin(branch:)`` gets the history. Opening again is
    /// harmless: git commands of an engine that is gone are ended, and leftovers of killed ones (locks, half packs, scratch refs) are
    /// cleared, which is only right while no other program and no other value uses this hub. ``recover(at:origin:git:cloneOptions:startedAt:lastKnown:depth:)``
    /// does the same, checks the refs as well, and says what it found.
    ///
    /// - Parameters:
    ///   - path: the hub's folder, absolute; its parent is made if missing.
    ///   - origin: where the run's work comes from.
    ///   - git: how git is run.
    ///   - cloneOptions: the user's clone options.
    /// - Throws: ``GitError``; of kind `unreachable`, `accessDenied` or `notARepository` when a new hub cannot see its origin.
    package static func createOrOpen(
        at path: String, origin: RemoteURL, git: Git, cloneOptions: CloneOptions = CloneOptions()
    ) async throws(GitError) -> HubRepository {
        try await openOrMake(at: path, origin: origin, git: git, cloneOptions: cloneOptions, startedAt: nil).hub
    }

    /// ``createOrOpen(at:origin:git:cloneOptions:)`` with what it found on the way.
    static func openOrMake(
        at path: String, origin: RemoteURL, git: Git, cloneOptions: CloneOptions, startedAt: Timestamp?
    ) async throws(GitError) -> (hub: HubRepository, findings: [RepositoryFinding]) {
        var findings = try await salvage(path, git)
        if try await isWhole(path, git) {
            let hub = try await opened(path, origin: origin, git: git, cloneOptions: cloneOptions)
            findings += try await hub.clearLeftovers(startedAt: startedAt)
            return (hub, findings)
        }
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try FolderTree.make(parent)
        if let aside = try await setAsideDamaged(path) { findings.append(.setAside(path: aside)) }
        try await removeHalfMade(path, parent: parent, git)
        let temporary = "\(path).partial-\(UInt64.random(in: .min ... .max))"
        let probe = HubRepository(path: temporary, origin: origin, git: git, cloneOptions: cloneOptions, objectFormat: "sha1")
        // Said twice: the folder is made by the argument, and the place marks the command as working there.
        let place = GitLocation(gitDirectory: temporary)
        try await git.run(["init", "--quiet", "--bare", "--template=", temporary], at: place)
        try probe.writeConfiguration()
        let time = ContinuousClock.now
        let summary = try await probe.originSummary()
        let format = try await probe.originObjectFormat(summary)
        if format != "sha1" {
            try await FolderTree.remove(temporary, environment: git.localEnvironment)
            try await git.run(["init", "--quiet", "--bare", "--template=", "--object-format=\(format)", temporary], at: place)
        }
        guard chmod(temporary, 0o700) == 0 else { throw .system("setting the mode of \(temporary)") }
        guard rename(temporary, path) == 0 else { throw .system("renaming \(temporary) to \(path)") }
        let hub = HubRepository(path: path, origin: origin, git: git, cloneOptions: cloneOptions, objectFormat: format)
        try hub.writeConfiguration()
        await hub.sessions.summaries.note(summary, at: time)
        return (hub, findings)
    }

    private static func opened(
        _ path: String, origin: RemoteURL, git: Git, cloneOptions: CloneOptions
    ) async throws(GitError) -> HubRepository {
        let format = try await git.run(["rev-parse", "--show-object-format"], at: GitLocation(gitDirectory: path)).outputText.trimmed
        let hub = HubRepository(path: path, origin: origin, git: git, cloneOptions: cloneOptions, objectFormat: format)
        try hub.writeConfiguration()
        return hub
    }

    static func isWhole(_ path: String, _ git: Git) async throws(GitError) -> Bool {
        guard FolderTree.exists(path + "/HEAD"), FolderTree.exists(path + "/config") else { return false }
        return try await git.attempt(["rev-parse", "--is-bare-repository"], at: GitLocation(gitDirectory: path)).outputText.trimmed
            == "true"
    }

    /// A folder in the hub's place that is no repository is never deleted: it may be someone's.
    private static func setAsideDamaged(_ path: String) async throws(GitError) -> String? {
        guard FolderTree.exists(path) else { return nil }
        if rmdir(path) == 0 { return nil }
        let aside = "\(path).damaged-\(UInt64.random(in: .min ... .max))"
        guard rename(path, aside) == 0 else { throw .system("setting the damaged \(path) aside") }
        return aside
    }

    private static func removeHalfMade(_ path: String, parent: String, _ git: Git) async throws(GitError) {
        let prefix = String(path.dropFirst(parent.count + 1)) + ".partial-"
        let names = try FolderHandle(path: parent).names().filter { $0.hasPrefix(prefix) }
        for name in names { try await FolderTree.remove(parent + "/" + name, environment: git.localEnvironment) }
    }

    /// The hub's whole configuration, written anew at every opening so that a changed origin or format of cco takes effect.
    private func writeConfiguration() throws(GitError) {
        let folder = try FolderHandle(path: path)
        let extensions = objectFormat == "sha256" ? "[extensions]\n\tobjectFormat = sha256\n" : ""
        let quoted = origin.location.reduce(into: "") { $0 += $1 == "\\" || $1 == "\"" ? "\\\($1)" : "\($1)" }
        let text = """
            [core]
            \trepositoryFormatVersion = \(objectFormat == "sha256" ? 1 : 0)
            \tfileMode = true
            \tbare = true
            \tlogAllRefUpdates = false
            \t\(Self.durability)
            \(extensions)[remote "origin"]
            \turl = "\(quoted)"
            [gc]
            \tauto = 0
            [maintenance]
            \tauto = false

            """
        try folder.ensure("config", text)
        if let line = origin.credentialLine {
            try folder.ensure("cco-credentials", line + "\n")
        } else {
            try folder.unlink("cco-credentials")
        }
        _ = try folder.makingFolder("cco-scratch")
    }

    /// Objects and refs are on the disk before git says that they are there: what the journal calls done survives a crash of the
    /// machine. Many objects at once cost one flush.
    static let durability = "fsync = committed,reference\n\tfsyncMethod = batch"
}
