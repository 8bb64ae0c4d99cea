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
        let branch = run.settings.targetBranch
        let isForTarget = isBase && run.pushesToTarget
        let agreed = try await isForTarget ? hub.agreed(on: branch) : nil
        let result = try await Publication(hub: hub).publish(
            commit, onto: old, ref: Repositories.ref(of: candidate.target, branch: branch),
            remoteBranch: isBase ? run.pushBranch : nil, where: isForTarget ? .exactly(agreed) : .anythingContained, receipts: receipts)
        if result == .published, isForTarget { try await hub.agree(on: branch, commit, after: agreed) }
        guard result == .moved, isBase else { return result }
        return try await lookAgain(run, commit, onto: old, agreed, observe)
    }

    /// Finds out what became of the base's branch, which is not where it was expected.
    private func lookAgain(
        _ run: Run, _ commit: ObjectID, onto old: ObjectID, _ agreed: ObjectID?, _ observe: (BaseFacts) async -> Void
    ) async throws -> PublishResult {
        let branch = run.settings.targetBranch
        let watch = OriginWatch(hub: hub)
        let (facts, standing) = try await watch.survey(run)
        switch standing {
        case .held where facts.head != old:
            await observe(facts)
            // It had been pushed, by an engine that was killed then, and somebody has pushed more since.
            return try await hub.isAncestor(commit, of: facts.head) ? .published : .moved
        case .held where run.pushesToTarget:
            // Where origin stands is known now, or it contradicts itself.
            if try await hub.agreed(on: branch) != agreed { return .moved }
            return .refused("origin says that \(branch) is not where it shows it")
        case .held:
            return .refused("somebody else has moved origin's \(run.pushBranch ?? branch)")
        case .gone:
            return .refused("origin has no \(branch) any more: somebody has deleted it, and cco does not make it anew")
        case .apart:
            return .refused("origin's \(branch) has gone another way than this run's work, which it had not taken")
        case .setBack(let remote, let former):
            if let facts = try await watch.takeBack(run, to: remote) {
                await observe(facts)
                try await hub.agree(on: branch, remote, after: former)
                return .moved
            }
            return .refused(
                "origin's \(branch) no longer contains \(former.short), which this run's work stands on: somebody has set it to "
                    + "\(remote.short), and cco does not put back what was withdrawn")
        }
    }
}
