/// How many workers may begin something new: `workerCount` is the most, and fewer begin where more would only conflict, wait or not fit.
///
/// It never stops what has been begun, and always leaves one. It changes rarely: what counts is noted anew after each change.
package struct AdaptiveWidth: Codable, Sendable, Equatable {
    /// As many as conflicts leave room for; `nil`: all.
    package var conflictLimit: Int?
    /// Approved work has waited too long for the gate: only when nobody works is something new begun.
    package var isGateBehind = false
    /// MiB that the machine has left, when that is too little for one more.
    package var memoryLeft: Int?

    package init() {}

    /// Conflicts that come on a landed change from which on fewer begin. Below it another worker makes a run faster by about as much as dearer; above it
    /// tasks are lost that come back too often (docs/limits.md has the figures, and those of other values).
    static let dearRate = 3.0
    /// Conflicts that come on a landed change below which more begin again.
    static let cheapRate = 1.5
    /// Changes that have to be judged before the limit moves, at least; and for each worker, because much that is judged was begun before.
    static let leastJudged = 6
    static let judgedForEach = 2
    /// As many as conflicts always leave, of so many: two fifths, for a run with fewer gets ever longer and saves little more; and two, for one is at
    /// work while the other's work is looked at.
    static func leastForConflicts(of ceiling: Int) -> Int { max(2, (2 * ceiling + 4) / 5) }
    /// Gate runs that the oldest approved change may have waited before the gate counts as behind; a half of it ends that.
    static let patience: Int64 = 8
    /// Milliseconds below which no wait counts as long.
    static let shortWait: Int64 = 60_000
    /// MiB that a further worker takes at least: its agent, and a little for what that starts.
    static let workerMemory = 600

    /// As many as may be at work when something new begins.
    package func most(of ceiling: Int) -> Int {
        if isGateBehind || memoryLeft != nil { return 1 }
        return max(1, min(ceiling, conflictLimit ?? ceiling))
    }

    /// The width after a look at the queues.
    func adapted(to run: Run, at now: Timestamp) -> AdaptiveWidth {
        var width = self
        width.conflictLimit = limit(
            for: run.conflictRate, colliding: run.collidingShare, workers: run.settings.workerCount, ceiling: run.workerCeiling)
        let half: Int64 = isGateBehind ? 2 : 1
        width.isGateBehind = run.waitsForGate(Self.patience / half, atLeast: Self.shortWait / half, at: now)
        return width
    }

    /// - Parameters:
    ///   - workers: all that there are; the limit is lifted when it comes to them.
    ///   - ceiling: as many as a person lets work. While that is what holds work back, nothing is learnt about more.
    private func limit(for rate: ConflictRate, colliding: @autoclosure () -> Double, workers: Int, ceiling: Int) -> Int? {
        let current = min(ceiling, conflictLimit ?? ceiling)
        guard rate.judged >= max(Self.leastJudged, Self.judgedForEach * current) else { return conflictLimit }
        // Work of which all is known to collide counts as if a conflict more had come on each change.
        let share = rate.perLanding + colliding()
        if share >= Self.dearRate {
            let fewer = max(Self.leastForConflicts(of: ceiling), current * 3 / 4)
            return fewer < current ? fewer : conflictLimit
        }
        guard share <= Self.cheapRate, let limit = conflictLimit, limit <= ceiling else { return conflictLimit }
        let more = limit + max(1, limit / 4)
        return more >= workers ? nil : more
    }

    /// The width after a look at the machine's memory.
    func adapted(availableMiB: Int, totalMiB: Int) -> AdaptiveWidth {
        var width = self
        let needed = max(Self.workerMemory, totalMiB / 20)
        // A small machine never has twice that.
        let enough = min(2 * needed, (needed + totalMiB) / 2)
        let isShort = availableMiB < (memoryLeft == nil ? needed : enough)
        // The number that it was short at stays, so that looking again is no change.
        width.memoryLeft = isShort ? memoryLeft ?? availableMiB : nil
        return width
    }

    /// Why fewer begin than there are, for a person; `nil` when all may.
    package func reason(of ceiling: Int) -> String? {
        if let memoryLeft { return "the machine had only \(memoryLeft) MiB of memory left" }
        if isGateBehind { return "approved work waits for the gate" }
        guard let limit = conflictLimit, limit < ceiling else { return nil }
        return "more would mostly conflict"
    }
}

/// How often work conflicts, since the number of workers last changed. Old experience fades.
package struct ConflictRate: Codable, Sendable, Equatable {
    package private(set) var landed = 0
    /// Changes that came back because they did not merge, or because the gate failed on them together with what had landed meanwhile.
    package private(set) var struck = 0

    private static let memory = 128

    package init() {}

    package var judged: Int { landed + struck }
    /// Conflicts for each change that landed.
    package var perLanding: Double { Double(struck) / Double(max(1, landed)) }

    mutating func note(isStruck: Bool) {
        if isStruck { struck += 1 } else { landed += 1 }
        guard judged >= Self.memory else { return }
        landed /= 2
        struck /= 2
    }
}

extension Decider {
    /// Notes it when fewer or more workers are to begin than before.
    mutating func adaptWidth() {
        guard run.settings.isWidthAdaptive, run.settings.branches == nil else { return }
        change(run.width.adapted(to: run, at: now))
    }

