extension Decider {
    mutating func queue(_ kind: Candidate.Kind, for target: MergeTarget, head: ObjectID) {
        emit(
            .candidateQueued(
                Candidate(id: ID("candidate", run.counters.candidates + 1), target: target, kind: kind, head: head, readyAt: now)))
    }

    /// Puts an approved task in the queue of its team's branch.
    mutating func approve(_ id: TaskID) {
        guard let task = run.tasks[id] else { return }
        guard let head = task.head, head != task.base else {
            return emit(.taskSettled(id, .unneeded))
        }
        emit(.taskApproved(id))
        queue(.task(id), for: run.target(of: task.team), head: head)
    }

    mutating func queueDelivery(_ team: TeamID) {
        guard let head = run.teams[team]?.head else { return }
        emit(.teamEntered(team, .promoting, summary: ""))
        queue(.delivery(team), for: .base, head: head)
    }

    /// Gives main back to every team, so that teams do not drift apart.
    mutating func queueSyncs() {
        guard !run.isFlat, case .working = run.phase, let head = run.base?.head else { return }
        for team in run.teams.keys.sorted() {
            if let waiting = run.queue.first(where: { $0.kind == .sync(team) && $0.state == .waiting }) {
                guard waiting.head != head else { continue }
                emit(.candidateReturned(waiting.id, .empty))
            }
            queue(.sync(team), for: .team(team), head: head)
        }
    }

    /// Starts the next step of every queue that stands still: one candidate at a time for each target.
    mutating func advanceQueues() {
        let targets = run.queue.reduce(into: [MergeTarget]()) { if !$0.contains($1.target) { $0.append($1.target) } }
        for target in targets {
            let candidates = run.queue.filter { $0.target == target }
            if let active = candidates.first(where: { $0.state != .waiting }) {
                if case .merged(let commit, let tree, let onto) = active.state { verify(active.id, commit: commit, tree: tree, onto: onto) }
            } else if let next = candidates.first {
                emit(.candidateEntered(next.id, .merging))
                intend(.merge(next.id))
            }
        }
    }

    mutating func merged(_ id: CandidateID, _ result: MergeResult) {
        guard let candidate = run.queue.first(where: { $0.id == id }) else { return }
        switch result {
        case .clean(let commit, let tree, let onto), .fastForward(let commit, let tree, let onto):
            verify(id, commit: commit, tree: tree, onto: onto)
        case .nothingToMerge:
            emit(.candidateReturned(id, .empty))
            switch candidate.kind {
            case .task(let task): emit(.taskSettled(task, .unneeded))
            case .delivery(let team): delivered(team)
            case .sync, .upkeep: break
            }
        case .conflict(let onto, let files):
            emit(.candidateReturned(id, .conflict))
            sendBack(candidate, reason: "conflict with \(onto.short)") {
                .resolveConflict($0, target: candidate.counterpart(of: onto), files: files)
            }
        case .objection(let reason):
            emit(.candidateReturned(id, .objection))
            sendBack(candidate, reason: reason) { .finish($0, reason: reason) }
        }
    }

    /// Publishes a tree that is known to pass, or has the gate run on it as soon as there is a slot.
    private mutating func verify(_ id: CandidateID, commit: ObjectID, tree: ObjectID, onto: ObjectID) {
        guard run.suspension == nil else { return emit(.candidateEntered(id, .merged(commit: commit, tree: tree, onto: onto))) }
        guard let command = run.verifyCommand, run.verifiedTrees[tree.hex] == nil else {
            emit(.candidateEntered(id, .publishing(commit: commit, tree: tree, onto: onto)))
            return intend(.publish(id, commit: commit, onto: onto))
        }
        guard run.busyGateSlots < run.settings.gateSlots else {
            return emit(.candidateEntered(id, .merged(commit: commit, tree: tree, onto: onto)))
        }
        let rerun = run.queue.first { $0.id == id }?.firstRed != nil
        emit(.candidateEntered(id, .gating(commit: commit, tree: tree, onto: onto, rerun: rerun)))
        intend(.gate(id, commit: commit, tree: tree, command: command))
    }

