import Git
import Merging
import Observability
import Orchestration
import Processes

/// Merges the front of a queue in memory.
struct MergeExecution: Sendable {
    let hub: HubRepository
    let resources: RunResources

    /// - Parameter observe: is told where the base stands, when the candidate is for the base.
    func merge(_ id: CandidateID, state: () async throws -> Run, observe: (BaseFacts) async -> Void) async throws -> MergeResult {
        var run = try await state()
        guard let candidate = run.queue.first(where: { $0.id == id }) else { return .nothingToMerge }
        if candidate.target == .base, MergeChain(of: .base, in: run).links.isEmpty {
            await observe(try await OriginWatch(hub: hub).look(run, knownWithin: OriginWatch.lately))
            run = try await state()
        }
        CrashPoint.mergeBaseSeen.pass()
        let chain = MergeChain(of: candidate.target, in: run)
        guard let target = chain.tip ?? run.head(of: candidate.target) else { return .nothingToMerge }
        let order = CandidateMerge.Order(
            target: target, head: candidate.newestHead(in: run), message: resources.redactor.redacted(message(for: candidate, run)),
            date: resources.clock.now().milliseconds / 1000,
            isAgentsWork: candidate.kind.isTask, trusted: run.base?.head, mayFastForward: candidate.kind.isSync,
            structure: candidate.target == .base && run.settings.branches == nil
                ? resources.redactor.redacted(TeamStructure.render(run, landing: chain.links.map(\.candidate) + [candidate])) : nil,
            isVerified: verdicts(for: candidate, run), pin: "\(run.id)-\(id)")
        let result = try await CandidateMerge(hub: hub, rules: resources.rules, identity: RunResources.identity).merge(order)
        CrashPoint.merged.pass()
        guard !chain.links.isEmpty else { return result }
        switch result {
        case .conflict, .nothingToMerge: return .heldBack(onto: target)
        case .clean, .fastForward, .heldBack, .objection: return result
        }
    }

    /// Which trees need no gate any more. A team's branch has passed it already, so what it delivers lands as it is where nothing else has landed since.
    private func verdicts(for candidate: Candidate, _ run: Run) -> (@Sendable (ObjectID) -> Bool)? {
        guard case .delivery = candidate.kind else { return nil }
        let verified = run.verifiedTrees
        return { verified[$0.hex] != nil }
    }

    /// What it says of itself, in words of agents: whoever uses this takes secrets out of them.
    private func message(for candidate: Candidate, _ run: Run) -> String {
        switch candidate.kind {
        case .task(let id):
            let task = run.tasks[id]
            return
                "\(task?.title ?? id.name)\n\n\(task?.report?.summary ?? "")\n\nCco-Run: \(run.id)\nCco-Task: \(id)\nCco-Agent: \(task?.worker?.name ?? "")\n"
        case .delivery(let team):
            let goal = run.teams[team]?.goal?.title ?? "work"
            return "Deliver \(team): \(goal)\n\n\(run.teams[team]?.summary ?? "")\n\nCco-Run: \(run.id)\nCco-Team: \(team)\n"
        case .sync(let team):
            return "Bring \(run.settings.targetBranch) into \(team)\n\nCco-Run: \(run.id)\n"
        case .branch(let name):
            return "Merge \(name)\n\nCco-Run: \(run.id)\n"
        case .upkeep:
            return "Bring \(TeamStructure.fileName) up to date\n\nCco-Run: \(run.id)\n"
        }
    }
}

extension Candidate.Kind {
    var isTask: Bool { if case .task = self { true } else { false } }
    var isSync: Bool { if case .sync = self { true } else { false } }
}
