import Git
import Observability
import Orchestration

/// Fills the worktrees of workers that have not worked yet, while a manager's turn waits for the model: the whole checkout is then done when
/// the plan arrives, and a task begins with a small switch.
///
/// One worktree at a time, for the company's workers and no more. Whoever begins a turn waits for the filling of its own worktree only; the
/// rest is given up when the manager's turn ends.
struct SeatFilling: Sendable {
    let resources: RunResources
    let repositories: Repositories

    func fill(_ run: Run) async {
        // Which part of the files a task claims is not known before it is planned.
        guard !resources.usesSparseWorktrees else { return }
        let busy = Set(run.turns.values.map(\.agent))
        for agent in run.agents.values.sorted(by: { $0.id < $1.id }) where agent.role == .worker && !busy.contains(agent.id) {
            guard !_Concurrency.Task.isCancelled, let team = agent.team, let commit = run.head(of: run.target(of: team)) ?? run.base?.head
            else { continue }
            do {
                try await fill(agent.id, at: commit)
            } catch is DiskSpace.Low {
                return
            } catch {
                // It is filled when it is needed, which then says what is wrong.
                let reason = resources.redactor.redacted("\(error)")
                resources.log.log(
                    source: "cco", level: .warning, message: "the worktree of \(agent.id) could not be filled early: \(reason)")
                return
            }
        }
    }

    private func fill(_ agent: AgentID, at commit: ObjectID) async throws {
        try await repositories.lock(of: agent.name).withLock { () async throws in
            let seat = try await repositories.seat(agent.name, identity: RunResources.identity(of: agent))
            guard try seat.isUntouched() else { return }
            try await resources.disk.require()
            try await seat.detach(at: commit, date: resources.clock.now().milliseconds / 1000)
            try await seat.rest()
        }
    }
}
