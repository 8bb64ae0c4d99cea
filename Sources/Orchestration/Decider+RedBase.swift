/// The base fails the gate by itself, because somebody pushed to it what does. Nobody in the queue is to blame for that, and nothing can land before
/// it is mended: the author of the first change is asked to do that. The others are tried together once, since one of them may mend it, and then wait,
/// instead of being sent the same failure one by one.
extension Decider {
    /// Asks the gate once about the base as it was found, so that everybody knows whether it was red before the run touched it.
    mutating func askBaseline() {
        guard !run.baselineAsked, let command = run.verifyCommand, let base = run.base, freeGateSlots > 0,
            base.head == run.startedFrom
        else { return }
        intend(.baseline(commit: base.head, tree: base.tree, command: command))
    }

    mutating func baselineGated(commit: ObjectID, tree: ObjectID, command: String, _ result: GateResult) {
        switch result {
        case .green(let milliseconds):
            if command == run.verifyCommand { emit(.treeVerified(tree: tree, command: command, milliseconds: milliseconds)) }
        case .red(let excerpt, _): if run.base?.head == commit { emit(.baselineKnown(excerpt)) }
        }
    }

    /// Has the gate run on the base alone.
    mutating func askAboutBase() {
        let isAsked = steps.values.contains { if case .baseline = $0.effect { true } else { false } }
        guard !isAsked, freeGateSlots > 0, let command = run.verifyCommand, let base = run.base else { return }
        intend(.baseline(commit: base.head, tree: base.tree, command: command))
    }
}

extension Run {
    /// Whether it is known that the base as it is now passes the gate, or that it does not.
    var isBaseSettled: Bool { isBaseRed || base.map { verifiedTrees[$0.tree.hex] != nil } ?? true }

    /// Whether the gate is known to fail on the base as it is now.
    package var isBaseRed: Bool { baselineRed != nil && baselineOf != nil && baselineOf == base?.head }

    /// Whether somebody is at work on a base that fails the gate.
    package var isBaseBeingMended: Bool {
        guard isBaseRed, let baseMender else { return false }
        if queue.contains(where: { $0.kind == baseMender }) { return true }
        // At the run's end nobody works any more.
        guard case .working = phase else { return false }
        return switch baseMender {
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

    /// Whether a queue can go on before anybody has worked: not the base's while it only waits for the one who mends the base.
    func isMoving(_ candidate: Candidate) -> Bool {
        guard candidate.target == .base, isBaseBeingMended, !queue.contains(where: { $0.kind == baseMender }) else { return true }
        return queue.contains { other in
            guard other.target == .base else { return false }
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
