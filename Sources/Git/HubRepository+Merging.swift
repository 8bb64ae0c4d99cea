import Orchestration
import Processes

extension HubRepository {
    /// Merges two commits in memory. Nothing moves; a clean result is a tree for ``commitTree(_:parents:message:author:date:)``.
    ///
    /// The result depends on the two commits alone. The `.gitattributes` of `ours` count, in every folder; filters, and merge drivers that
    /// somebody's configuration defines, do not.
    /// Where a shallow clone lacks the common ancestor, its history is completed from the origin first.
    /// - Parameters:
    ///   - ours: the side merged into.
    ///   - theirs: the side merged.
    ///   - isRelated: whether the two are known to have a common commit here, which then need not be looked for.
    ///   - allowUnrelated: whether two histories without a common commit may be merged.
    ///   - limitPerFile: bytes of conflicting text kept for each file.
    ///   - maximumFiles: files described in full; of further ones only the path and kind are given.
    /// - Throws: ``GitError``; of kind `other` for unrelated histories that are not allowed.
    package func mergeTree(
        _ ours: ObjectID, _ theirs: ObjectID, isRelated: Bool = false, allowUnrelated: Bool = false, limitPerFile: Int = 4_000,
        maximumFiles: Int = 50
    ) async throws(GitError) -> TreeMerge {
        let place = try await attributesPlace(of: ours)
        // Almost all merges are clean. What is not is made again by a process of its own, which says all there is to say.
        if !allowUnrelated, case .clean(let tree) = await sessions.merges.merge(ours, theirs, place: place, padding: mergePadding) {
            return .clean(tree: tree)
        }
        if !isRelated, try await mergeBase(ours, theirs) == nil, try await isShallow() { try await unshallow() }
        let arguments =
            (place == nil ? [] : ["-c", "core.bare=false"])
            + MergeTreeAnswer.settings + ["merge-tree", "--write-tree", "-z", "--messages"]
            + (allowUnrelated ? ["--allow-unrelated-histories"] : []) + [ours.hex, theirs.hex]
        let result = try await git.attempt(arguments, at: place ?? location, timeout: .seconds(600))
        switch result.exit {
        case .exited(0): return .clean(tree: try Self.objectID(in: result.standardOutput, command: "git merge-tree"))
        case .exited(1):
            guard let output = MergeTreeOutput(result.standardOutput) else {
                throw GitError(kind: .other, command: "git merge-tree \(ours) \(theirs)", detail: "its output could not be understood")
            }
            return .conflict(try await conflicts(output, limitPerFile: limitPerFile, maximumFiles: maximumFiles))
        default: throw Git.failure(of: arguments, result)
        }
    }

    private func conflicts(
        _ output: MergeTreeOutput, limitPerFile: Int, maximumFiles: Int
    ) async throws(GitError) -> [ConflictedFile] {
        var files: [ConflictedFile] = []
        var paths = output.conflicted
        for message in output.messages where message.kind.hasPrefix("CONFLICT") {
            // A directory rename or a submodule can conflict without leaving any stage behind.
            if !message.paths.contains(where: paths.contains), let path = message.paths.first { paths.append(path) }
        }
        for path in paths {
            let about = output.messages.filter { $0.paths.contains(path) && $0.kind.hasPrefix("CONFLICT") }
            var content: [UInt8] = []
            if files.count < maximumFiles { content = try await file(at: output.tree, path: path, limit: 8 << 20) ?? [] }
            let isBinary = about.contains { $0.kind == "CONFLICT (binary)" } || content.prefix(8_000).contains(0)
            let hunks = ConflictHunks(content: isBinary ? [] : content, limit: limitPerFile)
            files.append(
                ConflictedFile(
                    path: path, kinds: about.map(\.kind).uniqued, messages: about.map(\.text).uniqued, hunks: hunks.text,
                    truncated: hunks.truncated, isBinary: isBinary))
        }
        return files
    }

    /// Makes a commit of a tree; no ref moves.
    ///
    /// The same arguments always give the same commit, so a second try is harmless.
    /// - Parameters:
    ///   - message: the whole message.
    ///   - date: seconds since 1970, UTC.
    package func commitTree(
        _ tree: ObjectID, parents: [ObjectID], message: String, author: GitIdentity, date: Int64
    ) async throws(GitError) -> ObjectID {
        let text = CommitText(tree: tree, parents: parents, message: message, author: author, date: date)
        if let text = text.bytes, let commit = try await writeCommit(text) {
            await sessions.treesOfCommits.insert(tree, of: commit)
            return commit
        }
        var place = location
        place.environment = author.environment(date: date)
        let arguments = ["commit-tree", tree.hex] + parents.flatMap { ["-p", $0.hex] } + ["-F", "-"]
        let result = try await git.run(arguments, at: place, input: Array((message.trimmed + "\n").utf8))
        return try Self.objectID(in: result.standardOutput, command: "git commit-tree")
    }

    /// Makes a first commit with an empty tree, so that an empty repository has a base to branch from and merge into. No ref moves.
    package func rootCommit(message: String, author: GitIdentity, date: Int64) async throws(GitError) -> ObjectID {
        try await commitTree(try await emptyTree(), parents: [], message: message, author: author, date: date)
    }

    func emptyTree() async throws(GitError) -> ObjectID {
        try Self.objectID(in: try await git.run(["mktree"], at: location).standardOutput, command: "git mktree")
    }

    /// The tree of a commit (or of a tree, itself).
    package func tree(of commit: ObjectID) async throws(GitError) -> ObjectID {
        if let known = await sessions.treesOfCommits.tree(of: commit) { return known }
        if let facts = try await facts("\(commit)^{tree}") {
            await sessions.treesOfCommits.insert(facts.id, of: commit)
            return facts.id
        }
        let output = try await git.run(["rev-parse", "--verify", "--end-of-options", "\(commit)^{tree}"], at: location).standardOutput
        return try Self.objectID(in: output, command: "git rev-parse \(commit)^{tree}")
    }

    /// The best common ancestor; nil for unrelated histories.
    package func mergeBase(_ one: ObjectID, _ other: ObjectID) async throws(GitError) -> ObjectID? {
        let arguments = ["merge-base", one.hex, other.hex]
        let result = try await git.attempt(arguments, at: location)
        if result.exit == .exited(1) { return nil }
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
        return try Self.objectID(in: result.standardOutput, command: "git merge-base")
    }

    /// Whether `descendant` contains `ancestor`; a commit contains itself.
    package func isAncestor(_ ancestor: ObjectID, of descendant: ObjectID) async throws(GitError) -> Bool {
        if ancestor == descendant, try await isCommit(ancestor) { return true }
        let arguments = ["merge-base", "--is-ancestor", ancestor.hex, descendant.hex]
        let result = try await git.attempt(arguments, at: location)
        if result.exit == .exited(1) { return false }
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
        return true
    }

    /// How many commits `commit` has that `base` has not.
    package func aheadCount(of commit: ObjectID, over base: ObjectID) async throws(GitError) -> Int {
        let text = try await git.run(["rev-list", "--count", "\(base)..\(commit)"], at: location).outputText.trimmed
        guard let count = Int(text) else { throw GitError(kind: .other, command: "git rev-list --count", detail: "printed \"\(text)\"") }
        return count
    }
}

extension Array where Element: Hashable {
    /// Each element once, in order.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
