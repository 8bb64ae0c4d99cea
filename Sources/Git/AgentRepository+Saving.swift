import Orchestration
import Processes

extension AgentRepository {
    /// Saves what is in the worktree but in no commit as a commit on the branch that cco checked out.
    ///
    /// Tracked and new files count; ignored and excluded ones do not, even where the agent's `.gitignore` says otherwise. The content of
    /// repositories inside the worktree (submodules, clones) is not saved. If the agent went on elsewhere (another branch, detached, a
    /// half-done rebase) and the branch's tip is not part of that, the commit goes to a branch `cco-saved/<id>` of the agent's, so that
    /// the branch itself is as the agent left it. What git refuses to store is left out; the commit's message names it, and so does
    /// ``refused()``.
    /// - Parameter date: in seconds since 1970.
    /// - Returns: the commit; nil if there was nothing to save.
    /// - Throws: ``GitError``.
    @discardableResult
    package func saveUncommitted(message: String, author: GitIdentity, date: Int64) async throws(GitError) -> ObjectID? {
        // A worktree that is not there, or only half filled, holds no work.
        if try ensureLayout() { return nil }
        if try isUnfilled() { return nil }
        guard let base = try await savingBase() else { return nil }
        try await followIndex(to: base.commit)
        if try await isClean(at: base.commit) {
            try settle(base)
            try setRefused([])
            return nil
        }
        do {
            let saved = try await save(message: message, author: author, date: date, over: base)
            guard let saved, try await !isReadable(saved, over: base.commit) else { return saved }
            // Content that was "there already" is damaged: without it, git stores it again.
            try await removeDamagedObjects()
            return try await save(message: message, author: author, date: date, over: base)
        } catch {
            // The agent can have destroyed the commit that the files build on; the files are saved over the last one that is whole.
            guard error.isDamage, let known = try known(), known != base.commit, try await !isReadable(base.commit, over: known) else {
                throw error
            }
            try await removeDamagedObjects()
            return try await save(message: message, author: author, date: date, over: (known, base.ref))
        }
    }

    /// Notes that no process works in the worktree and nothing in it is unsaved: a checkout that follows at once need not look for that again.
    package func rest() async throws(GitError) {
        guard let commit = try indexedCommit(), try await savingBase()?.commit == commit else { return }
        await hub.sessions.rests.begin(worktreePath, at: commit)
    }

    /// Whether the worktree rests. It does no longer then: something is about to be changed there.
    func endRest() async throws(GitError) -> Bool {
        guard let rest = await hub.sessions.rests.end(worktreePath), try indexedCommit() == rest else { return false }
        return try await savingBase()?.commit == rest
    }

    /// Nothing is to be saved: the branch is where its work is.
    private func settle(_ base: (commit: ObjectID, ref: String?)) throws(GitError) {
        let refs = AgentRefs(gitDirectory: gitDirectory)
        if let ref = base.ref, try refs.read(ref) != base.commit { try refs.write(ref, base.commit) }
    }

    private func save(
        message: String, author: GitIdentity, date: Int64, over base: (commit: ObjectID, ref: String?)
    ) async throws(GitError) -> ObjectID? {
        try setIndexed(nil)
        let reset = Self.keepingFolders + ["read-tree", "--reset", base.commit.hex]
        if try await !git.attempt(reset, at: control).succeeded {
            // A damaged index is nothing to keep: git looks at the files again.
            try FolderHandle(path: controlDirectory).unlink("index")
            try await git.run(reset, at: control)
        }
        let refused = try await stage(over: base.commit)
        try setRefused(refused)
        let tree = try HubRepository.objectID(
            in: try await git.run(["write-tree"], at: control).standardOutput, command: "git write-tree")
        let before = try HubRepository.objectID(
            in: try await git.run(["rev-parse", "\(base.commit)^{tree}"], at: control).standardOutput, command: "git rev-parse")
        let refs = AgentRefs(gitDirectory: gitDirectory)
        if tree == before {
            try settle(base)
            // What was refused is not in the index, and the next checkout has to look at all files.
            try setIndexed(refused.isEmpty ? base.commit : nil)
            return nil
        }
        var place = control
        place.environment = author.environment(date: date)
        let remark = refused.isEmpty ? "" : "\nNot saved, because git refuses it:\n" + refused.map { "    \($0)\n" }.joined()
        let output = try await git.run(
            ["commit-tree", tree.hex, "-p", base.commit.hex, "-F", "-"], at: place, input: Array((message.trimmed + "\n" + remark).utf8))
        let commit = try HubRepository.objectID(in: output.standardOutput, command: "git commit-tree")
        try refs.write(base.ref ?? "refs/heads/cco-saved/\(commit.short)", commit)
        try setIndexed(refused.isEmpty ? commit : nil)
        return commit
    }

