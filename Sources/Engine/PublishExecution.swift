import Git
import Merging
import Orchestration

/// Makes a verified commit the head of its target.
struct PublishExecution: Sendable {
    let hub: HubRepository

    func publish(
        _ id: CandidateID, commit: ObjectID, onto old: ObjectID, state: () async throws -> Run, observe: (BaseFacts) async -> Void
    ) async throws -> PublishResult {
        let run = try await state()
        guard let candidate = run.queue.first(where: { $0.id == id }) else { return .moved }
        let isBase = candidate.target == .base
        let links = MergeChain(of: candidate.target, in: run).prefix(through: id)
        guard let tip = links.last, tip.commit == commit else { return .moved }
        let receipts = try links.map { link in
            (commit: link.commit, text: try Receipt(run: run, candidate: link.candidate, tree: link.tree, verifiedAt: tip).text())
        }
        let result = try await Publication(hub: hub).publish(
            commit, onto: old, ref: Repositories.ref(of: candidate.target, branch: run.settings.targetBranch),
            remoteBranch: isBase ? run.pushBranch : nil, receipts: receipts)
        guard case .moved = result, isBase else { return result }
        let facts = try await OriginWatch(hub: hub).look(run)
        guard facts.head != old else {
            return .refused("origin's \(run.settings.targetBranch) no longer contains what this run has published; it was rewritten")
        }
        await observe(facts)
        // It had been pushed, by an engine that was killed then, and somebody has pushed more since.
        return try await hub.isAncestor(commit, of: facts.head) ? .published : .moved
    }
}
