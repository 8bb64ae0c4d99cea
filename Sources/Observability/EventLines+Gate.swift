import Orchestration

extension EventScribe {
    func gateLines(_ event: Event) -> [EventLine] {
        switch event {
        case .verifyChosen(let command?, let agent?):
            let author = agent == Run.director ? "the Director" : agent.name
            return [
                line("gate", .warning, "GATE PROPOSED by \(author): `\(command)`"),
                line("gate", .warning, "It is run on every merge. Set verifyCommand in orchestrator.json to choose another."),
            ]
        case .verifyChosen(let command?, nil):
            return [line("gate", .notice, "The gate is `\(command)`.")]
        case .verifyChosen(nil, _):
            return [
                line(
                    "gate", .warning,
                    "UNGATED: nothing verifies this run's work. Set verifyCommand in orchestrator.json to have it verified.")
            ]
        case .baselineKnown(let excerpt?) where before.baselineDoubted == nil:
            return [
                line(
                    "gate", .warning,
                    "The gate is red on \(after.settings.targetBranch) as it was found (\(ending(excerpt))); it runs once more to be sure."),
                line("gate", .info, "Its output: \(excerpt.logPath)"),
            ]
        case .baselineKnown(let excerpt?):
            return [
                line(
                    "gate", .warning, "BASELINE RED: the gate fails on \(after.settings.targetBranch) as it was found (\(ending(excerpt)))."
                ),
                line("gate", .warning, "Its output: \(excerpt.logPath)"),
            ]
        case .baselineKnown(nil):
            return [line("gate", .info, "The gate is green on \(after.settings.targetBranch) as it was found.")]
        case .gateRed(let id, let excerpt):
            let what = before.queue.first { $0.id == id }.map { label($0.kind) } ?? id.name
            let isConfirmed = before.queue.first { $0.id == id }?.redExcerpt != nil
            let others = companions(of: id)
            let verdict =
                after.queue.contains { $0.id == id && after.isUseless($0) }
                ? "red for \(what) alone, as for \(after.settings.targetBranch) itself"
                : isConfirmed
                    ? "red again for \(what)"
                    : others == 0
                        ? "red for \(what); it runs once more to be sure"
                        : "red for \(what) with \(others) before it; which one is looked for"
            return [
                line("gate", .warning, "The gate is \(verdict) (\(ending(excerpt)))."),
                line("gate", .info, "Its output: \(excerpt.logPath)"),
            ]
        case .treeVerified(let tree, _, let milliseconds):
            let what =
                before.queue.first { $0.state.isGating(tree) }.map(together) ?? "\(after.settings.targetBranch) as it was found"
            return [line("gate", .info, "The gate is green for \(what) after \(HumanText.duration(milliseconds: milliseconds)).")]
        case .flakeSeen(let tree, let excerpt):
            return [
                line("gate", .warning, "FLAKE: the gate was red and then green on the same tree \(tree.short) (\(ending(excerpt)))."),
                line("gate", .warning, "The flaky failure: \(cut(excerpt.failure ?? excerpt.ending, limit: 120))"),
                line("gate", .info, "The red run's output: \(excerpt.logPath)"),
            ]
        default:
            return []
        }
    }

    private func ending(_ excerpt: GateExcerpt) -> String {
        cut(excerpt.exitCode.map { "exit code \($0)" } ?? excerpt.ending, limit: 40)
    }

    func mergeLines(_ event: Event) -> [EventLine] {
        switch event {
        case .candidateQueued(let candidate):
            guard candidate.kind != .upkeep else { return [] }
            let rivals = after.queue.filter { $0.target == candidate.target }
            let place = (rivals.firstIndex { $0.id == candidate.id } ?? 0) + 1
            return [
                line(
                    "merge", .info,
                    "\(label(candidate.kind)) is \(Run.ordinal(place)) in the queue for \(after.label(of: candidate.target)).")
            ]
        case .candidateEntered(let id, let state):
            return entered(id, state)
        case .candidatePublished(let id, let commit, _):
            guard let candidate = before.queue.first(where: { $0.id == id }) else { return [] }
            let gated = after.verifyCommand == nil ? " UNGATED" : ""
            return [line("merge", .notice, "\(label(candidate.kind)) \(landing(of: candidate, as: commit.short + gated)).")]
        case .candidateReturned(let id, let reason):
            guard let candidate = before.queue.first(where: { $0.id == id }) else { return [] }
            return returned(candidate, reason)
        case .branchReturned(let id, _, let pointer):
            if let red = after.branches.first(where: { $0.candidate == id })?.red {
                return [
                    line("merge", .warning, "Look at: \(cut(after.words(of: red), limit: 140))"),
                    line("merge", .info, "Its output: \(red.logPath)"),
                ]
            }
            return pointer.isEmpty ? [] : [line("merge", .warning, "Look at: \(cut(pointer, limit: 140))")]
        case .collisionsForeseen(let report):
            return foreseen(report)
        case .pushRefused(let reason, let branch):
            let target = after.settings.targetBranch
            return [
                line("push", .error, "PUSH REFUSED: origin does not take \(target): \(cut(reason, limit: 100))"),
                line("push", .error, "From here on the verified work goes to the branch \(branch); merge it into \(target) yourself."),
            ]
        default:
            return []
        }
    }

