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

    /// - Parameter isFresh: whether ignored files of earlier gate runs are removed first.
    /// - Returns: the verdict; `nil` when it was interrupted and has to be asked again.
    func verdict(_ effect: EffectID, commit: ObjectID, command: String, seat name: String, isFresh: Bool, run: Run) async throws
        -> GateResult?
    {
        let folder = resources.folder.gate(effect)
        let runner = GateRunner(
            launcher: resources.launcher, environment: environment, outputLimit: resources.maximumOutput,
            confine: { [limits = resources.limits] in $0.limited(limits) })
        if let earlier = try resources.launcher.attach(directory: folder), let record = try earlier.exitRecord(),
            record.reason == .terminated || record.reason == .lost, !runner.wasStoppedForOutput(earlier)
        {
            // An interrupted run of this gate says nothing; begin anew.
            try PrivateFiles.remove(folder)
        }
        try await resources.disk.require()
        try PrivateFiles.makeFolder(folder)
        let seat = try await repositories.seat(name, identity: RunResources.identity)
        if try resources.launcher.attach(directory: folder) == nil {
            // What reaches the base is verified without the leftovers of earlier builds, which could hide that something is missing. Teams' gates
            // keep them and are faster.
            try await seat.detach(at: commit, cleaningIgnored: isFresh, date: resources.clock.now().milliseconds / 1000)
            try await resources.furnish(seat, at: commit, trusting: run.startedFrom)
        }
        CrashPoint.gateWorktreeReady.pass()
        let result = try await runner.run(
            command: command, worktree: seat.worktreePath, folder: folder, marker: "\(resources.folder.marker)/\(effect)",
            timeLimitMilliseconds: Int64(run.settings.verifyTimeoutMinutes) * 60_000)
        guard let result else { return nil }
        CrashPoint.gateEnded.pass()
        let logPath = "\(resources.log.folder)/gates/\(effect)-\(commit.short).log"
        try RawStream.copyRedacted(from: folder + "/stdout", to: logPath, redactor: resources.redactor)
        CrashPoint.gateRecorded.pass()
        switch result {
        case .green:
            return result
        case .red(var excerpt, let milliseconds):
            excerpt.tail = resources.redactor.redacted(excerpt.tail)
            excerpt.logPath = logPath
            return .red(excerpt, milliseconds: milliseconds)
        }
    }

    /// The gate runs what agents wrote: it gets what a build needs, the user's additions, and no credential.
    private var environment: [String: String] {
        var variables = AgentEnvironment.inherited(from: resources.parentEnvironment)
        variables.merge(resources.agentEnvironment) { _, own in own }
        variables["CI"] = "true"
        return variables
    }
}
