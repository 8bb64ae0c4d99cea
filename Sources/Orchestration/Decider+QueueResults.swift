/// What becomes of a step that a queue has taken.
extension Decider {
    /// Returns a branch that a person brought because its gate never came to an end; the others are not to wait for that. False for everything else:
    /// what keeps a company's gates from ending needs a person.
    mutating func giveBack(_ id: CandidateID, _ reason: String) -> Bool {
        guard let candidate = run.queue.first(where: { $0.id == id }), case .branch = candidate.kind else { return false }
        emit(.candidateReturned(id, .objection))
        emit(.branchReturned(id, .objection, reason))
        return true
    }

    mutating func merged(_ id: CandidateID, _ result: MergeResult) {
        guard let candidate = run.queue.first(where: { $0.id == id }) else { return }
        switch result {
        case .clean(let commit, let tree, let onto), .fastForward(let commit, let tree, let onto):
            emit(.candidateEntered(id, .merged(commit: commit, tree: tree, onto: onto)))
        case .heldBack:
            emit(.candidateHeldBack(id))
        case .nothingToMerge:
            emit(.candidateReturned(id, .empty))
            switch candidate.kind {
            case .task(let task): emit(.taskSettled(task, .unneeded))
            case .delivery(let team): delivered(team)
            case .sync, .upkeep, .branch: break
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

    mutating func gated(_ id: CandidateID, commit: ObjectID, tree: ObjectID, command: String, _ result: GateResult) {
        guard let candidate = run.queue.first(where: { $0.id == id }), case .gating(commit, _, let onto, _) = candidate.state else {
            return
        }
        // A verdict of another command than the one that now counts says nothing.
        if command == run.verifyCommand {
            switch result {
            case .green(let milliseconds):
                if let red = candidate.redExcerpt { emit(.flakeSeen(tree: tree, red)) }
                emit(.treeVerified(tree: tree, command: command, milliseconds: milliseconds))
            case .red(let excerpt, _):
                emit(.gateRed(id, excerpt))
            }
        }
        emit(.candidateEntered(id, .merged(commit: commit, tree: tree, onto: onto)))
    }

    mutating func published(_ id: CandidateID, commit: ObjectID, _ result: PublishResult) {
        guard let candidate = run.queue.first(where: { $0.id == id }), case .publishing(_, let tree, let onto) = candidate.state else {
            return
        }
        let chain = MergeChain(of: candidate.target, in: run)
        switch result {
        case .moved:
            dissolve(chain.links + chain.orphans)
        case .refused(let reason), .contested(let reason):
            // Once somebody has put origin right and started again, or to the run's own branch at once, it is published from here.
            emit(.candidateEntered(id, .merged(commit: commit, tree: tree, onto: onto)))
            guard let fallback = run.fallback else { return emit(.pushRefused(reason, fallback: "cco/\(run.id)")) }
            guard !run.pushesToTarget else { return emit(.pushRefused(reason, fallback: fallback.branch)) }
            guard run.suspension == nil else { return }
            callForPerson("origin refuses \(fallback.branch) too: \(reason)")
        case .published:
            for link in chain.prefix(through: id) {
                emit(.candidatePublished(link.id, commit: link.commit, tree: link.tree))
                switch link.candidate.kind {
                case .task(let task): emit(.taskSettled(task, .landed(link.commit)))
                case .delivery(let team): delivered(team)
                case .sync, .upkeep, .branch: break
                }
            }
            if candidate.target == .base { queueSyncs() }
        }
    }

    /// The team rests, unless the Director has given it its next goal already.
    private mutating func delivered(_ team: TeamID) {
        if run.teams[team]?.stage == .promoting { emit(.teamEntered(team, .idle, summary: "")) }
    }

    /// Returns a candidate to its author with the evidence. A branch of a team is repaired by a task that cco adds to that team.
    mutating func sendBack(_ candidate: Candidate, reason: String, _ brief: (TaskID) -> Brief) {
        switch candidate.kind {
        case .task(let id):
            returnToWorker(id, brief(id), reason: reason)
        case .delivery(let team), .sync(let team):
            guard case .working = run.phase else {
                return emit(.teamEntered(team, .stuck("not integrated at the run's end: \(reason)"), summary: ""))
            }
            if case .delivery = candidate.kind, run.teams[team]?.stage == .promoting { emit(.teamEntered(team, .working, summary: "")) }
            repair(team, reason: reason, brief)
        case .branch:
            let brief = brief(ID("branch"))
            emit(.branchReturned(candidate.id, brief.returnReason, brief.pointer))
        case .upkeep:
            break
        }
    }

    private mutating func repair(_ team: TeamID, reason: String, _ brief: (TaskID) -> Brief) {
        let repairs = run.tasks.repairs(of: team)
        guard repairs.allSatisfy(\.state.isSettled) else { return }
        let failed = repairs.count(where: \.state.isFailure)
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
}
