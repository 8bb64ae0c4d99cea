import Git
import Orchestration

/// Merges a candidate into its target in the hub, in memory: no worktree is touched, no ref of the target moves.
package struct CandidateMerge: Sendable {
    private let hub: HubRepository
    private let rules: IntegrationRules
    private let identity: GitIdentity

    package init(hub: HubRepository, rules: IntegrationRules, identity: GitIdentity) {
        self.hub = hub
        self.rules = rules
        self.identity = identity
    }

    /// What to merge and how to describe it.
    package struct Order: Sendable {
        package var target: ObjectID
        package var head: ObjectID
        /// The message of the merge commit.
        package var message: String
        /// Seconds since 1970 for the merge commit.
        package var date: Int64
        /// Whether `head` is an agent's own work, which is held against the rules, or was checked before.
        package var isAgentsWork: Bool
        /// Whether the target may simply move to `head` when nothing else has to be joined.
        package var mayFastForward: Bool
        /// The text of `TEAM_STRUCTURE.md` that belongs into the merged tree; `nil` leaves the target's.
        package var structure: String?
        /// Whether a tree has passed the gate. Such a one is not changed for the sake of `structure`: it would have to be verified again.
        package var isVerified: (@Sendable (ObjectID) -> Bool)?
        /// The name under which the merge commit is kept from being pruned.
        package var pin: String

        package init(
            target: ObjectID, head: ObjectID, message: String, date: Int64, isAgentsWork: Bool, mayFastForward: Bool, structure: String?,
            isVerified: (@Sendable (ObjectID) -> Bool)? = nil, pin: String
        ) {
            self.target = target
            self.head = head
            self.message = message
            self.date = date
            self.isAgentsWork = isAgentsWork
            self.mayFastForward = mayFastForward
            self.structure = structure
            self.isVerified = isVerified
            self.pin = pin
        }
    }

    /// Says what the merge would give.
    ///
    /// - Throws: `GitError` when git itself fails; a conflict is a result.
    package func merge(_ order: Order) async throws -> MergeResult {
        var head = order.head
        if order.isAgentsWork {
            switch try await cleaned(order) {
            case .refused(let reason): return .objection(reason)
            case .commit(let commit): head = commit
            }
        }
        if order.mayFastForward {
            // One question to git answers two: whether there is anything to merge, and anything to join.
            let ancestor = try await hub.mergeBase(order.target, head)
            if ancestor == head { return try await upkeep(order) }
            if ancestor == order.target {
                return .fastForward(commit: head, tree: try await hub.tree(of: head), onto: order.target)
            }
        }
        let merge: TreeMerge
        do {
            merge = try await hub.mergeTree(order.target, head)
        } catch let failure {
            // What went wrong with the merge says more than what then goes wrong with the question.
            let isUnrelated: Bool
            do { isUnrelated = try await hub.mergeBase(order.target, head) == nil } catch { throw failure }
            guard isUnrelated else { throw failure }
            return .objection("it shares no history with the branch it is to be merged into")
        }
        switch merge {
        case .conflict(let files):
            return .conflict(onto: order.target, files: files.map(\.excerpt))
        case .clean(let tree):
            // A merge that changes nothing may be none: then the target contains the head.
            if try await hub.tree(of: order.target) == tree, try await hub.isAncestor(head, of: order.target) {
                return try await upkeep(order)
            }
            return try await commit(tree: tree, parents: [order.target, head], order)
        }
    }

    /// Nothing of the head is new; the only change there can be is `TEAM_STRUCTURE.md`.
    private func upkeep(_ order: Order) async throws -> MergeResult {
        guard let structure = order.structure, order.head == order.target,
            try await hub.file(at: order.target, path: TeamStructure.fileName, limit: 1 << 20) != Array(structure.utf8)
        else { return .nothingToMerge }
        return try await commit(tree: try await hub.tree(of: order.target), parents: [order.target], order)
    }

    private func commit(tree: ObjectID, parents: [ObjectID], _ order: Order) async throws -> MergeResult {
        var tree = tree
        if let structure = order.structure, order.isVerified?(tree) != true {
            tree = try await hub.replacingFiles(in: tree, [TeamStructure.fileName: Array(structure.utf8)])
        }
        let commit = try await hub.commitTree(tree, parents: parents, message: order.message, author: identity, date: order.date)
        _ = try await hub.pin(commit, name: order.pin)
        return .clean(commit: commit, tree: tree, onto: order.target)
    }

    private enum Cleaned {
        case commit(ObjectID)
        case refused(String)
    }

    /// The agent's work without what must not be in it.
    ///
    /// A secret in the added text needs the author's judgement. Forbidden files and changes to files that agents do not own are undone here. When
    /// an earlier commit of the branch holds a forbidden file or a secret, the branch is taken as one commit, so that its history never gets in.
    private func cleaned(_ order: Order) async throws -> Cleaned {
        let line = try await hub.straightLine(from: order.target, to: order.head)
        let common: ObjectID?
        if let line { common = line.base } else { common = try await hub.mergeBase(order.target, order.head) }
        guard let base = common else {
            return .refused(
                "your branch shares no history with the branch it is to be merged into; start from refs/cco/target and redo the change there"
            )
        }
        let commits: [LogEntry]
        if let line { commits = line.commits } else { commits = try await hub.log(from: base, to: order.head, limit: 500) }
        let subject = commits.first?.subject ?? "Work"
        let secrets = try await secrets(in: order, base: base, subject: subject, isOneCommit: line?.commits.count == 1)
        if let path = secrets.inResult {
            return .refused(
                "\(path) contains a secret of the run (a key or an environment file's value); remove it from the file and commit")
        }
        var undo: [String: [UInt8]?] = [:]
        for change in try await hub.changedPaths(from: base, to: order.head) {
            let isOwned = rules.ownedFiles.contains(change.path)
            guard rules.forbids(change.path) || isOwned else { continue }
            undo.updateValue(try await hub.file(at: base, path: change.path, limit: 16 << 20), forKey: change.path)
        }
        var mustFlatten = secrets.inHistory
        if !mustFlatten { mustFlatten = try await holdsForbidden(commits, over: base) }
        guard !undo.isEmpty || mustFlatten else { return .commit(order.head) }
        let tree = undo.isEmpty ? try await hub.tree(of: order.head) : try await hub.replacingFiles(in: order.head, undo)
        let commit = try await hub.commitTree(
            tree, parents: [mustFlatten ? base : order.head], message: subject, author: identity, date: order.date)
        _ = try await hub.pin(commit, name: order.pin + "-cleaned")
        return .commit(commit)
    }

    /// Where the branch's result, taken as one commit, holds a secret, and whether its history does. What only the history holds is left behind.
    private func secrets(
        in order: Order, base: ObjectID, subject: String, isOneCommit: Bool
    ) async throws -> (inResult: String?, inHistory: Bool) {
        // A branch of one commit adds what its result adds. Else one look at both finds nothing in nearly every case.
        let result = try await hub.commitTree(
            try await hub.tree(of: order.head), parents: [base], message: subject, author: identity, date: order.date)
        let any = try await hub.addedContentContains(
            anyOf: rules.secrets, from: base, to: order.head, alsoTo: isOneCommit ? nil : result)
        guard any != nil else { return (nil, false) }
        return (try await hub.addedContentContains(anyOf: rules.secrets, from: base, to: result), true)
    }

    /// Whether a commit on the way from `base` holds a file that must not be published.
    private func holdsForbidden(_ commits: [LogEntry], over base: ObjectID) async throws -> Bool {
        var parent = base
        for commit in commits.reversed() {
            let changes = try await hub.changedPaths(from: parent, to: commit.id)
            if changes.contains(where: { $0.status != "D" && rules.forbids($0.path) }) { return true }
            parent = commit.id
        }
        return false
    }
}

extension ConflictedFile {
    /// The conflict as an agent is shown it.
    var excerpt: ConflictExcerpt {
        ConflictExcerpt(path: path, kind: kinds.joined(separator: ", "), hunks: isBinary ? "" : hunks)
    }
}
