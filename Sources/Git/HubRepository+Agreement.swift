import Orchestration
import Processes

/// Where a branch of the origin has to stand for a push to move it.
package enum PushCondition: Sendable, Equatable {
    /// At anything that the commit contains.
    case anythingContained
    /// At this commit and no other, and the pushed commit contains it; nil: the branch must not exist.
    case exactly(ObjectID?)
}

/// Where the origin's branch stood when the hub last knew all that it holds. A branch that no longer contains that has been set back by
/// somebody, and one that merely lags behind the hub has not.
extension HubRepository {
    private static func agreementRef(_ branch: String) -> String { "refs/cco/agreed/" + branch }

    /// The origin's head that was agreed on; nil if it had no such branch, as far as is known.
    package func agreed(on branch: String) async throws(GitError) -> ObjectID? { try await resolve(Self.agreementRef(branch)) }

    /// Notes that the origin's branch is at `head`, unless something else than `former` was noted meanwhile.
    package func agree(on branch: String, _ head: ObjectID, after former: ObjectID?) async throws(GitError) {
        guard head != former else { return }
        let ref = try RefName.full(Self.agreementRef(branch))
        if await transact("update \(ref) \(head) \(former?.hex ?? zeroID)") { return }
        _ = try await compareAndSwap(ref: ref, new: head, old: former)
    }

    /// The origin's head as it was last fetched; nil if it never was.
    package func lastFetched(_ branch: String) async throws(GitError) -> ObjectID? { try await resolve("refs/cco/origin/" + branch) }

    /// Whether any of `heads` contains a commit that `newer` has and `older` has not.
    package func isAny(of heads: [ObjectID], holdingWhat newer: ObjectID, hasOver older: ObjectID) async throws(GitError) -> Bool {
        let range = ["rev-list", "--count", newer.hex, "^\(older)"]
        let all = try await git.run(range + ["--"], at: location).outputText.trimmed
        return try await git.run(range + heads.map { "^\($0)" } + ["--"], at: location).outputText.trimmed != all
    }
}