    /// Where the commit of a candidate is that was published: what origin refuses, or is not to get, is not on its target branch.
    private func landing(of candidate: Candidate, as commit: String) -> String {
        let target = after.label(of: candidate.target)
        guard candidate.target == .base else { return "is on \(target) as \(commit)" }
        if after.settings.isRehearsal == true { return "would be on \(target) as \(commit)" }
        guard let branch = before.pushBranch else { return "is on \(target) as \(commit), in the run's own repository" }
        return branch == target ? "is on \(target) as \(commit)" : "is on \(branch) as \(commit), not on \(target)"
    }

    /// What was not known before.
    private func foreseen(_ report: TrialReport) -> [EventLine] {
        if let failure = report.failure { return [line("merge", .warning, "What will conflict could not be tried: \(failure)")] }
        let known = before.forecast.collisions
        return after.forecast.collisions.compactMap { collision in
            guard !known.contains(where: { $0.task == collision.task && $0.other == collision.other && $0.files == collision.files }) else {
                return nil
            }
            let target = after.tasks[collision.task].map { after.label(of: after.target(of: $0.team)) } ?? after.settings.targetBranch
            let other = collision.other?.name ?? target
            return line("merge", .notice, "\(label(collision.task)) will CONFLICT with \(other) in \(collision.files.words(naming: 3)).")
        }
    }

    private func entered(_ id: CandidateID, _ state: Candidate.State) -> [EventLine] {
        guard let candidate = after.queue.first(where: { $0.id == id }) else { return [] }
        switch state {
        case .gating(_, _, _, let rerun):
            return rerun ? [] : [line("gate", .info, "The gate runs for \(together(candidate)).")]
        case .waiting:
            let branch = after.label(of: candidate.target)
            return [
                line(
                    "merge", .notice, "What \(label(candidate.kind)) was merged onto is not on \(branch); it is merged and verified again.")
            ]
        case .merging, .merged, .publishing:
            return []
        }
    }

    /// How many others the commit of a candidate holds that have not landed.
    private func companions(of id: CandidateID) -> Int {
        guard let target = before.queue.first(where: { $0.id == id })?.target else { return 0 }
        return max(0, MergeChain(of: target, in: before).prefix(through: id).count - 1)
    }

    private func together(_ candidate: Candidate) -> String {
        let others = companions(of: candidate.id)
        return others == 0 ? label(candidate.kind) : "\(label(candidate.kind)) with \(others) before it"
    }

    private func returned(_ candidate: Candidate, _ reason: ReturnReason) -> [EventLine] {
        let what = label(candidate.kind)
        let branch = after.label(of: candidate.target)
        return switch reason {
        case .conflict: [line("merge", .warning, "CONFLICT: \(what) does not merge into \(branch) and goes back.")]
        case .red: [line("merge", .warning, "\(what) does not pass the gate on \(branch) and goes back.")]
        case .cancelled: [line("merge", .notice, "\(what) is taken out of the queue for \(branch): it was cancelled.")]
        case .unapproved: [line("merge", .notice, "\(what) is taken out of the queue for \(branch): it waits for a person now.")]
        case .objection: [line("merge", .warning, "\(what) breaks a rule for \(branch) and goes back.")]
        case .empty: [line("merge", .info, "\(what) has nothing of its own left to merge into \(branch).")]
        }
    }
}

extension Candidate.State {
    /// Whether the gate is running on this tree.
    func isGating(_ tree: ObjectID) -> Bool {
        if case .gating(_, tree, _, _) = self { true } else { false }
    }
}
