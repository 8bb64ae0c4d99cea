extension Decider {
    mutating func queue(_ kind: Candidate.Kind, for target: MergeTarget, head: ObjectID, approval: QuestionID? = nil) {
        emit(
            .candidateQueued(
                Candidate(
                    id: ID("candidate", run.counters.candidates + 1), target: target, kind: kind, head: head, readyAt: now,
                    approval: approval)))
    }

    /// Puts an approved task in the queue of its team's branch.
    mutating func approve(_ id: TaskID) {
        guard let task = run.tasks[id] else { return }
        guard let head = task.head, head != task.base else {
            return emit(.taskSettled(id, .unneeded))
        }
        emit(.taskApproved(id))
        offer(.task(id), for: run.target(of: task.team), head: head)
    }

    mutating func queueDelivery(_ team: TeamID) {
        guard let head = run.teams[team]?.head else { return }
        emit(.teamEntered(team, .promoting, summary: ""))
        offer(.delivery(team), for: .base, head: head)
    }

    /// Branches that a person brings go into the target branch as they are.
    mutating func queueBranches(_ branches: [BranchOffer]) {
        for branch in branches { queue(.branch(branch.name), for: .base, head: branch.head) }
    }

    /// Gives main back to every team, so that teams do not drift apart.
    mutating func queueSyncs() {
        guard !run.isFlat, case .working = run.phase, let head = run.base?.head else { return }
        var waiting: [TeamID: Candidate] = [:]
        for candidate in run.queue where candidate.isWaiting {
            if case .sync(let team) = candidate.kind, waiting[team] == nil { waiting[team] = candidate }
        }
        for team in run.teams.keys.sorted() {
            if let waiting = waiting[team] {
                guard waiting.head != head else { continue }
                emit(.candidateReturned(waiting.id, .empty))
            }
            queue(.sync(team), for: .team(team), head: head)
        }
    }

    /// Carries every queue on as far as it goes without news from outside. The one whose candidate has waited longest is first to get a gate slot.
    mutating func advanceQueues() {
        guard !areQueuesSettled else { return }
        let before = events.count
        var queues: [(target: MergeTarget, since: Timestamp, candidates: [Candidate])] = []
        var places: [MergeTarget: Int] = [:]
        for candidate in run.queue {
            if let place = places[candidate.target] {
                queues[place].since = min(queues[place].since, candidate.readyAt)
                queues[place].candidates.append(candidate)
            } else {
                places[candidate.target] = queues.count
                queues.append((candidate.target, candidate.readyAt, [candidate]))
            }
        }
        let order = queues.indices.sorted { (queues[$0].since, $0) < (queues[$1].since, $1) }
        // What one queue does leaves the others as they are.
        for index in order { advance(queues[index].target, queues[index].candidates) }
        areQueuesSettled = events.count == before
    }

    /// - Parameter candidates: those of the target, in queue order.
    mutating func advance(_ target: MergeTarget, _ candidates: [Candidate]) {
        var candidates = candidates
        var chain = MergeChain(of: candidates, for: target, in: run)
        let isPublishing = candidates.contains { $0.isPublishing }
        var dissolved = chain.orphans.filter { !$0.isPublishing }
        dissolve(dissolved)
        if let root = chain.links.first, root.onto != run.head(of: target) {
            // A publication in flight tells by its result what became of the chain.
            guard !isPublishing else { return }
            dissolve(chain.links)
            dissolved += chain.links
        }
        if !dissolved.isEmpty {
            candidates = run.queue.filter { $0.target == target }
            chain = MergeChain(of: candidates, for: target, in: run)
        }
        let search = chain.search
        dropMoot(chain, search)
        if search.green > 0, !isPublishing, !canGrow(chain, candidates), let onto = run.head(of: target) {
            let link = chain.links[search.green - 1]
            emit(.candidateEntered(link.id, .publishing(commit: link.commit, tree: link.tree, onto: link.onto)))
            intend(.publish(link.id, commit: link.commit, onto: onto))
        }
        if search.red != nil, awaitsMender(chain, candidates) { return awaitMender(chain, candidates) }
        if let culprit = search.culprit {
            let suspect = chain.links[culprit].candidate
            if culprit == 0, case .branch = suspect.kind, run.isBaseRed { return seekCure(insteadOf: chain) }
            guard suspect.isConfirmedRed else { return gate(chain.links[culprit], isRerun: true) }
            if mayBeTheBase(suspect, isFirst: culprit == 0) { return askAboutBase() }
            eject(culprit, of: chain)
        } else if search.red != nil {
            // Those beyond have just been ended, and their slots are free again.
            let running = chain.links[search.green..<(search.red ?? chain.links.count)].count(where: \.isGating)
            let rate = run.merges.failureRate.landing(search.green).estimate
            for length in search.probes(places: running + freeGateSlots, failureRate: rate) {
                gate(chain.links[length - 1], isRerun: false)
            }
        } else {
            extend(chain, by: candidates, verified: search.green)
        }
    }

    /// Whether nobody in a chain is to be blamed yet, because its target fails the gate by itself and somebody else is to mend that.
    private func awaitsMender(_ chain: MergeChain, _ candidates: [Candidate]) -> Bool {
        guard let first = chain.links.first?.candidate, run.isRed(first.target), !run.mayMend(first) else { return false }
        return run.isBeingMended(first.target) || candidates.contains(where: run.mayMend)
    }

    /// A chain that does not mend its target waits as it is for the change that is to do so, which then goes first.
    private mutating func awaitMender(_ chain: MergeChain, _ candidates: [Candidate]) {
        // What is being published moves the target, and with it the chain.
        guard let target = chain.links.first?.candidate.target, !chain.links.contains(where: \.isPublishing) else { return }
        guard candidates.contains(where: { run.mayMend($0) && !$0.isMerging }) else { return }
        dissolve(chain.links)
        extend(MergeChain(of: target, in: run), by: run.queue.filter { $0.target == target }, verified: 0)
    }

    /// Whether a chain that nothing verifies is about to grow: it then lands as a whole, because a push costs more than a merge. What a gate
    /// has verified lands at once.
    private func canGrow(_ chain: MergeChain, _ candidates: [Candidate]) -> Bool {
        guard run.verifyCommand == nil, !chain.links.isEmpty, chain.links.count < FailureRate.largestBatch else { return false }
        let merging = steps.values.contains { pending in
            guard case .merge(let id) = pending.effect, pending.delayedUntil == nil else { return false }
            return candidates.contains { $0.id == id }
        }
        // Beside what is held back a chain is not extended, so there is nothing to wait for.
        guard !candidates.contains(where: { $0.isMerging || $0.isHeldBack }) else { return merging }
        return next(of: candidates, isFirst: false) != nil
    }

    /// Merges the next candidate onto the chain, or verifies the chain when there is none or it is long enough. A chain whose gate runs is left
    /// alone: late arrivals make the next one.
    private mutating func extend(_ chain: MergeChain, by candidates: [Candidate], verified: Int) {
        let open = chain.links[verified...]
        guard !open.contains(where: \.isGating), !candidates.contains(where: \.isMerging) else { return }
        let cures = verified == 0 ? run.possibleCures(among: candidates) : nil
        if chain.links.isEmpty, cures?.isEmpty == true { return giveBackUncured() }
        // What was held back waits for the end of the chain: one that grows as it lands would have none.
        if open.isEmpty, !chain.links.isEmpty, candidates.contains(where: \.isHeldBack) { return }
        // What has passed lands in a moment, and counts: how fast a push is has no say in what is verified together. Without a gate nothing can fail.
        let batch = run.verifyCommand == nil ? FailureRate.largestBatch : run.merges.failureRate.landing(verified).batch
        if open.count < (cures == nil ? batch : 1), let next = next(of: cures ?? candidates, isFirst: chain.links.isEmpty),
            freeGateSlots == 0 || !isLate(next, for: open.first)
        {
            emit(.candidateEntered(next.id, .merging))
            return intend(.merge(next.id))
        }
        if let last = open.last { gate(last, isRerun: false) }
    }

    /// Whether a candidate has come so long after the first of a chain, and only just now, that the chain's gate no longer waits for its
    /// merge. Without that a stream of changes that come as fast as they are merged would keep the gate from starting until the batch is
    /// full. What has waited for long is a backlog, which is taken as one, however long it took to gather.
    private func isLate(_ candidate: Candidate, for first: MergeChain.Link?) -> Bool {
        guard let first else { return false }
        // Whatever comes while a gate runs is in time for the next one.
        let window = max(1_000, 2 * run.merges.meanGate)
        let (since, age) = (candidate.readyAt.milliseconds(since: first.candidate.readyAt), now.milliseconds(since: candidate.readyAt))
        return since > window && age < window
    }

    /// What did not fit the chain waits until that is over. What a person has preferred goes first, then what has waited longest.
    private func next(of candidates: [Candidate], isFirst: Bool) -> Candidate? {
        let waiting = candidates.lazy.filter { $0.isWaiting && (isFirst || (!$0.isHeldBack && $0.kind != .upkeep)) }
        guard let first = waiting.first else { return nil }
        if isFirst, run.isRed(first.target) {
            // The base that comes may be in order again, whoever was asked.
            if let mender = waiting.first(where: \.isSync) ?? waiting.first(where: run.mayMend) { return mender }
        }
        guard run.orders.count > 0 else { return first }
        return waiting.reduce(first) { run.priority(of: $0) < run.priority(of: $1) ? $1 : $0 }
    }

    /// Has the gate run on a link of a chain, when there is a slot.
    private mutating func gate(_ link: MergeChain.Link, isRerun: Bool) {
        guard !link.isGating, !link.isPublishing, freeGateSlots > 0, let command = run.verifyCommand else { return }
        let state = Candidate.State.gating(commit: link.commit, tree: link.tree, onto: link.onto, rerun: isRerun)
        let slot = freeGateSeat(of: link.candidate.target)
        emit(.candidateEntered(link.id, state))
        intend(.gate(link.id, commit: link.commit, tree: link.tree, command: command, slot: slot))
    }

    /// Ends gates whose verdict nobody needs any more.
    private mutating func dropMoot(_ chain: MergeChain, _ search: PrefixSearch) {
        for (index, link) in chain.links.enumerated() where link.isGating {
            guard index < search.green || index >= search.red ?? chain.links.count else { continue }
            dropGate(of: link.id)
            emit(.candidateEntered(link.id, .merged(commit: link.commit, tree: link.tree, onto: link.onto)))
        }
    }

    /// Gives links back to the queue; they keep their places in it.
    mutating func dissolve(_ links: some Sequence<MergeChain.Link>) {
        for link in links {
            dropGate(of: link.id)
            emit(.candidateEntered(link.id, .waiting))
        }
    }

    private mutating func dropGate(of candidate: CandidateID) {
        for (id, pending) in steps.sorted(by: { $0.key < $1.key }) {
            if case .gate(candidate, _, _, _, _) = pending.effect { emit(.effectDropped(id)) }
        }
    }

    /// Sends the change back that breaks the gate. What stood behind it is merged anew without it.
    private mutating func eject(_ culprit: Int, of chain: MergeChain) {
        let link = chain.links[culprit]
        guard let excerpt = link.candidate.redExcerpt else { return }
        dissolve(chain.links[(culprit + 1)...])
        if bringsForeignFailure(link.candidate) {
            emit(.candidateReturned(link.id, .empty))
        } else {
            emit(.candidateReturned(link.id, .red))
            sendBack(link.candidate, reason: "the gate failed: \(excerpt.ending)") {
                .fixGate($0, target: link.candidate.counterpart(of: link.onto), log: excerpt)
            }
        }
        let target = link.candidate.target
        advance(target, run.queue.filter { $0.target == target })
    }
}

extension Decider {
    /// How many more gates may run now.
    var freeGateSlots: Int {
        let busy = steps.values.count {
            switch $0.effect {
            case .gate, .quickGate, .baseline: true
            case .prepareBase, .runTurn, .say, .merge, .publish, .conclude, .awaitRoom, .forecast: false
            }
        }
        return max(0, run.settings.gateSlots - busy)
    }

    /// The lowest of a target's gate worktrees in which no gate runs; `nil` is the first.
    private func freeGateSeat(of target: MergeTarget) -> Int? {
        let taken = steps.values.compactMap { pending -> Int? in
            if case .baseline = pending.effect { return target == .base ? 0 : nil }
            guard case .gate(let id, _, _, _, let slot) = pending.effect, run.queue.first(where: { $0.id == id })?.target == target else {
                return nil
            }
            return slot ?? 0
        }
        return (1...).first { !taken.contains($0) }.flatMap { taken.contains(0) ? $0 : nil }
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
