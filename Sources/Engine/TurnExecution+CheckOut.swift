import Git
import Orchestration

extension TurnExecution {
    /// Puts the files in place that the turn begins with.
    func checkOut(_ turn: Turn, _ seat: AgentRepository, _ run: Run) async throws -> ObjectID {
        resources.tell(try await seat.repair(), of: "the worktree of \(turn.agent)")
        let date = resources.clock.now().milliseconds / 1000
        guard let task = turn.task, let work = run.tasks[task] else {
            let commit = turn.brief.singleSubmission.flatMap { run.tasks[$0]?.head } ?? turn.startPoint
            try await seat.detach(at: commit, date: date)
            return commit
        }
        let commit = try await seat.checkOut(branch: work.branch, at: turn.startPoint, cone: cone(of: turn, run), date: date)
        // Prompts name it: what the work is to be brought together with, or else what it began from.
        let warnings = run.warnings(for: task)
        let moved = warnings.first { $0.kind == .target }?.commit
        try await seat.makeAvailable("refs/cco/target", turn.brief.target ?? moved ?? work.base ?? turn.startPoint)
        let others = warnings.compactMap { warning in warning.other.map { ($0.name, warning.commit) } }
        try await seat.makeOnlyAvailable(in: "refs/cco/other", Dictionary(others, uniquingKeysWith: { first, _ in first }))
        return commit
    }

    /// The part of the files that a worker gets; nil for all.
    func cone(of turn: Turn, _ run: Run) -> Cone? {
        guard resources.usesSparseWorktrees, let task = turn.task.flatMap({ run.tasks[$0] }) else { return nil }
        return Cone(claims: task.paths)
    }
}
