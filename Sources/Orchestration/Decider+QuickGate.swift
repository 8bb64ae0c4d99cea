/// The quick gate: `quickVerifyCommand` on what a worker hands in, before a review is spent on it.
extension Decider {
    /// What a worker handed in as done goes on: to the quick gate first where there is one, then to its lead or, where nobody has to look at
    /// it, to the merge queue.
    mutating func handIn(_ id: TaskID, skipsReview: Bool) {
        guard case .working = run.phase, run.settings.quickVerifyCommand != nil, let task = run.tasks[id], let commit = task.head,
            let tree = task.tree, commit != task.base
        else {
            if skipsReview { approve(id) }
            return
        }
        emit(.quickCheckAwaited(id, QuickCheck(commit: commit, tree: tree, skipsReview: skipsReview, since: now)))
        guard let known = run.quickVerdicts[tree.hex] else { return }
        emit(.quickCheckKnown(id, known))
        // A tree that was red before is handed in once more as it is: its author does not agree, so others judge.
        if skipsReview { approve(id) }
    }

    mutating func quickGated(_ id: TaskID, commit: ObjectID, command: String, _ result: GateResult) {
        guard command == run.settings.quickVerifyCommand, let task = run.tasks[id], task.awaitsQuickCheck, let check = task.quick,
            check.commit == commit
        else { return }
        switch result {
        case .green(let milliseconds):
            emit(.quickCheckKnown(id, .green(milliseconds: milliseconds)))
            if check.skipsReview { approve(id) }
        case .red(let excerpt, _):
            emit(.quickCheckKnown(id, .red(excerpt)))
            returnToWorker(id, .fixQuickGate(id, log: excerpt), reason: "the quick gate failed: \(excerpt.ending)")
        }
    }

    /// Lets go of checks that nobody needs any more.
    mutating func releaseQuickChecks() {
        guard !run.tasks.unchecked.isEmpty || steps.values.contains(where: { $0.effect.isQuickGate }) else { return }
        let isWorking = if case .working = run.phase { true } else { false }
        for (id, pending) in steps.sorted(by: { $0.key < $1.key }) {
            guard case .quickGate(let task, let commit, _, _, _) = pending.effect else { continue }
            let check = run.tasks[task].flatMap { $0.awaitsQuickCheck && $0.quick?.commit == commit ? $0.quick : nil }
            // What is under way for work that then only has to be merged is waited for, also at the run's end.
            let isNeeded = check.map { isWorking || $0.skipsReview } ?? false
            if !isNeeded { emit(.effectDropped(id)) }
        }
        for task in run.quickQueue where !isWorking || run.settings.quickVerifyCommand == nil {
            emit(.quickCheckKnown(task.id, .skipped))
            if task.quick?.skipsReview == true { approve(task.id) }
        }
    }

    /// Begins checks, the oldest first, in slots that no gate wants now.
    mutating func startQuickGates() {
        guard let command = run.settings.quickVerifyCommand, case .working = run.phase else { return }
        for task in run.quickQueue {
            guard freeGateSlots > 0, let check = task.quick else { return }
            let slot = run.freeQuickSeat(of: task.team)
            intend(.quickGate(task.id, commit: check.commit, tree: check.tree, command: command, slot: slot))
        }
    }
}

extension Run {
    /// Tasks that wait for the quick gate and for which it does not run yet, the oldest first.
    var quickQueue: [TeamTask] {
        guard !tasks.unchecked.isEmpty else { return [] }
        let begun = Set(effects.values.compactMap { if case .quickGate(let task, _, _, _, _) = $0.effect { task } else { nil } })
        return tasks.unchecked.filter { !begun.contains($0.id) }
            .sorted { ($0.quick?.since ?? $0.createdAt, $0.id) < ($1.quick?.since ?? $1.createdAt, $1.id) }
    }

    /// The lowest of a team's worktrees for quick gates that is free.
    fileprivate func freeQuickSeat(of team: TeamID) -> Int {
        let taken = effects.values.compactMap { pending -> Int? in
            guard case .quickGate(let task, _, _, _, let slot) = pending.effect, tasks[task]?.team == team else { return nil }
            return slot
        }
        return (0...).first { !taken.contains($0) } ?? 0
    }
}

extension Effect {
    fileprivate var isQuickGate: Bool { if case .quickGate = self { true } else { false } }
}
