import Git
import Merging
import Orchestration
import Processes

/// Brings the run's starting point into the hub. Repeating it changes nothing.
struct BasePreparation: Sendable {
    let hub: HubRepository
    let resources: RunResources

    func prepare(_ run: Run) async throws -> BaseFacts {
        let target = Repositories.ref(of: .base, branch: run.settings.targetBranch)
        var head = try await hub.resolve(target)
        if head == nil {
            let start = try await startingPoint(run)
            _ = try await hub.compareAndSwap(ref: target, new: start, old: nil)
            CrashPoint.baseStarted.pass()
            head = start
        }
        let facts = try await OriginWatch(hub: hub).look(run, knownWithin: OriginWatch.lately)
        if run.settings.branches != nil { return facts }
        guard try await hasDirection(facts.head) else { throw BaseError.noDirection(branch: run.settings.branch) }
        for team in run.teams.keys where !run.isFlat {
            let ref = Repositories.ref(of: .team(team), branch: "")
            if try await hub.resolve(ref) == nil { try await hub.setRef(ref, to: facts.head) }
        }
        return facts
    }

    /// The base branch's head; for a repository without any commit, a first commit with the direction of the configuration folder.
    private func startingPoint(_ run: Run) async throws -> ObjectID {
        let settings = run.settings
        if settings.targetBranch != settings.branch, let own = try await hub.fetchOrigin(branch: settings.targetBranch) { return own }
        if let head = try await hub.fetchOrigin(branch: settings.branch, knownWithin: OriginWatch.lately) { return head }
        let present = try await hub.originSummary().branches.keys
        guard present.isEmpty else { throw BaseError.missing(branch: settings.branch, present: Array(present)) }
        let date = resources.clock.now().milliseconds / 1000
        let root = try await hub.rootCommit(message: "Start", author: RunResources.identity, date: date)
        guard let direction = resources.directionFallback else { return root }
        let tree = try await hub.replacingFiles(in: root, [IntegrationRules.directionFile: Array(direction.utf8)])
        return try await hub.commitTree(
            tree, parents: [], message: "Add the project's direction", author: RunResources.identity, date: date)
    }

    private func hasDirection(_ head: ObjectID) async throws -> Bool {
        let inTree = try await hub.file(at: head, path: IntegrationRules.directionFile, limit: 1 << 20)
        let text = inTree.map { String(decoding: $0, as: UTF8.self) } ?? resources.directionFallback ?? ""
        return !text.allSatisfy(\.isWhitespace)
    }
}
