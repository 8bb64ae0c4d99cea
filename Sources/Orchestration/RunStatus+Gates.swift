extension Run {
    /// The gate run that looks at a candidate now: its own, or that of the shortest prefix of the batch with it; where none has it, of the longest
    /// one before it, on which it waits.
    ///
    /// - Parameter chain: of the candidate's target.
    func gateRun(of candidate: Candidate, in chain: MergeChain) -> EffectID? {
        if let own = gateRun(on: candidate.id) { return own }
        let place = chain.links.firstIndex { $0.id == candidate.id } ?? chain.links.count
        let gating = chain.links.enumerated().filter { $0.element.isGating }
        let link = gating.first { $0.offset >= place } ?? gating.last
        return link.flatMap { gateRun(on: $0.element.id) }
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
