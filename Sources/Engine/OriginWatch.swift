import Git
import Merging
import Orchestration

/// Looks at origin's target branch and brings the hub's up to it. The hub never runs ahead of origin while origin takes the run's pushes.
package struct OriginWatch: Sendable {
    let hub: HubRepository

    /// For so long, what was heard of origin is as good as what it would say now: a change there in between is met by the push.
    static let lately = Duration.seconds(2)

    /// What origin's branch is beside the hub's after a look.
    enum Standing: Equatable {
        /// The hub's has all that origin's has.
        case held
        /// Origin has no such branch any more.
        case gone
        /// It no longer contains what the hub knew of it: somebody has withdrawn commits, or rewritten it. The hub's is as it was.
        case setBack(to: ObjectID, from: ObjectID)
        /// It went on from where the hub knew it, on another line than the hub's. The hub's is as it was.
        case apart
    }

    /// Where the target branch stands now, after fetching it where the run pushes to it.
    ///
    /// - Parameter age: how old what is known of origin may be.
    package func look(_ run: Run, knownWithin age: Duration = .zero) async throws -> BaseFacts {
        try await survey(run, knownWithin: age).facts
    }

    /// The same, with what origin's branch is beside it.
    func survey(_ run: Run, knownWithin age: Duration = .zero) async throws -> (facts: BaseFacts, standing: Standing) {
        let branch = run.settings.targetBranch
        let ref = Repositories.ref(of: .base, branch: branch)
        let known = try await hub.resolve(ref)
        var agreed = try await hub.agreed(on: branch)
        if agreed == nil, let known, try await hub.lastFetched(branch) == known {
            try await hub.agree(on: branch, known, after: nil)
            agreed = known
        }
        if let known, age > .zero, run.settings.push, await hub.hasSeenOrigin(branch: branch, within: age) {
            return (try await facts(known), .held)
        }
        guard run.pushesToTarget, let remote = try await fetch(branch) else {
            guard let known else { throw BaseError.noBranch(branch) }
            return (try await facts(known), run.pushesToTarget && agreed != nil ? .gone : .held)
        }
        if let known, let agreed, agreed != remote, try await !hub.isAncestor(agreed, of: remote) {
            return (try await facts(known), .setBack(to: remote, from: agreed))
        }
        if let known, remote != known, try await !hub.isAncestor(known, of: remote) {
            // Origin is behind, as where it has refused what the hub has, or has gone another way meanwhile.
            guard try await hub.isAncestor(remote, of: known) else { return (try await facts(known), .apart) }
            try await hub.agree(on: branch, remote, after: agreed)
            return (try await facts(known), .held)
        }
        if remote != known, try await hub.compareAndSwap(ref: ref, new: remote, old: known) != .updated { return try await survey(run) }
        try await hub.agree(on: branch, remote, after: agreed)
        return (try await facts(remote), .held)
    }

    /// Sets the hub's branch back to where somebody has set origin's, if nothing of what was withdrawn comes back with the work: the run has
    /// landed none of it, and no branch that is still to be merged holds any. Otherwise `nil`: a person is needed.
    ///
    /// What agents work on begins at the base, so this is for branches that people brought.
    func takeBack(_ run: Run, to remote: ObjectID) async throws -> BaseFacts? {
        let ref = Repositories.ref(of: .base, branch: run.settings.targetBranch)
        guard run.settings.branches != nil, let known = try await hub.resolve(ref), try await hub.isAncestor(remote, of: known) else {
            return nil
        }
        for record in run.branches {
            if case .landed(let commit) = record.outcome, try await !hub.isAncestor(commit, of: remote) { return nil }
        }
        guard try await !hub.isAny(of: run.queue.map(\.head), holdingWhat: known, hasOver: remote) else { return nil }
        guard try await hub.compareAndSwap(ref: ref, new: remote, old: known) == .updated else { return nil }
        return try await facts(remote)
    }

    private func fetch(_ branch: String) async throws -> ObjectID? {
        do {
            return try await hub.fetchOrigin(branch: branch)
        } catch {
            guard error.isOriginAway else { throw error }
            throw PublicationError.unreachable(error.detail)
        }
    }

    func facts(_ head: ObjectID) async throws -> BaseFacts {
        BaseFacts(
            head: head, tree: try await hub.tree(of: head), direction: try await hub.blobID(at: head, path: IntegrationRules.directionFile))
    }
}

/// Why there is nothing to start from.
package enum BaseError: Error, CustomStringConvertible {
    case noBranch(String)
    case missing(branch: String, present: [String])
    case noDirection(branch: String)

    package var description: String {
        switch self {
        case .noBranch(let branch):
            "the branch \(branch) has disappeared from the run's repository"
        case .missing(let branch, let present):
            "the repository has no branch \"\(branch)\"; it has \(present.sorted().prefix(10).joined(separator: ", ")). Set \"branch\" in orchestrator.json."
        case .noDirection(let branch):
            "PROJECT_DIRECTION.md is missing or empty on \(branch), and in the configuration folder. Write there what the project is to become, commit it, and start again."
        }
    }
}