    mutating func sawMemory(availableMiB: Int, totalMiB: Int) {
        guard run.settings.isWidthAdaptive, case .working = run.phase else { return }
        change(run.width.adapted(availableMiB: availableMiB, totalMiB: totalMiB))
    }

    private mutating func change(_ width: AdaptiveWidth) {
        if width != run.width { emit(.widthChanged(width)) }
    }
}

extension Run {
    /// Workers at once at most: those that the run began with, or as many as a person has set.
    package var workerCeiling: Int { min(settings.workerCount, live.workers ?? .max) }

    /// Workers that may be at work when something new begins.
    package var workersAtOnce: Int { settings.isWidthAdaptive ? width.most(of: workerCeiling) : workerCeiling }

    /// Workers that have something in hand.
    package var busyWorkers: Int {
        let commitments = ceilingCommitments
        return agents.values.count { $0.role.writesCode && isBusy($0, commitments) }
    }

    /// What turns under way hold of the budgets; `nil` where there is no ceiling, so that nobody asks.
    var ceilingCommitments: Commitments? { settings.limits.hasCeilings ? Commitments(of: self) : nil }

    /// Whether a worker is at work, or will be: what there is no money for, or whose team has given up, stands in nobody's way.
    func isBusy(_ worker: Agent, _ commitments: Commitments?) -> Bool {
        if worker.activeTurn != nil { return true }
        guard tasks.hasAssigned(worker.id) else { return false }
        return tasks.open(of: worker.id).contains { task in
            guard task.state == .assigned, !task.awaitsAnswer, let next = task.next, !hasGivenUp(task) else { return false }
            return funds(for: next.brief, of: worker, commitments).refusal == nil
        }
    }

    /// The part of the branches under way that is known to collide with another, from 0 to 1.
    var collidingShare: Double {
        guard !forecast.collisions.isEmpty else { return 0 }
        let open = tasks.withOpenBranch
        guard open.count >= 4 else { return 0 }
        let colliding = Set(forecast.collisions.map(\.task))
        return Double(open.count { colliding.contains($0.id) }) / Double(open.count)
    }

    /// Whether an approved change has waited for so many runs of the gate. What waits for origin, and time without an engine, are not the gate's.
    /// A minute of quick gates is no long wait, either; what is behind is so until half of both.
    func waitsForGate(_ gates: Int64, atLeast least: Int64, at now: Timestamp) -> Bool {
        guard verifyCommand != nil, merges.meanGate > 0 else { return false }
        let patience = max(least, gates * merges.meanGate)
        var publishing: Set<MergeTarget> = []
        for candidate in queue { if case .publishing = candidate.state { publishing.insert(candidate.target) } }
        return queue.contains { candidate in
            guard case .task = candidate.kind, !publishing.contains(candidate.target) else { return false }
            return now.milliseconds(since: max(candidate.readyAt, clock.resumedAt)) > patience
        }
    }

    /// Why no more workers are at work, or may be, for a person; `nil` when all are.
    package func whyNotWider(at now: Timestamp) -> String? {
        guard case .working = phase, suspension == nil else { return nil }
        let ceiling = whyNotAllMayWork
        let workers = agents.values.filter(\.role.writesCode)
        guard workers.count(where: { $0.activeTurn != nil }) < settings.workerCount else { return ceiling }
        let busy = busyWorkers
        if let ceiling, workerRoom <= 0 { return ceiling }
        // Who has a task and waits for a credential counts as busy, and has a reason of its own.
        let loads = credentialLoads
        for worker in workers.sorted(by: { $0.id < $1.id }) where worker.activeTurn == nil {
            guard let pending = pendingTask(of: worker.id)?.next, pending.question == nil else { continue }
            if let reason = whyNoCredential(for: pending, of: worker, loads: loads, at: now) ?? whyNoFunds(pending.brief, of: worker) {
                return reason
            }
        }
        guard busy < settings.workerCount else { return ceiling }
        let ready = teams.values.filter { team in !tasks.ready(of: team.id).isEmpty && !hasGivenUp(team.id) }
        if ready.isEmpty { return "no further task can begin yet" }
        // Whoever works takes nothing further; of the others it is asked why they do not.
        let idle = ready.flatMap(\.members).filter { agents[$0]?.activeTurn == nil && !tasks.hasAssigned($0) }
        return !idle.isEmpty && idle.allSatisfy(hasFullHands) ? Self.fullHands : ceiling
    }

    /// Why fewer workers than the run has may begin something new.
    private var whyNotAllMayWork: String? {
        if settings.isWidthAdaptive, let reason = width.reason(of: workerCeiling) { return reason }
        return live.workers.flatMap { $0 < settings.workerCount ? "\($0) may work at once, as a person has set" : nil }
    }

    /// Whether a worker has nothing to do and takes nothing either, because so much of what it did has yet to land.
    func hasFullHands(_ worker: AgentID) -> Bool {
        agents[worker]?.activeTurn == nil && !tasks.hasAssigned(worker) && !tasks.isFree(worker, having: Run.openTasksPerWorker)
    }

    /// What is said of workers with full hands.
    static let fullHands = "each worker has \(openTasksPerWorker + 1) changes in review or in the queue"

    private func hasGivenUp(_ team: TeamID) -> Bool { if case .stuck = teams[team]?.stage { true } else { false } }
}
