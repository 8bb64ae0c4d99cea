extension Run {
    /// Why a task does not move at this moment, or why it was given up, in words; `nil` when somebody works on it or it has landed.
    ///
    /// - Parameter room: the run's ``workerRoom``, where somebody asks for many tasks.
    package func whyWaits(_ task: TeamTask, at now: Timestamp, room: Int? = nil) -> String? {
        switch task.state {
        case .landed, .unneeded: nil
        case .dropped(let reason), .failed(let reason): reason
        case .waiting, .assigned, .submitted, .approved: whyStandsStill ?? whyOpenTaskWaits(task, at: now, room)
        }
    }

    /// Why a turn that is to be started is not started yet.
    func whyTurnWaits(_ pending: Pending, of agent: AgentID, at now: Timestamp) -> String? {
        if let whyStandsStill { return whyStandsStill }
        guard case .working = phase else { return "no new turns: the run is ending" }
        if let question = pending.question {
            return "waits for the answer to \(question)" + (questions[question]?.deadline.map { ", until \(Moment($0).iso)" } ?? "")
        }
        if let notBefore = pending.notBefore, notBefore > now {
            return "pauses until \(Moment(notBefore).iso) after a fault of the provider"
        }
        guard let agent = agents[agent] else { return nil }
        return whyNoCredential(for: pending, of: agent, at: now) ?? whyNoFunds(pending.brief, of: agent)
    }

    private var whyStandsStill: String? {
        if case .ended = phase { return "the run has ended" }
        return suspension == nil ? nil : "the run is suspended"
    }

    private func whyOpenTaskWaits(_ task: TeamTask, at now: Timestamp, _ room: Int?) -> String? {
        switch task.state {
        case .waiting: whyNotAssigned(task, at: now, room)
        case .assigned: whyNotWorkedOn(task, at: now)
        case .submitted: whyNotReviewed(task, at: now)
        case .approved: whyNotMerged(task, at: now)
        case .landed, .unneeded, .dropped, .failed: nil
        }
    }

    private func whyNotAssigned(_ task: TeamTask, at now: Timestamp, _ room: Int?) -> String {
        guard case .working = phase else { return "not started: the run is ending" }
        let open = task.dependsOn.filter { !(tasks[$0]?.state.satisfiesDependents ?? true) }.sorted()
        if !open.isEmpty { return "waits for \(Run.list(open.map(\.name)))" }
        if let held = whyHeld(task, at: now) { return held }
        let members = teams[task.team]?.members ?? []
        if (room ?? workerRoom) <= 0 {
            return "waits for a free worker: \(workersAtOnce) may work at once" + (width.reason(of: workerCeiling).map { " (\($0))" } ?? "")
        }
        if members.contains(where: { canTakeTask($0, at: now) }) { return "is about to be given to a worker" }
        return members.allSatisfy(hasFullHands) ? "waits until a change lands: \(Run.fullHands)" : "waits for a free worker"
    }

    private func whyNotWorkedOn(_ task: TeamTask, at now: Timestamp) -> String? {
        guard let worker = task.worker else { return "waits for a free worker" }
        let turn = agents[worker]?.activeTurn.flatMap { turns[$0] }
        if let turn, turn.task == task.id { return turn.stopCause.map { "is being stopped: \($0.wordsBeforeEnd)" } }
        // Its worker does something else meanwhile.
        if let next = task.next, next.question != nil { return whyTurnWaits(next, of: worker, at: now) }
        if let turn { return "waits for \(worker), which is \(turn.brief.words(in: self))" }
        if let why = task.next.flatMap({ whyTurnWaits($0, of: worker, at: now) }) { return why }
        return live.workers.map { "waits for its turn: \($0) \($0 == 1 ? "worker" : "workers") may work at once" }
    }

    private func whyNotReviewed(_ task: TeamTask, at now: Timestamp) -> String {
        if task.awaitsQuickCheck {
            let isWaiting = quickQueue.contains { $0.id == task.id }
            return isWaiting ? "waits for a gate slot for its quick gate" : "its quick gate runs"
        }
        guard let lead = teams[task.team]?.lead else { return "waits for its lead's review" }
        if let turn = agents[lead]?.activeTurn.flatMap({ turns[$0] }) {
            if case .review(let asked) = turn.brief, asked.contains(task.id) { return "in review by \(lead)" }
            return "waits for \(lead)'s review; \(lead) is \(turn.brief.words(in: self))"
        }
        let reason = agents[lead]?.next.flatMap { whyTurnWaits($0, of: lead, at: now) }
        return "waits for \(lead)'s review" + (reason.map { "; \($0)" } ?? "")
    }

    private func whyNotMerged(_ task: TeamTask, at now: Timestamp) -> String? {
        if let question = questions.openPromotions.first(where: { $0.task == task.id }) { return "waits for a person: \(question.id)" }
        return queue.first { $0.kind == .task(task.id) }.map { whyNotMerged($0, at: now) }
    }

    /// Where a candidate is on its way, in words.
    ///
    /// - Parameter chain: of the candidate's target, where somebody has it.
    func whyNotMerged(_ candidate: Candidate, at now: Timestamp, chain: MergeChain? = nil) -> String {
        let branch = label(of: candidate.target)
        if suspension != nil {
            switch candidate.state {
            case .merging: return "is merged into \(branch) when the run goes on"
            case .gating: return "its gate runs when the run goes on"
            case .publishing: return "is published to \(branch) when the run goes on"
            case .waiting, .merged: break
            }
        }
        if let pending = effects.values.first(where: { $0.effect.candidate == candidate.id }), let until = pending.delayedUntil, until > now
        {
            return "\(pending.lastFailure ?? "a step failed"); tried again at \(Moment(until).iso)"
        }
        switch candidate.state {
        case .merging: return "is being merged into \(branch)"
        case .merged: return whyNotVerified(candidate, in: chain ?? MergeChain(of: candidate.target, in: self))
        case .gating(_, _, _, let rerun): return rerun ? "its gate was red and runs once more" : "its gate runs"
        case .publishing: return "is being published to \(branch)"
        case .waiting where candidate.isHeldBack: return "does not fit what is being verified for \(branch); merged again after that"
        case .waiting where isBeingMended(candidate.target) && !mayMend(candidate):
            return whyWaitsForMender(of: candidate.target)
        case .waiting where candidate.target == .base && possibleCures(among: queue) != nil:
            return isUseless(candidate)
                ? "\(branch) itself fails the gate, with this alone as well; waits for a branch that mends it"
                : "\(branch) itself fails the gate; each branch is tried alone, since one may mend it"
        case .waiting:
            let rivals = queue.filter { $0.target == candidate.target }
            let place = (rivals.firstIndex { $0.id == candidate.id } ?? 0) + 1
            let name = if case .team(let team) = candidate.target { "\(team)'s merge queue" } else { "the merge queue of \(branch)" }
            return "\(Run.ordinal(place)) in \(name)"
        }
    }

    private func whyNotVerified(_ candidate: Candidate, in chain: MergeChain) -> String {
        guard let place = chain.links.firstIndex(where: { $0.id == candidate.id }) else { return "merged in memory" }
        let search = chain.search
        if search.red != nil, isBeingMended(candidate.target), chain.links.first.map({ mayMend($0.candidate) }) == false {
            return whyWaitsForMender(of: candidate.target)
        }
        if let red = search.red, place >= search.green, place < red, red > search.green + 1 {
            return "one of \(red - search.green) breaks the gate; which one is being found"
        }
        if let last = chain.links[place...].last(where: { $0.isGating || $0.isPublishing }) {
            return "verified together with what is behind it, up to \(label(of: last.candidate.kind))"
        }
        return "merged in memory; waits for a gate slot"
    }

    private func whyWaitsForMender(of target: MergeTarget) -> String {
        "waits: \(label(of: target)) itself fails the gate, which \(menders[target].map(label) ?? "somebody") is to mend"
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return "\(names.dropLast().joined(separator: ", ")) and \(last)"
    }

    /// `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`.
    package static func ordinal(_ number: Int) -> String {
        let teens = (11...13).contains(number % 100)
        return switch number % 10 {
        case 1 where !teens: "\(number)st"
        case 2 where !teens: "\(number)nd"
        case 3 where !teens: "\(number)rd"
        default: "\(number)th"
        }
    }
}

extension Effect {
    /// The candidate that the effect is a step of.
    package var candidate: CandidateID? {
        switch self {
        case .merge(let id), .gate(let id, _, _, _, _), .publish(let id, _, _): id
        case .prepareBase, .runTurn, .say, .quickGate, .baseline, .conclude, .awaitRoom, .forecast: nil
        }
    }
}
