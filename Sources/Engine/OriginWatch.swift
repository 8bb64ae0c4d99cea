import Git
import Merging
import Orchestration

/// Looks at origin's target branch and brings the hub's up to it. The hub never runs ahead of origin while origin takes the run's pushes.
package struct OriginWatch: Sendable {
    let hub: HubRepository

    /// For so long, what was heard of origin is as good as what it would say now: a change there in between is met by the push.
    static let lately = Duration.seconds(2)

    /// Where the target branch stands now, after fetching it where the run pushes to it.
    ///
    /// - Parameter age: how old what is known of origin may be.
    package func look(_ run: Run, knownWithin age: Duration = .zero) async throws -> BaseFacts {
        let branch = run.settings.targetBranch
        let ref = Repositories.ref(of: .base, branch: branch)
        let known = try await hub.resolve(ref)
        if let known, age > .zero, run.settings.push, await hub.hasSeenOrigin(branch: branch, within: age) {
            return try await facts(known)
        }
        guard run.pushesToTarget, let remote = try await hub.fetchOrigin(branch: branch), remote != known else {
            guard let known else { throw BaseError.noBranch(branch) }
            return try await facts(known)
        }
        if let known, try await !hub.isAncestor(known, of: remote) {
            // Origin is behind (a publication was interrupted between its two steps) or was rewritten; the next push will tell.
            return try await facts(known)
        }
        switch try await hub.compareAndSwap(ref: ref, new: remote, old: known) {
        case .updated: return try await facts(remote)
        case .moved: return try await look(run)
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
