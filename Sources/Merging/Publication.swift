import Git
import Orchestration
import Processes

/// Makes a verified commit the head of its target: for the base at origin first, so that the hub never runs ahead of what the world has.
package struct Publication: Sendable {
    private let hub: HubRepository

    package init(hub: HubRepository) { self.hub = hub }

    /// - Parameters:
    ///   - ref: the target's ref in the hub.
    ///   - remoteBranch: the branch at origin that gets it; `nil` keeps it in the hub.
    ///   - condition: where that branch has to stand.
    ///   - receipts: what is noted at the commit, which is the last, and at those before it that land with it.
    /// - Throws: `GitError`, also when origin cannot be reached: nothing has moved then.
    package func publish(
        _ commit: ObjectID, onto old: ObjectID, ref: String, remoteBranch: String?, where condition: PushCondition = .anythingContained,
        receipts: [(commit: ObjectID, text: String)]
    ) async throws -> PublishResult {
        // A commit that comes back by a fast-forward has its receipt from where it was made.
        let noted = try await hub.noted(among: receipts.map(\.commit))
        try await hub.addNotes(receipts.filter { !noted.contains($0.commit) })
        CrashPoint.publishNoted.pass()
        if let remoteBranch {
            switch try await hub.push(commit, toBranch: remoteBranch, where: condition, alsoNotes: true).branch {
            case .pushed, .alreadyThere: break
            case .moved: return .moved
            case .contested(let reason): return .contested(reason)
            case .refused(let reason): return .refused(reason)
            case .unreachable(let reason): throw PublicationError.unreachable(reason)
            }
        }
        CrashPoint.publishPushed.pass()
        let swap = try await hub.compareAndSwap(ref: ref, new: commit, old: old)
        CrashPoint.publishMoved.pass()
        switch swap {
        case .updated: return .published
        case .moved(let present): return present == commit ? .published : .moved
        }
    }
}

/// Why a publication has to wait.
package enum PublicationError: Error, CustomStringConvertible {
    /// Origin does not answer; its words, or the transport's.
    case unreachable(String)

    package var description: String {
        switch self {
        case .unreachable(let reason): "origin cannot be reached: \(reason)"
        }
    }
}