    /// The commit that the worktree's content builds on, and the ref to move; nil as ref if no branch fits.
    private func savingBase() async throws(GitError) -> (commit: ObjectID, ref: String?)? {
        let refs = AgentRefs(gitDirectory: gitDirectory)
        let ref = try currentBranch().map { "refs/heads/" + $0 }
        let tip = try ref.flatMap { (name) throws(GitError) in try refs.read(name) }
        let head = try await agentHead()
        guard let head else {
            if let tip { return (tip, ref) }
            return AgentRefs.id(try FolderHandle(path: controlDirectory).read("HEAD") ?? []).map { ($0, nil) }
        }
        guard let tip else { return (head, ref) }
        if head == tip { return (tip, ref) }
        let isOnTop = try await git.attempt(["merge-base", "--is-ancestor", tip.hex, head.hex], at: control).succeeded
        return (head, isOnTop ? ref : nil)
    }

    /// The commit the agent's own HEAD is at; nil if it says nothing usable.
    func agentHead() async throws(GitError) -> ObjectID? {
        guard let tree = try FolderHandle(path: gitDirectory).descend(["worktrees", Self.worktreeName]),
            let content = try tree.read("HEAD", limit: 4_096)
        else { return nil }
        var id = AgentRefs.id(content)
        if let target = AgentRefs.symbolicTarget(content), target.hasPrefix("refs/"), RefName.isWellFormed(target) {
            id = try AgentRefs(gitDirectory: gitDirectory).read(target)
        }
        guard let id, try await hasCommit(id) else { return nil }
        return id
    }

    /// Brings the files into cco's index.
    ///
    /// - Returns: what git refuses, in its words.
    private func stage(over base: ObjectID) async throws(GitError) -> [String] {
        let entries = try await git.run(["ls-files", "-z", "--stage"], at: control, limit: 256 << 20).standardOutput
        let isSparse = try cone() != nil
        if isSparse {
            try await markAbsent(
                entries.split(separator: 0).compactMap { record in
                    record.firstIndex(of: 0x09).map { record[record.index(after: $0)...] }
                })
        }
        var submodules: [String] = []
        for record in entries.split(separator: 0) where record.starts(with: "160000 ".utf8) {
            guard let tab = record.firstIndex(of: 0x09) else { continue }
            submodules.append(String(decoding: record[(tab + 1)...], as: UTF8.self))
        }
        let refused = try await addFiles(except: submodules, isSparse: isSparse)
        try await unstageExcluded(over: base)
        return refused
    }

    /// A `.gitignore` of the agent's can un-ignore an excluded file, so what was added against the exclusions is taken out again.
    private func unstageExcluded(over base: ObjectID) async throws(GitError) {
        let patterns = try exclusions()
        guard !patterns.isEmpty else { return }
        let excluded = try await git.run(
            ["ls-files", "-z", "--cached", "--ignored"] + patterns.map { "--exclude=\($0)" }, at: control, limit: 256 << 20)
        guard !excluded.standardOutput.isEmpty else { return }
        let added = try await git.run(
            ["diff-index", "--cached", "-z", "--name-only", "--no-renames", "--diff-filter=A", "--ignore-submodules=all", base.hex],
            at: control, limit: 256 << 20)
        let addedPaths = Set(added.standardOutput.split(separator: 0))
        let paths = excluded.standardOutput.split(separator: 0).filter(addedPaths.contains)
        guard !paths.isEmpty else { return }
        try await git.run(
            Self.keepingFolders + ["update-index", "--force-remove", "-z", "--stdin"], at: control,
            input: Array(paths.joined(separator: [0])))
    }
}