    mutating func gated(_ id: CandidateID, commit: ObjectID, tree: ObjectID, command: String, _ result: GateResult) {
        guard let candidate = run.queue.first(where: { $0.id == id }), case .gating(_, _, let onto, _) = candidate.state else { return }
        // A verdict of another command than the one that now counts says nothing.
        guard command == run.verifyCommand else { return verify(id, commit: commit, tree: tree, onto: onto) }
        switch result {
        case .green(let milliseconds):
            if let red = candidate.firstRed { emit(.flakeSeen(tree: tree, red)) }
            emit(.treeVerified(tree: tree, command: command, milliseconds: milliseconds))
            verify(id, commit: commit, tree: tree, onto: onto)
        case .red(let excerpt, _):
            let isConfirmed = candidate.firstRed != nil
            emit(.gateRed(id, excerpt))
            guard isConfirmed else {
                // One confirming run before anybody is blamed.
                return verify(id, commit: commit, tree: tree, onto: onto)
            }
            emit(.candidateReturned(id, .red))
            sendBack(candidate, reason: "the gate failed: \(excerpt.ending)") {
                .fixGate($0, target: candidate.counterpart(of: onto), log: excerpt)
            }
        }
    }

    mutating func published(_ id: CandidateID, commit: ObjectID, _ result: PublishResult) {
        guard let candidate = run.queue.first(where: { $0.id == id }), case .publishing(_, let tree, let onto) = candidate.state else {
            return
        }
        switch result {
        case .moved:
            emit(.candidateEntered(id, .waiting))
        case .refused(let reason):
            guard run.fallback == nil else {
                // Once somebody has put origin right and started again, it is published from here.
                emit(.candidateEntered(id, .merged(commit: commit, tree: tree, onto: onto)))
                guard run.suspension == nil else { return }
                return callForPerson("origin refuses \(run.fallback?.branch ?? "the branch") too: \(reason)")
            }
            emit(.pushRefused(reason, fallback: "cco/\(run.id)"))
            verify(id, commit: commit, tree: tree, onto: onto)
        case .published:
            emit(.candidatePublished(id, commit: commit, tree: tree))
            switch candidate.kind {
            case .task(let task): emit(.taskSettled(task, .landed(commit)))
            case .delivery(let team): delivered(team)
            case .sync, .upkeep: break
            }
            if candidate.target == .base { queueSyncs() }
        }
    }

    /// The team rests, unless the Director has given it its next goal already.
    private mutating func delivered(_ team: TeamID) {
        if run.teams[team]?.stage == .promoting { emit(.teamEntered(team, .idle, summary: "")) }
    }

    /// Returns a candidate to its author with the evidence. A branch of a team is repaired by a task that cco adds to that team.
    private mutating func sendBack(_ candidate: Candidate, reason: String, _ brief: (TaskID) -> Brief) {
        switch candidate.kind {
        case .task(let id):
            returnToWorker(id, brief(id), reason: reason)
        case .delivery(let team), .sync(let team):
            guard case .working = run.phase else {
                return emit(.teamEntered(team, .stuck("not integrated at the run's end: \(reason)"), summary: ""))
            }
            if case .delivery = candidate.kind, run.teams[team]?.stage == .promoting { emit(.teamEntered(team, .working, summary: "")) }
            repair(team, reason: reason, brief)
        case .upkeep:
            break
        }
    }

    private mutating func repair(_ team: TeamID, reason: String, _ brief: (TaskID) -> Brief) {
        guard !run.tasks.values.contains(where: { $0.team == team && $0.isRepair && !$0.state.isSettled }) else { return }
        let failed = run.tasks.values.count { $0.team == team && $0.isRepair && $0.state.isFailure }
        let limit = run.settings.maxTaskAttempts
        guard failed < limit, run.teams[team]?.repairs ?? 0 < limit * 3 else {
            return emit(.teamEntered(team, .stuck("its branch could not be brought together with main: \(reason)"), summary: ""))
        }
        let id: TaskID = ID("task", run.counters.tasks + 1)
        var task = TeamTask(
            id: id, team: team, title: "Bring main and the team's branch together",
            description: "Main and this team's branch do not fit together: \(reason). Make them fit, keeping what both sides intend.",
            acceptance: "The team's branch contains main and the gate passes.", paths: ["."], dependsOn: [], isRepair: true, createdAt: now)
        task.firstBrief = brief(id)
        emit(.taskAdded(task))
    }

    /// Asks the gate once about the base as it was found, so that everybody knows whether it was red before the run touched it.
    mutating func askBaseline() {
        guard !run.baselineAsked, let command = run.verifyCommand, let base = run.base, run.busyGateSlots < run.settings.gateSlots,
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
}

extension Run {
    /// Gates that run now.
    var busyGateSlots: Int {
        effects.values.count {
            switch $0.effect {
            case .gate, .baseline: true
            case .prepareBase, .runTurn, .merge, .publish, .conclude, .awaitRoom: false
            }
        }
    }
}

extension TeamTask.State {
    /// Whether the task ended without its work.
    var isFailure: Bool {
        switch self {
        case .dropped, .failed: true
        case .waiting, .assigned, .submitted, .approved, .landed, .unneeded: false
        }
    }
}
