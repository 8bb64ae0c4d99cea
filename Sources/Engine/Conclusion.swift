import Git
import Merging
import Observability
import Orchestration
import Processes

/// The last effect of a run: keeps what was not integrated, writes the report, and takes the worktrees away.
struct Conclusion: Sendable {
    let resources: RunResources
    let repositories: Repositories

    func conclude(_ run: Run) async throws {
        let hub = try await repositories.hub()
        let kept = try await keepUnmerged(run, hub)
        CrashPoint.concludeKept.pass()
        if !resources.keepsWorktrees { try await removeWorktrees(run, hub) }
        // A git that was killed while this engine worked has left what otherwise only the next engine would remove.
        resources.tell(try hub.clearStaleLocks().map { .leftover($0) }, of: "the run's repository")
        // Agents that were killed have left sockets and half-written files here.
        try PrivateFiles.remove(resources.folder.temporary)
        for lock in try AbandonedLocks(folder: resources.folder.claude).clear() {
            let name = resources.redactor.redacted(lock)
            resources.log.log(source: "cco", level: .info, message: "removed a lock that a killed agent had left: \(name)")
        }
        CrashPoint.concludeCleared.pass()
        var ended = run
        if case .finishing(let reason) = run.phase { ended.apply(.ended(reason), at: resources.clock.now()) }
        try await RunReporting(hub: hub, resources: resources).write(ended, kept: kept)
        await hub.endSessions()
        CrashPoint.concludeReported.pass()
    }

    /// Gives every commit of an agent that the target branch does not contain a ref of its own.
    private func keepUnmerged(_ run: Run, _ hub: HubRepository) async throws -> [KeptCommit] {
        guard let base = run.base?.head else { return [] }
        var kept: [KeptCommit] = []
        for task in run.tasks.values.sorted(by: { $0.id < $1.id }) {
            if case .landed = task.state { continue }
            guard let head = task.head, try await !hub.isAncestor(head, of: base) else { continue }
            let ref = try await hub.keep(head, name: "\(run.id)/\(task.id)")
            kept.append(KeptCommit(ref: ref, why: "\(task.id) (\(task.title)): \(task.state.reason)"))
        }
        for team in run.teams.values.sorted(by: { $0.id < $1.id }) where !run.isFlat {
            guard let head = team.head, try await !hub.isAncestor(head, of: base) else { continue }
            // What it took of the base meanwhile is nobody's work.
            if case .clean(let tree) = try await hub.mergeTree(base, head), tree == (try await hub.tree(of: base)) { continue }
            let ref = try await hub.keep(head, name: "\(run.id)/\(team.id)")
            kept.append(KeptCommit(ref: ref, why: "the branch of \(team.id), which \(team.stage.words)"))
        }
        return kept
    }

    private func removeWorktrees(_ run: Run, _ hub: HubRepository) async throws {
        let date = resources.clock.now().milliseconds / 1000
        let targets: [MergeTarget] = [.base] + run.teams.keys.sorted().map { .team($0) }
        let slots = 0..<max(1, run.settings.gateSlots)
        let gates = targets.flatMap { target in slots.map { target.gateSeat($0) } }
        let quickGates = run.teams.keys.sorted().flatMap { team in slots.map { team.quickSeat($0) } }
        // Earlier versions had a worktree of its own for the gate on the base as found.
        let names = run.agents.keys.sorted().map(\.name) + ["gate-baseline"] + gates + quickGates
        // No ref goes meanwhile.
        let known = try await Set(hub.listRefs("refs/").map(\.id))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names where PrivateFiles.exists(resources.folder.seat(name).tree) {
                group.addTask {
                    let seat = try await repositories.seat(name, identity: RunResources.identity)
                    try await seat.remove(keepingAs: "\(run.id)/\(name)", date: date, known: known)
                    CrashPoint.concludeWorktreeRemoved.pass()
                }
            }
            try await group.waitForAll()
        }
    }
}

extension TeamTask.State {
    /// Why the work is not in the target branch.
    var reason: String {
        switch self {
        case .dropped(let why), .failed(let why): why
        case .waiting, .assigned, .submitted, .approved, .landed, .unneeded: word
        }
    }
}
