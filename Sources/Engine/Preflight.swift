import ConfigurationFiles
import Git
import Merging
import Observability
import Orchestration

/// Looks at the repository before a run exists: can it be read, does the branch have a direction, will it take the work?
struct Preflight: Sendable {
    struct Findings {
        var targetBranch: String
        var notices: [String]
        /// Open, and what the origin has just said is known.
        var hub: HubRepository
    }

    let resources: RunResources
    let configuration: OrchestratorConfiguration

    /// - Throws: `GitError`, `BaseError`, `PreflightError`.
    func check(at now: Timestamp) async throws -> Findings {
        let hub = try await HubRepository.createOrOpen(
            at: resources.folder.hub, origin: resources.origin, git: resources.git, cloneOptions: resources.cloneOptions)
        let summary = try await hub.originSummary(knownWithin: OriginWatch.lately)
        var notices = resources.cloneOptions.ignored.map { "gitCloneOptions: \($0.option) is ignored: \($0.reason)" }
        let target = configuration.useRunBranch ? RunBranch.name(at: now, taken: Set(summary.branches.keys)) : configuration.branch
        let isPushing = configuration.push
        async let blocked = isPushing ? hub.checkedOutOrigin(target) : nil
        try await checkDirection(hub, summary)
        if isPushing {
            var answer = try await blocked
            if answer == nil { answer = try await hub.tryPush(branch: target) }
            switch answer ?? .ready {
            case .ready:
                break
            case .checkedOut(let path, let advice):
                throw PreflightError.checkedOut(branch: target, path: path, advice: advice)
            case .occupied(let path, let work):
                throw PreflightError.occupied(branch: target, path: path, by: work)
            case .refused(let reason):
                throw PreflightError.refused(branch: target, reason: reason)
            case .unreachable(let reason):
                throw PublicationError.unreachable(reason)
            }
        } else {
            notices.append("push is off: the work stays in \(resources.folder.hub); the report says how to fetch it")
        }
        return Findings(targetBranch: target, notices: notices, hub: hub)
    }

    private func checkDirection(_ hub: HubRepository, _ summary: OriginSummary) async throws {
        var text = resources.directionFallback ?? ""
        if let head = try await hub.fetchOrigin(branch: configuration.branch) {
            if let own = try await hub.file(at: head, path: IntegrationRules.directionFile, limit: 1 << 20) {
                text = String(decoding: own, as: UTF8.self)
            }
        } else if !summary.branches.isEmpty {
            throw BaseError.missing(branch: configuration.branch, present: Array(summary.branches.keys))
        }
        guard !text.allSatisfy(\.isWhitespace) else { throw BaseError.noDirection(branch: configuration.branch) }
    }
}

/// Why the repository would not take the run's work.
package enum PreflightError: Error, CustomStringConvertible {
    case checkedOut(branch: String, path: String, advice: String)
    case occupied(branch: String, path: String, by: UnfinishedWork)
    case refused(branch: String, reason: String)

    package var description: String {
        switch self {
        case .checkedOut(let branch, let path, let advice):
            "\(path) has \(branch) checked out and would refuse the run's work. \(advice) Or set \"useRunBranch\": true, or \"push\": false."
        case .occupied(let branch, let path, let work):
            "\(path) is in the midst of a \(work.rawValue) of \(branch) and would refuse the run's work meanwhile. "
                + "End that there (\(work.endings)) and check another branch out. Or set \"useRunBranch\": true, or \"push\": false."
        case .refused(let branch, let reason):
            "the repository does not let you push to \(branch): \(reason). Set \"useRunBranch\": true, \"push\": false, or get the right to push."
        }
    }
}
