import Orchestration
import Processes

extension AgentRepository {
    /// Brings a branch of the agent's into the hub, where every object is checked on the way in.
    ///
    /// If `hubRef` has a commit that the agent rewrote away, that one is kept under `refs/cco/kept/`.
    /// - Parameters:
    ///   - branch: a short branch name.
    ///   - hubRef: a full ref of the hub.
    /// - Returns: the commit; nil if the agent has no such branch.
    /// - Throws: ``GitError`` if the agent's objects are damaged or malicious; the hub's refs are then as before.
    package func harvest(_ branch: String, into hubRef: String) async throws(GitError) -> ObjectID? {
        _ = try ensureLayout()
        guard let tip = try tip(branch) else { return nil }
        try await harvest(tip, into: try RefName.full(hubRef))
        if try currentBranch() == branch { try setKnown(tip) }
        return tip
    }

    func harvest(_ id: ObjectID, into hubRef: String) async throws(GitError) {
        // A repair has just brought most of what agents make.
        if await hub.sessions.arrivals.take(id) {
            let old = try await hub.facts(hubRef)
            if let old, old.type == "commit", old.id != id { try await keepRewritten(old.id, by: id, hubRef) }
            if old?.id != id { try await hub.setOwnRef(hubRef, to: id) }
            return
        }
        guard let old = try await hub.facts(hubRef)?.id, old != id else { return try await bring(id, to: hubRef) }
        let scratch = "refs/cco/scratch/harvest-\(UInt64.random(in: .min ... .max))"
        try await bring(id, to: scratch)
        if try await hub.isCommit(old) { try await keepRewritten(old, by: id, hubRef) }
        try await hub.changeRefs(set: [hubRef: id], delete: [scratch])
    }

    private func keepRewritten(_ old: ObjectID, by id: ObjectID, _ hubRef: String) async throws(GitError) {
        if try await hub.isAncestor(old, of: id) { return }
        try await hub.keep(old, name: "rewritten/\(hubRef.dropFirst("refs/".count))/\(old.short)")
    }

    /// Fetches a commit into the hub and has a ref lead to it.
    private func bring(_ id: ObjectID, to ref: String) async throws(GitError) {
        let arguments =
            ["-c", "transfer.fsckObjects=true", "-c", "fetch.fsckObjects=true"] + HubRepository.fetch + [controlDirectory, "+\(id):\(ref)"]
        try await git.run(arguments, at: hub.location, timeout: .seconds(600))
    }

    /// The agent's refs (and its detached HEAD, as `HEAD`, and each entry of its stash) that the hub's refs do not reach.
    ///
    /// - Parameter known: commits at which refs of the hub are; nil to have them listed.
    /// - Throws: ``GitError``.
    package func unharvested(known: Set<ObjectID>? = nil) async throws(GitError) -> [String: ObjectID] {
        _ = try ensureLayout()
        var tips = try AgentRefs(gitDirectory: gitDirectory).all().filter { !$0.key.hasPrefix("refs/cco/") }
        if let head = try await agentHead(), !tips.values.contains(head) { tips["HEAD"] = head }
        for id in try await stashed() where !tips.values.contains(id) { tips[Self.stashRef(id)] = id }
        // Nearly all of them were harvested, and have a ref of the hub's that is at the same commit.
        let heads: Set<ObjectID>
        if let known { heads = known } else { heads = try await Set(hub.listRefs("refs/").map(\.id)) }
        var missing: [String: ObjectID] = [:]
        for (name, id) in tips where !heads.contains(id) {
            if try await !hub.reaches(id) { missing[name] = id }
        }
        return missing
    }

    /// Deletes the worktree and the private repository. Calling it again is harmless.
    ///
    /// Uncommitted work is saved as a commit first. Once everything worth keeping is in the hub, a mark says so, the folders get other
    /// names, and only then they are deleted: so a removal that was interrupted anywhere is finished by the next one, or by a
    /// ``repair()`` of the same place, and never deletes what came there later.
    /// - Parameters:
    ///   - name: commits that the hub does not reach are kept under `refs/cco/kept/<name>/…`; if nil, they are a reason to refuse.
    ///   - date: of a commit that saves work, in seconds since 1970.
    ///   - known: commits at which refs of the hub are and stay; nil to have them listed.
    /// - Throws: ``GitError``; of kind `wouldLoseWork` if `name` is nil and there are such commits. Nothing is deleted then.
    package func remove(keepingAs name: String?, date: Int64, known: Set<ObjectID>? = nil) async throws(GitError) {
        try await finishRemovals()
        guard FolderTree.exists(directory) else { return }
        if !FolderTree.exists(directory + "/" + Self.removalMark) {
            try await repair()
            try await saveUncommitted(message: Self.savedMessage, author: identity, date: date)
            let missing = try await unharvested(known: known)
            if let name {
                let known = try self.known()
                for (ref, id) in missing.sorted(by: { $0.key < $1.key }) {
                    // What the agent destroyed cannot be kept by anybody.
                    guard try await isReadable(id, over: known) else { continue }
                    let tail = ref.hasPrefix("refs/") ? String(ref.dropFirst(5)) : ref
                    try await harvest(id, into: try RefName.full("refs/cco/kept/\(name)/\(tail)"))
                }
            } else if !missing.isEmpty {
                throw GitError(
                    kind: .wouldLoseWork, command: "removing \(directory)",
                    detail: "the hub does not have \(missing.keys.sorted().joined(separator: ", "))")
            }
            try FolderHandle(path: directory).write(Self.removalMark, [], durable: true)
        }
        try setRemovalAside()
        try await finishRemovals()
    }
}

extension HubRepository {
    /// Whether some ref leads to the object.
    func reaches(_ id: ObjectID) async throws(GitError) -> Bool {
        guard try await isCommit(id) else { return false }
        let output = try await git.run(["for-each-ref", "--count=1", "--format=x", "--contains=\(id)"], at: location).standardOutput
        return !output.isEmpty
    }

    package func isCommit(_ id: ObjectID) async throws(GitError) -> Bool {
        try await facts(id.hex)?.type == "commit"
    }
}
