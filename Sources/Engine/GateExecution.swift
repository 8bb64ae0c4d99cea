import Agents
import Git
import Merging
import Observability
import Orchestration
import Processes

/// Runs the gate on a commit in the worktree that belongs to its target.
struct GateExecution: Sendable {
    let repositories: Repositories
    let resources: RunResources

    /// Runs that end from outside, one after the other, after which that is the commit's doing: it may kill what watches over its gate, and without a
    /// verdict nobody would find out which change does.
    static let lostRuns = 4

    /// - Returns: the verdict; `nil` when it was interrupted and has to be asked again.
    func verdict(_ order: GateOrder, run: Run) async throws -> GateResult? {
        let folder = resources.folder.gate(order.effect)
        let failures = run.effects[order.effect]?.failures ?? 0
        let runner = GateRunner(
            launcher: resources.launcher, environment: environment, outputLimit: resources.maximumOutput,
            confine: { [limits = resources.limits] in $0.limited(limits) })
        if let earlier = try await resources.launcher.takeUp(directory: folder), let record = try earlier.exitRecord(),
            [.terminated, .lost, .execFailed].contains(record.reason), !runner.wasStoppedForOutput(earlier)
        {
            // A run of this gate that was interrupted, or never began, says nothing; begin anew.
            try PrivateFiles.remove(folder)
        }
        let seat = try await repositories.seat(order.seat, identity: RunResources.identity)
        if try await resources.launcher.takeUp(directory: folder) == nil {
            try await resources.disk.require()
            try PrivateFiles.makeFolder(folder)
            // A git command that has outlived its engine would go on deleting what this gate builds.
            resources.tell(try await seat.endOrphans(), of: "the worktree of \(order.seat)")
            var keeps = true
            if case .full(let isRerun) = order.kind {
                keeps = try await cache(seat).claim(for: order.commit, command: order.command, isRerun: isRerun)
                CrashPoint.gateCacheClaimed.pass()
            }
            try await seat.detach(at: order.commit, cleaningIgnored: !keeps, date: resources.clock.now().milliseconds / 1000)
            try await resources.furnish(
                seat, at: order.commit, trusting: run.startedFrom, isGate: true, tries: failures)
        }
        (order.isQuick ? CrashPoint.quickGateReady : .gateWorktreeReady).pass()
        let result = try await runner.run(
            command: order.command, worktree: seat.worktreePath, folder: folder, marker: "\(resources.folder.marker)/\(order.effect)",
            timeLimitMilliseconds: Int64(order.timeLimitMinutes) * 60_000, isLossRed: failures + 1 >= Self.lostRuns)
        guard let result else { return nil }
        (order.isQuick ? CrashPoint.quickGateEnded : .gateEnded).pass()
        let logPath = "\(resources.log.folder)/gates/\(order.effect)-\(order.commit.short).log"
        try RawStream.copyRedacted(from: folder + "/stdout", to: logPath, redactor: resources.redactor)
        CrashPoint.gateRecorded.pass()
        switch result {
        case .green:
            if !order.isQuick {
                try cache(seat).leave(order.commit, command: order.command)
                CrashPoint.gateCacheLeft.pass()
            }
            return result
        case .red(var excerpt, let milliseconds):
            excerpt.failure = excerpt.failure.map(resources.redactor.redacted)
            excerpt.tail = resources.redactor.redacted(excerpt.tail)
            excerpt.logPath = logPath
            return .red(excerpt, milliseconds: milliseconds)
        }
    }

    private func cache(_ seat: AgentRepository) -> GateCache {
        GateCache(policy: resources.gateCache, hub: seat.hub, folder: seat.directory)
    }

    /// The gate runs what agents wrote: it gets what a build needs, the user's additions, and no credential.
    private var environment: [String: String] {
        var variables = AgentEnvironment.inherited(from: resources.parentEnvironment)
        variables.merge(resources.agentEnvironment) { _, own in own }
        variables["CI"] = "true"
        return variables
    }
}
