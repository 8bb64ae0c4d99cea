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
        /// The name under which the merge commit is kept from being pruned.
        package var pin: String

        package init(
            target: ObjectID, head: ObjectID, message: String, date: Int64, isAgentsWork: Bool, mayFastForward: Bool, structure: String?,
            pin: String
        ) {
            self.target = target
            self.head = head
            self.message = message
            self.date = date
            self.isAgentsWork = isAgentsWork
            self.mayFastForward = mayFastForward
            self.structure = structure
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
        switch try await hub.mergeTree(order.target, head) {
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
        if let structure = order.structure {
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
        guard let base = try await hub.mergeBase(order.target, order.head) else {
            return .refused(
                "your branch shares no history with the branch it is to be merged into; start from refs/cco/target and redo the change there"
            )
        }
        if let path = try await secretInResult(order, base: base) {
            return .refused(
                "\(path) contains a secret of the run (a key or an environment file's value); remove it from the file and commit")
        }
        var undo: [String: [UInt8]?] = [:]
        for change in try await hub.changedPaths(from: base, to: order.head) {
            let isOwned = rules.ownedFiles.contains(change.path)
            guard rules.forbids(change.path) || isOwned else { continue }
            undo.updateValue(try await hub.file(at: base, path: change.path, limit: 16 << 20), forKey: change.path)
        }
        let mustFlatten = try await historyIsTainted(from: base, to: order.head)
        guard !undo.isEmpty || mustFlatten else { return .commit(order.head) }
        let tree = undo.isEmpty ? try await hub.tree(of: order.head) : try await hub.replacingFiles(in: order.head, undo)
        let subject = try await hub.log(from: base, to: order.head, limit: 1).first?.subject ?? "Work"
        let commit = try await hub.commitTree(
            tree, parents: [mustFlatten ? base : order.head], message: subject, author: identity, date: order.date)
        _ = try await hub.pin(commit, name: order.pin + "-cleaned")
        return .commit(commit)
    }

    /// Where the branch's result, taken as one commit, holds a secret. What only its history holds is no matter here: that is left behind.
    private func secretInResult(_ order: Order, base: ObjectID) async throws -> String? {
        let subject = try await hub.log(from: base, to: order.head, limit: 1).first?.subject ?? "Work"
        let result = try await hub.commitTree(
            try await hub.tree(of: order.head), parents: [base], message: subject, author: identity, date: order.date)
        return try await hub.addedContentContains(anyOf: rules.secrets, from: base, to: result)
    }

    private func historyIsTainted(from base: ObjectID, to head: ObjectID) async throws -> Bool {
        let commits = try await hub.log(from: base, to: head, limit: 500).map(\.id)
        var parent = base
        for commit in commits.reversed() {
            let changes = try await hub.changedPaths(from: parent, to: commit)
            if changes.contains(where: { $0.status != "D" && rules.forbids($0.path) }) { return true }
            parent = commit
        }
        return try await hub.addedContentContains(anyOf: rules.secrets, from: base, to: head) != nil
    }
}

extension ConflictedFile {
    /// The conflict as an agent is shown it.
    var excerpt: ConflictExcerpt {
        ConflictExcerpt(path: path, kind: kinds.joined(separator: ", "), hunks: isBinary ? "" : hunks)
    }
}
