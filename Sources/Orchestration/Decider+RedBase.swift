/// The base fails the gate by itself, because somebody pushed to it what does. Nobody in the queue is to blame for that, and nothing can land before
/// it is mended: the author of the first change is asked to do that. The others are tried together once, since one of them may mend it, and then wait,
/// instead of being sent the same failure one by one. The same holds in each team whose branch is still that base.
extension Decider {
    /// Asks the gate about the base as it was found, so that everybody knows whether it was red before the run touched it. Branches that people bring
    /// are tried at once: a green one says as much, and before one is blamed the base is asked about.
    mutating func askBaseline() {
        guard run.settings.branches == nil else { return }
        if let base = run.base, base.head == run.startedFrom, !run.isBaseSettled { askAboutBase() }
    }

    mutating func baselineGated(commit: ObjectID, tree: ObjectID, command: String, _ result: GateResult) {
        // A verdict of another command than the one that now counts says nothing.
        guard command == run.verifyCommand else { return }
        let doubted = run.baselineDoubted
        switch result {
        case .green(let milliseconds):
            if let doubted { emit(.flakeSeen(tree: tree, doubted)) }
            emit(.treeVerified(tree: tree, command: command, milliseconds: milliseconds))
            if doubted != nil { emit(.baselineKnown(nil)) }
        case .red(let excerpt, _):
            guard run.base?.head == commit else { return }
            if doubted != nil { return emit(.baselineKnown(excerpt)) }
            // Like any red it is confirmed before it counts. Where nothing may be begun now, whoever needs to know asks anew.
            guard mayConfirmBase else { return }
            emit(.baselineKnown(excerpt))
            intend(.baseline(commit: commit, tree: tree, command: command))
        }
    }

    /// Whether the gate may run on the base once more, in the slot that it has just left, and somebody may want to know.
    private var mayConfirmBase: Bool {
        guard run.suspension == nil, !run.isShortOfDisk else { return false }
        if case .working = run.phase { return true }
        return run.isIntegrating && !run.queue.isEmpty
    }

    /// Has the gate run on the base alone.
    mutating func askAboutBase() {
        guard let command = run.verifyCommand, let base = run.base, freeGateSlots > 0 else { return }
        let isAsked = steps.values.contains { if case .baseline = $0.effect { true } else { false } }
        if !isAsked { intend(.baseline(commit: base.head, tree: base.tree, command: command)) }
    }

    /// Whether the base has to be known, and is not, before a change can be blamed: the first of the base's chain stands on nothing else, nor does
    /// that of a team whose branch is still the base, and what a sync brings to a team's branch is the base.
    func mayBeTheBase(_ suspect: Candidate, isFirst: Bool) -> Bool {
        guard !run.isBaseSettled else { return false }
        if suspect.isSync { return suspect.head == run.base?.head }
        return isFirst && run.head(of: suspect.target) == run.base?.head
    }

    /// Whether a red sync goes without a repair by its team: the base that it brings is red by itself, and every team would mend the same,
    /// or a newer one waits. The next change of the base comes to the team in any case.
    func bringsForeignFailure(_ candidate: Candidate) -> Bool {
        guard candidate.isSync else { return false }
        return run.isBaseRed || run.queue.contains { $0.kind == candidate.kind && $0.id != candidate.id && $0.isWaiting }
    }
}

extension Run {
    /// Whether it is known that the base as it is now passes the gate, or that it does not.
    var isBaseSettled: Bool { isBaseRed || base.map { verifiedTrees[$0.tree.hex] != nil } ?? true }

    /// Whether the gate is known to fail on the base as it is now.
    package var isBaseRed: Bool { isRed(.base) }

    /// Whether the gate is known to fail on a target by itself: the base, or a team's branch on which nothing has landed since it was that base.
    package func isRed(_ target: MergeTarget) -> Bool {
        guard !redBases.isEmpty, let head = head(of: target) else { return false }
        return redBases.contains(head)
    }

    /// Whether somebody is at work on a target that fails the gate by itself.
    package func isBeingMended(_ target: MergeTarget) -> Bool {
        guard isRed(target), let mender = menders[target] else { return false }
        if queue.contains(where: { $0.kind == mender }) { return true }
        // At the run's end nobody works any more.
        guard case .working = phase else { return false }
        return switch mender {
        // One that waits to be begun anew by another may wait for those that wait for it.
        case .task(let id): tasks[id].map { $0.state != .waiting && isWorkedOn($0) } ?? false
        case .delivery(let team): tasks.repairs(of: team).contains(where: isWorkedOn)
        case .sync, .upkeep, .branch: false
        }
    }

    /// Nobody can be relied on in a team that has given up: it may have nothing left to spend.
    private func isWorkedOn(_ task: TeamTask) -> Bool {
        if case .stuck = teams[task.team]?.stage { return false }
        return !task.state.isSettled
    }

    /// Whether a candidate may be what a target that fails the gate by itself waits for: the base for a team, or the change of who was asked to mend it.
    func mayMend(_ candidate: Candidate) -> Bool { candidate.isSync || candidate.kind == menders[candidate.target] }

    /// Whether a queue can go on before anybody has worked: not while it only waits for the one who mends its target.
    func isMoving(_ candidate: Candidate) -> Bool {
        let target = candidate.target
        guard isBeingMended(target), !queue.contains(where: { $0.target == target && mayMend($0) }) else { return true }
        return queue.contains { other in
            guard other.target == target else { return false }
            return switch other.state {
            case .merging, .gating, .publishing: true
            case .waiting, .merged: false
            }
        }
    }
}

extension Run {
    /// How much a person prefers a candidate. The base goes into a team's branch before anything else.
    func priority(of candidate: Candidate) -> Int {
        switch candidate.kind {
        case .task(let id): tasks[id]?.priority ?? 0
        case .sync: .max
        case .delivery, .upkeep, .branch: 0
        }
    }
}
