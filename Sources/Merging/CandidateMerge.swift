import Git
import Orchestration

/// Merges a candidate into its target in the hub, in memory: no worktree is touched, no ref of the target moves.
package struct CandidateMerge: Sendable {
    let hub: HubRepository
    let rules: IntegrationRules
    let identity: GitIdentity

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
        /// Where the base stands. What a branch has merged in from there is not its author's, and is held against no rule.
        package var trusted: ObjectID?
        /// Whether the target may simply move to `head` when nothing else has to be joined.
        package var mayFastForward: Bool
        /// The text of `TEAM_STRUCTURE.md` that belongs into the merged tree; `nil` leaves the target's.
        package var structure: String?
        /// Whether a tree has passed the gate. Such a one is not changed for the sake of `structure`: it would have to be verified again.
        package var isVerified: (@Sendable (ObjectID) -> Bool)?
        /// The name under which the merge commit is kept from being pruned.
        package var pin: String

        package init(
            target: ObjectID, head: ObjectID, message: String, date: Int64, isAgentsWork: Bool, trusted: ObjectID? = nil,
            mayFastForward: Bool, structure: String?, isVerified: (@Sendable (ObjectID) -> Bool)? = nil, pin: String
        ) {
            self.target = target
            self.head = head
            self.message = message
            self.date = date
            self.isAgentsWork = isAgentsWork
            self.trusted = trusted
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
}

extension ConflictedFile {
    /// The conflict as an agent is shown it.
    var excerpt: ConflictExcerpt {
        ConflictExcerpt(path: path, kind: kinds.joined(separator: ", "), hunks: isBinary ? "" : hunks)
    }
}
