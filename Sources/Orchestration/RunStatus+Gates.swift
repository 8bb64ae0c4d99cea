extension Run {
    /// The gate run that looks at a candidate now: its own, or the one of the batch into the same branch.
    func gateRun(of candidate: Candidate) -> EffectID? {
        let runs = effects.filter { if case .gate = $0.value.effect { true } else { false } }
        guard !runs.isEmpty else { return nil }
        if let own = runs.first(where: { $0.value.effect.candidate == candidate.id }) { return own.key }
        let rivals = Set(queue.lazy.filter { $0.target == candidate.target }.map(\.id))
        return runs.filter { $0.value.effect.candidate.map(rivals.contains) ?? false }.keys.min()
    }

    /// The file with what the gate or the quick gate printed when it was red for a task, while its worker is to mend that.
    func gateLog(of task: TeamTask) -> String? {
        let turn = task.worker.flatMap { agents[$0]?.activeTurn }.flatMap { turns[$0] }
        for brief in [turn?.brief, task.next?.brief] where brief?.task == task.id {
            if case .fixGate(_, _, let log) = brief { return log.logPath }
            if case .fixQuickGate(_, let log) = brief { return log.logPath }
        }
        guard case .red(let log) = task.quick?.verdict else { return nil }
        return log.logPath
    }
}
