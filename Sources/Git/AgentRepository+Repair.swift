import Glibc
import Orchestration
import Processes

extension AgentRepository {
    /// Makes the agent's repository and worktree whole again after a crash, or after whatever the agent did to them. To be called at the
    /// start of an engine and after each turn, when none of the agent's processes runs; while one does, locks stay and nothing that
    /// is in use is touched, but files may change under it.
    ///
    /// Put right are: git commands of an earlier engine that still run on it; an interrupted removal; configuration, hooks, alternates,
    /// links in the place of folders; stale locks; the worktree's `.git` file and folder; a half-filled worktree; and a branch that
    /// leads to objects that are gone, which goes back to the last commit that the hub has of it. The files of a worktree that is there
    /// are left as they are, so that ``saveUncommitted(message:author:date:)`` saves them.
    /// - Parameter beginsHarvest: whether a harvest follows. What the agent has committed is then handed to the hub on the way, and the hub takes
    ///   it while the caller goes on.
    /// - Returns: what was found and done; nothing for a healthy one.
    /// - Throws: ``GitError``.
    @discardableResult
    package func repair(beginsHarvest: Bool = false) async throws(GitError) -> [RepositoryFinding] {
        var findings = try await endOrphans()
        try setRemovalAside()
        findings += try await finishRemovals()
        for locks in staleLocks { findings += try locks.clear().map { .leftover($0) } }
        var isEmpty = try ensureLayout()
        if try isUnfilled() { isEmpty = true }
        if let branch = try currentBranch() {
            findings += try await mendBranch(branch, beginsHarvest: beginsHarvest)
            guard isEmpty, let tip = try tip(branch) else { return findings }
            try await fill(tip, head: "ref: refs/heads/\(branch)")
            findings.append(.worktreeFilled(path: worktreePath, commit: tip))
        } else if isEmpty, let id = AgentRefs.id(try FolderHandle(path: controlDirectory).read("HEAD") ?? []) {
            try await fill(id, head: id.hex)
            findings.append(.worktreeFilled(path: worktreePath, commit: id))
        }
        return findings
    }

    /// Ends git commands that work here and have outlived the engine that started them.
    ///
    /// - Throws: ``GitError``.
    package func endOrphans() async throws(GitError) -> [RepositoryFinding] {
        let places = [controlDirectory, "\(gitDirectory)/worktrees/\(Self.worktreeName)"]
        return try await GitProcesses(gitDirectories: places).endOrphans()
    }

    /// Where git's locks can be: cco's own side, where only git commands of cco count as owners, and the agent's, where any program does
    /// that works in its folders.
    var staleLocks: [StaleLocks] {
        [
            StaleLocks(places: [.init(path: controlDirectory)]),
            StaleLocks(places: [.init(path: gitDirectory, isAgents: true)], folders: [worktreePath, gitDirectory], owners: owners),
        ]
    }

    /// The newest commit of the branch that is whole takes the place of a tip that is not.
    private func mendBranch(_ branch: String, beginsHarvest: Bool) async throws(GitError) -> [RepositoryFinding] {
        guard let known = try known() else { return [] }
        let refs = AgentRefs(gitDirectory: gitDirectory)
        let head = try RefName.head(branch)
        let tip = try refs.read(head)
        // The agent may be on another branch of its own, which is then what its work is saved from.
        var present = tip
        if present == nil { present = try await agentHead() }
        if let present, try await present == known ? hasCommit(known) : isReadable(present, over: known, bringing: beginsHarvest) {
            return []
        }
        var findings: [RepositoryFinding] = []
        let damaged = try await removeDamagedObjects()
        if damaged > 0 { findings.append(.objectsRemoved(path: gitDirectory, count: damaged)) }
        for id in try await earlier(than: tip, on: head, since: known) where try await isReadable(id, over: known) {
            try refs.write(head, id)
            return findings + [.branchReset(branch: branch, from: tip, to: id)]
        }
        return findings
    }

    /// Commits that a branch has been at, newest first, and at last the one that the hub has. At most 200.
    private func earlier(than tip: ObjectID?, on head: String, since known: ObjectID) async throws(GitError) -> [ObjectID] {
        var found: [ObjectID] = []
        if let tip {
            // Fails at the first commit that is gone, and has named those before it then.
            let listing = try await git.attempt(["rev-list", "--topo-order", "--max-count=200", tip.hex, "^\(known)"], at: control)
            found += listing.outputText.split(separator: "\n").compactMap { ObjectID($0) }
        }
        let parts = ["logs"] + head.split(separator: "/").map(String.init)
        if let name = parts.last, let log = try FolderHandle(path: gitDirectory).descend(parts.dropLast())?.read(name, limit: 4 << 20) {
            // Each line: the old id, the new id, who, when and why.
            let ids = log.split(separator: 0x0A).compactMap { line in
                line.split(separator: 0x20, maxSplits: 2).dropFirst().first.flatMap { ObjectID(String(decoding: $0, as: UTF8.self)) }
            }
            found += ids.reversed()
        }
        return Array(found.uniqued.prefix(200)) + [known]
    }

    /// The file in `control.git` that remembers ``known()``.
    static let knownMark = "cco-known"

    /// The last commit of what is checked out that the hub has, so that no agent can take it away; nil before the first checkout.
    func known() throws(GitError) -> ObjectID? {
        try FolderHandle(path: controlDirectory).read(Self.knownMark, limit: 128).flatMap { AgentRefs.id($0) }
    }

    func setKnown(_ id: ObjectID) throws(GitError) {
        try FolderHandle(path: controlDirectory).ensure(Self.knownMark, "\(id)\n")
    }

    /// Files that cco was writing into the worktree when it was killed: they may hold secrets and never get their name.
    func clearHalfWritten() throws(GitError) {
        let root = try FolderHandle(path: worktreePath)
        let folders = try placedNames().map { Array($0.split(separator: "/").dropLast().map(String.init)) }
        for components in ([[]] + folders).uniqued {
            guard let folder = try root.descend(components) else { continue }
            for name in try folder.names() where name.hasPrefix(FolderHandle.temporaryPrefix) { try folder.unlink(name) }
        }
    }
}

extension GitError {
    /// Whether it can come from objects that are damaged or gone, rather than from the outside.
    var isDamage: Bool {
        switch kind {
        case .other, .noSuchBranch, .notARepository: true
        default: false
        }
    }
}
