import Orchestration
import Processes

/// The long-lived git commands of a hub. Each answers what otherwise a git process of its own would be started for.
struct HubSessions: Sendable {
    /// What objects are, and their content.
    let objects: GitSession
    /// Which attribute files differ between two trees.
    let differences: GitSession
    /// Which files differ between two trees.
    let changes: GitSession
    /// Writes trees.
    let trees: GitSession
    /// Writes commits.
    let commits: GitSession
    /// Writes files' content.
    let blobs: GitSession
    /// Sets refs that are cco's own.
    let refs: GitSession
    let merges: MergeSessions
    let attributes: AttributePlaces
    let padding: MergePadding
    let treesOfCommits: KnownTrees
    let joinedPushes = JoinedPushes()
    let arrivals = Arrivals()
    let rests = Rests()
    let sightings = Sightings()
    let summaries = Summaries()

    /// - Parameter patience: how long each of them stays without a request.
    init(git: Git, path: String, patience: Duration) {
        let location = GitLocation(gitDirectory: path)
        objects = GitSession(
            git, ["cat-file", "--batch-command=%(objectname) %(objecttype) %(objectsize)"], at: location, patience: patience)
        differences = GitSession(
            git,
            ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--", ":(glob)**/.gitattributes"], at: location,
            patience: patience)
        changes = GitSession(
            git, ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames"] + HubRepository.plainDiff, at: location, patience: patience)
        // "mktree" does not look for packs that came after its start; what its entries name has just been read from a tree, or written.
        trees = GitSession(git, ["mktree", "-z", "--batch", "--missing"], at: location, patience: patience)
        commits = GitSession(git, ["hash-object", "-w", "-t", "commit", "--no-filters", "--stdin-paths"], at: location, patience: patience)
        blobs = GitSession(git, ["hash-object", "-w", "--no-filters", "--stdin-paths"], at: location, patience: patience)
        refs = GitSession(git, ["update-ref", "--stdin"], at: location, patience: patience)
        merges = MergeSessions(git: git, location: location, patience: patience)
        attributes = AttributePlaces()
        padding = MergePadding()
        treesOfCommits = KnownTrees()
    }

    /// Ends all of them; the next request starts them anew.
    func end() async {
        for session in [objects, differences, changes, trees, commits, blobs, refs] { await session.end() }
        await merges.end()
    }
}

/// Commits that an agent's repository is handing to the hub, with all that they lead to, and that no ref of the hub names yet. The hub takes its
/// time, for what it has taken is on the disk; what else is to be done with the agent's worktree need not wait for that.
actor Arrivals {
    private var commits: [ObjectID: Task<Bool, Never>] = [:]

    /// - Parameter transfer: says whether all of it has come. Nobody counts on one that has failed.
    func begin(_ commit: ObjectID, _ transfer: @escaping @Sendable () async -> Bool) {
        commits[commit] = Task {
            let hasCome = await transfer()
            if !hasCome { commits[commit] = nil }
            return hasCome
        }
    }

    /// Whether the commit has come, or is on its way.
    func isExpected(_ commit: ObjectID) -> Bool { commits[commit] != nil }

    /// Whether the commit has come, once that is known. Asked once: then a ref has it.
    func take(_ commit: ObjectID) async -> Bool { await commits.removeValue(forKey: commit)?.value ?? false }
}

/// When the origin's branches were last heard of, by a fetch or by a push that succeeded.
actor Sightings {
    private var times: [String: ContinuousClock.Instant] = [:]

    /// - Parameter time: when the question was asked.
    func note(_ branch: String, at time: ContinuousClock.Instant) { times[branch] = time }

    func age(of branch: String) -> Duration? { times[branch].map { $0.duration(to: .now) } }
}

/// What the origin last said of its branches.
actor Summaries {
    private var latest: (summary: OriginSummary, time: ContinuousClock.Instant)?

    /// - Parameter time: when the question was asked.
    func note(_ summary: OriginSummary, at time: ContinuousClock.Instant) { latest = (summary, time) }

    func summary(within limit: Duration) -> OriginSummary? {
        guard let latest, latest.time.duration(to: .now) < limit else { return nil }
        return latest.summary
    }
}

/// Worktrees in which nothing was unsaved a moment ago, when the agent's processes had ended: who puts the next task there need not look again.
actor Rests {
    private var rests: [String: (commit: ObjectID, since: ContinuousClock.Instant)] = [:]

    /// For so long. Somebody who works in a worktree by hand is not that quick; later it is looked at.
    private static let patience = Duration.seconds(2)

    func begin(_ worktree: String, at commit: ObjectID) { rests[worktree] = (commit, .now) }

    /// Ends the rest, whichever commit it was at.
    ///
    /// - Returns: the commit, if it is not too long ago.
    func end(_ worktree: String) -> ObjectID? {
        guard let rest = rests.removeValue(forKey: worktree), rest.since.duration(to: .now) < Self.patience else { return nil }
        return rest.commit
    }
}

/// Whether the origin takes a branch and the receipts in one push: some know no such thing, or want no receipts.
actor JoinedPushes {
    private var failures = 0

    /// After three failures in a row it is no longer tried.
    var areWorthTrying: Bool { failures < 3 }

    func note(_ wasDone: Bool) { failures = wasDone ? 0 : failures + 1 }
}

/// Which tree a commit has, for commits that were asked about or made lately: it never changes.
actor KnownTrees {
    private var trees: [ObjectID: ObjectID] = [:]
    private var order: [ObjectID] = []

    func tree(of commit: ObjectID) -> ObjectID? { trees[commit] }

    func insert(_ tree: ObjectID, of commit: ObjectID) {
        guard trees.updateValue(tree, forKey: commit) == nil else { return }
        order.append(commit)
        if order.count > 256 { trees[order.removeFirst()] = nil }
    }
}

extension HubRepository {
    /// Ends the git commands that stay to answer requests; later ones start them anew. They end by themselves too, two seconds after the last
    /// request.
    package func endSessions() async { await sessions.end() }
}

extension GitSession {
    /// One line as the answer, without its end.
    func line(_ request: String) async throws(GitError) -> String { try await line(Array(request.utf8)) }

    func line(_ request: [UInt8]) async throws(GitError) -> String {
        try await ask(request) { bytes in
            bytes.firstIndex(of: 0x0A).map { (String(decoding: bytes[..<$0], as: UTF8.self), taken: $0 - bytes.startIndex + 1) }
        }
    }
}
