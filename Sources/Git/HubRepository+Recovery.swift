import Glibc
import Orchestration
import Processes

extension HubRepository {
    /// How much of a repository a recovery reads.
    package enum VerificationDepth: Sendable, Equatable {
        /// That every ref names an object that is there. Git writes a ref after the objects that it leads to, so a kill leaves nothing
        /// worse.
        case tips
        /// Also that every object has those it leads to. For a hub whose disk was damaged; seconds for thousands of commits.
        case connectivity
        /// Also that every object's content is right.
        case everything
    }

    /// Opens or makes the hub as ``createOrOpen(at:origin:git:cloneOptions:)`` does, and makes it whole after a crash: to be called when
    /// an engine starts, before anything else works with the hub.
    ///
    /// In this order: git commands that an earlier engine left running are ended; an unreadable `HEAD` or configuration is written
    /// anew; stale locks, half-written objects and packs, and scratch refs are removed; every ref is checked. Running agents are not
    /// disturbed, and no object is dropped that anything could need.
    ///
    /// - Parameters:
    ///   - startedAt: when this engine began; a lock that is younger is left alone even without a living owner. Nil for no such limit.
    ///   - lastKnown: what the caller's records say of refs, by full name. A ref that points to nothing usable goes back there.
    ///   - depth: how much is checked.
    /// - Returns: the hub, and what was found and done; nothing for a healthy one.
    /// - Throws: ``GitError`` as `createOrOpen` does, or when a folder cannot be read or written.
    package static func recover(
        at path: String, origin: RemoteURL, git: Git, cloneOptions: CloneOptions = CloneOptions(), startedAt: Timestamp? = nil,
        lastKnown: [String: ObjectID] = [:], depth: VerificationDepth = .tips
    ) async throws(GitError) -> (hub: HubRepository, findings: [RepositoryFinding]) {
        var (hub, findings) = try await openOrMake(
            at: path, origin: origin, git: git, cloneOptions: cloneOptions, startedAt: startedAt)
        findings += try await hub.mendRefs(lastKnown: lastKnown)
        findings += try await hub.verified(depth)
        return (hub, findings)
    }

    private func verified(_ depth: VerificationDepth) async throws(GitError) -> [RepositoryFinding] {
        let arguments: [String]
        switch depth {
        case .tips: return []
        case .connectivity: arguments = ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"]
        case .everything: arguments = ["fsck", "--full", "--strict", "--no-dangling", "--no-progress"]
        }
        let result = try await git.attempt(arguments, at: location, timeout: .seconds(1_800))
        return result.succeeded ? [] : [.damaged(detail: Git.failure(of: arguments, result).detail)]
    }

    /// Removes what is proven stale in the hub, as at a start. Harmless at any time: what a living process may own stays.
    ///
    /// Commands of the hub do this by themselves when a lock stops them.
    /// - Returns: every leftover that was found, removed or not.
    /// - Throws: ``GitError`` when a folder or /proc cannot be read.
    @discardableResult
    package func clearStaleLocks(startedAt: Timestamp? = nil) throws(GitError) -> [Leftover] {
        try clearHalfTaken()
        return try StaleLocks(places: [.init(path: path)], before: startedAt).clear()
    }

    /// Removes the folders in which a killed git had objects that were not in their place yet. Nothing can have asked for them.
    private func clearHalfTaken() throws(GitError) {
        guard let objects = try FolderHandle(path: path).folder("objects") else { return }
        let folders = try objects.names().filter { $0.hasPrefix("tmp_objdir-") }
        // They were seen before: an owner that lived then is found now.
        guard !folders.isEmpty, try GitProcesses(gitDirectories: [path]).living().isEmpty else { return }
        for name in folders { try objects.removeTree(name) }
    }

    /// What killed commands leave behind, and what makes every later one fail.
    func clearLeftovers(startedAt: Timestamp?) async throws(GitError) -> [RepositoryFinding] {
        var findings = try await GitProcesses(gitDirectories: [path]).endOrphans()
        findings += try clearStaleLocks(startedAt: startedAt).map { .leftover($0) }
        let folder = try FolderHandle(path: path)
        try folder.removeTree("cco-scratch")
        _ = try folder.makingFolder("cco-scratch")
        // As files first: git refuses to delete a ref whose file is not whole.
        try folder.descend(["refs", "cco"])?.removeTree("scratch")
        try folder.descend(["refs", "notes"])?.removeTree("cco-scratch")
        try await changeRefs(delete: try await (listRefs("refs/cco/scratch/") + listRefs("refs/notes/cco-scratch/")).map(\.name))
        return findings
    }

    /// Writes `HEAD` and a first configuration where a crash of the machine left them unreadable, so that the hub is not taken for a
    /// foreign folder.
    static func salvage(_ path: String, _ git: Git) async throws(GitError) -> [RepositoryFinding] {
        // A link or a file in its place is none of ours.
        guard FolderTree.isFolder(path) else { return [] }
        let folder = try FolderHandle(path: path)
        guard try folder.kind(of: "objects") == .folder, try folder.kind(of: "refs") == .folder, try await !isWhole(path, git)
        else { return [] }
        var findings: [RepositoryFinding] = []
        let head = try folder.read("HEAD", limit: 4_096) ?? []
        if AgentRefs.symbolicTarget(head)?.hasPrefix("refs/") != true {
            try folder.ensure("HEAD", "ref: refs/heads/main\n", mode: 0o644)
            findings.append(.rewritten(path: path + "/HEAD"))
        }
        if try await isWhole(path, git) { return findings }
        let isLong = try AgentRefs(gitDirectory: path).all().values.contains { $0.hex.utf8.count == 64 }
        let format = isLong ? "[extensions]\n\tobjectFormat = sha256\n" : ""
        try folder.ensure("config", "[core]\n\trepositoryFormatVersion = \(isLong ? 1 : 0)\n\tbare = true\n\(format)")
        findings.append(.rewritten(path: path + "/config"))
        return findings
    }
}
