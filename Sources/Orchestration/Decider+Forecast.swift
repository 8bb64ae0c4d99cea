extension Decider {
    /// Has branches tried against each other when one of them, or their target, has changed. One round at a time, and never before a merge: so a
    /// burst of changes makes one round, and nothing waits for it.
    mutating func foresee() {
        guard case .working = run.phase, run.settings.branches == nil else { return }
        let isBusy = steps.values.contains { pending in
            switch pending.effect {
            case .forecast: true
            case .merge, .publish: pending.delayedUntil == nil
            case .prepareBase, .runTurn, .say, .gate, .quickGate, .baseline, .conclude, .awaitRoom: false
            }
        }
        guard !isBusy, TrialOrder.isDue(in: run) else { return }
        intend(.forecast)
    }

    /// A round has ended. Who is at work and behind is told at once what is new: the earlier it knows, the less of its work meets the other's.
    mutating func take(_ report: TrialReport) {
        let known = run.forecast.collisions
        emit(.collisionsForeseen(report))
        let new = report.collisions.filter { collision in !known.contains { $0.isBetween(collision.task, collision.other) } }
        // Either of the two may be behind by now.
        for task in Set(new.flatMap { [$0.task, $0.other].compactMap(\.self) }).sorted() where run.listeningTurn(at: task) != nil {
            let partners = Set(new.filter { $0.isAbout(task) }.map { $0.partner(of: task) })
            warn(task, of: run.warnings(for: task).filter { $0.kind != .claim && partners.contains($0.other) })
        }
    }

    /// Work has come home. Workers of its team who are at what it has changed, and whose own branches nobody can try yet, are told at once.
    ///
    /// - Parameter known: what was known to be changed before.
    mutating func warnOfClaims(changedBy id: TaskID, since known: ChangedFiles?) {
        guard let task = run.tasks[id], task.holdsFiles, let team = run.teams[task.team], task.changes != known else { return }
        for member in team.members {
            guard let turn = run.listeningTurn(of: member), let other = run.turns[turn]?.task, other != id,
                let reader = run.tasks[other], !reader.hasOpenBranch, let warning = run.claimWarning(of: reader, by: task, beside: known)
            else { continue }
            warn(other, of: [warning])
        }
    }

    /// One hint waits at a time; what comes meanwhile is in the next prompt.
    private mutating func warn(_ task: TaskID, of warnings: [CollisionWarning]) {
        guard !warnings.isEmpty, let turn = run.listeningTurn(at: task),
            !run.messages.values.contains(where: { $0.turn == turn && $0.hint != nil })
        else { return }
        let target = run.tasks[task].map { run.label(of: run.target(of: $0.team)) } ?? run.settings.targetBranch
        say(
            CollisionWarning.words(to: task, warnings, target: target), to: turn, from: .cco, interrupts: false,
            hint: warnings.map(\.words).joined(separator: "; "))
    }

    /// A forecast that cannot be made is given up until something changes: nobody waits for it, and no person is called.
    mutating func giveUpForecast(_ id: EffectID, _ reason: String) {
        emit(.effectDone(id))
        emit(.collisionsForeseen(TrialOrder(run).report([], failure: reason)))
    }

    /// Nobody needs to know any more what will collide.
    mutating func dropForecast() {
        for (id, pending) in steps.sorted(by: { $0.key < $1.key }) where pending.effect == .forecast { emit(.effectDropped(id)) }
    }

    /// Notes which tasks are passed over, so that it is seen and has an end.
    mutating func noteHolds(of team: TeamID, _ touched: TouchedPaths) {
        var noted = 0
        for entry in run.tasks.readyEntries(of: team).sorted(by: { $0.task.id < $1.task.id }) where noted < Decider.mostHolds {
            let held = entry.task.held
            guard !run.hasWaitedOut(held, at: now), let touch = touched.touch(of: entry.task.paths), held?.by != touch.task else {
                continue
            }
            emit(.taskHeld(entry.task.id, by: touch.task, path: touch.path))
            noted += 1
        }
    }

    /// Holds that one decision notes.
    private static let mostHolds = 50
}
