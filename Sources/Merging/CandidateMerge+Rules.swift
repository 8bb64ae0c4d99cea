import Git
import Orchestration

/// What an agent's branch must not bring, whatever the agent was told.
extension CandidateMerge {
    enum Cleaned {
        case commit(ObjectID)
        case refused(String)
    }

    /// The commits of a branch that are held against the rules.
    private struct Branch {
        var head: ObjectID
        /// Where it has left its target.
        var base: ObjectID
        /// The newest commit that it has from where nothing is an agent's; `nil` where the base has it, too.
        var merged: ObjectID?
        /// The newest first, without those of ``merged``.
        var commits: [LogEntry]
        var isOneCommit: Bool
        /// Seconds since 1970, for what is made of it.
        var date: Int64

        /// What its files have to be like where they are not its author's.
        var reference: ObjectID { merged ?? base }
        var subject: String { commits.first?.subject ?? "Work" }
    }

    /// What is wrong with a branch.
    private struct Faults {
        /// Why only its author can help.
        var refusal: String?
        /// Files that become as they were; `nil` for those that go.
        var undo: [String: [UInt8]?] = [:]
        /// Whether an earlier commit holds what must not get in.
        var isHistoryUnfit = false

        var isEmpty: Bool { refusal == nil && undo.isEmpty && !isHistoryUnfit }
    }

    /// Commits of a branch that are looked at one by one.
    private static let mostCommits = 500

    /// The agent's work without what must not be in it.
    ///
    /// A secret in the added text needs the author's judgement. Forbidden files and changes to files that agents do not own are undone here. When
    /// an earlier commit of the branch holds a forbidden file or a secret, or there are too many to look at, the branch is taken as one commit, so that its
    /// history never gets in. What it has only merged in from the base stays as it is there.
    func cleaned(_ order: Order) async throws -> Cleaned {
        let line = try await hub.straightLine(from: order.target, to: order.head, limit: Self.mostCommits)
        let common: ObjectID?
        if let line { common = line.base } else { common = try await hub.mergeBase(order.target, order.head) }
        guard let base = common else {
            return .refused(
                "your branch shares no history with the branch it is to be merged into; start from refs/cco/target and redo the change there"
            )
        }
        let commits: [LogEntry]
        if let line { commits = line.commits } else { commits = try await hub.log(from: base, to: order.head, limit: Self.mostCommits + 1) }
        var branch = Branch(
            head: order.head, base: base, commits: commits, isOneCommit: line?.commits.count == 1, date: order.date)
        var faults = try await faults(of: branch)
        if !faults.isEmpty, let merged = try await merged(by: order, over: base) {
            branch.merged = merged
            branch.isOneCommit = false
            branch.commits = try await hub.log(from: base, without: merged, to: order.head, limit: Self.mostCommits + 1)
            faults = try await self.faults(of: branch)
        }
        if let refusal = faults.refusal { return .refused(refusal) }
        guard !faults.isEmpty else { return .commit(order.head) }
        return try await cleaned(branch, faults, pin: order.pin)
    }

    private func cleaned(_ branch: Branch, _ faults: Faults, pin: String) async throws -> Cleaned {
        var tree = try await hub.tree(of: branch.head)
        if !faults.undo.isEmpty {
            tree = try await hub.replacingFiles(in: branch.head, faults.undo)
            // Names that are no text, or that differ only in how they are written, cannot be undone by their text.
            if let left = try await unfitChanges(branch, in: tree).first {
                return .refused("\(left.path) must not be changed, and its name cannot be handled; take it out of your branch and commit")
            }
        }
        let parents = faults.isHistoryUnfit ? [branch.base] + (branch.merged.map { [$0] } ?? []) : [branch.head]
        let commit = try await hub.commitTree(tree, parents: parents, message: branch.subject, author: identity, date: branch.date)
        _ = try await hub.pin(commit, name: pin + "-cleaned")
        return .commit(commit)
    }

    /// The newest commit that the branch has merged in from where nothing is an agent's, and that what it is compared with has not: the target may
    /// have it by another way.
    private func merged(by order: Order, over base: ObjectID) async throws -> ObjectID? {
        guard let trusted = order.trusted, let common = try await hub.mergeBase(trusted, order.head) else { return nil }
        return try await hub.isAncestor(common, of: base) ? nil : common
    }

    private func faults(of branch: Branch) async throws -> Faults {
        var faults = Faults()
        do {
            let secrets = try await secrets(in: branch)
            if let path = secrets.inResult {
                faults.refusal =
                    "\(path) contains a secret of the run (a key or an environment file's value); remove it from the file and commit"
                return faults
            }
            faults.isHistoryUnfit = secrets.inHistory
        } catch let error as GitError where error.kind == .tooLargeToCompare {
            faults.refusal =
                "a file is too large to be looked at (\(error.detail.prefix(300))); take it out of your branch, also out of its earlier commits"
            return faults
        }
        for change in try await unfitChanges(branch, in: branch.head) {
            faults.undo.updateValue(try await hub.file(at: branch.reference, path: change.path, limit: 16 << 20), forKey: change.path)
        }
        if !faults.isHistoryUnfit { faults.isHistoryUnfit = try await holdsForbidden(branch) }
        return faults
    }

    /// What is different in a tree of the branch and is not for an agent to change.
    private func unfitChanges(_ branch: Branch, in tree: ObjectID) async throws -> [ChangedPath] {
        var unfit: [ChangedPath] = []
        for change in try await hub.changedPaths(from: branch.base, to: tree) {
            guard rules.forbids(change.path) || rules.ownedFiles.contains(change.path) else { continue }
            if try await !isAsReferred(change, in: tree, branch) { unfit.append(change) }
        }
        return unfit
    }

    /// Whether a file is as it is where nothing is an agent's.
    private func isAsReferred(_ change: ChangedPath, in tree: ObjectID, _ branch: Branch) async throws -> Bool {
        let present = try await hub.blobID(at: tree, path: change.path)
        // What is there and cannot be named is not known to be the same.
        guard present != nil || change.status == "D" else { return false }
        return try await hub.blobID(at: branch.reference, path: change.path) == present
    }

    /// Where the branch's result, taken as one commit, holds a secret, and whether its history does. What only the history holds is left behind.
    private func secrets(in branch: Branch) async throws -> (inResult: String?, inHistory: Bool) {
        // A branch of one commit adds what its result adds. Else one look at both finds nothing in nearly every case.
        let result = try await hub.commitTree(
            try await hub.tree(of: branch.head), parents: [branch.reference], message: branch.subject, author: identity, date: branch.date)
        let any = try await hub.addedContentContains(
            anyOf: rules.secrets, from: branch.base, without: branch.merged, to: branch.head, alsoTo: branch.isOneCommit ? nil : result)
        guard any != nil else { return (nil, false) }
        return (try await hub.addedContentContains(anyOf: rules.secrets, from: branch.base, without: branch.merged, to: result), true)
    }

    /// Whether a commit on the way from the base holds a file that must not be published, or there are more than can be looked at.
    private func holdsForbidden(_ branch: Branch) async throws -> Bool {
        guard branch.commits.count <= Self.mostCommits else { return true }
        var parent = branch.base
        for commit in branch.commits.reversed() {
            for change in try await hub.changedPaths(from: parent, to: commit.id) where change.status != "D" && rules.forbids(change.path) {
                guard branch.merged != nil, try await isAsReferred(change, in: commit.id, branch) else { return true }
            }
            parent = commit.id
        }
        return false
    }
}
