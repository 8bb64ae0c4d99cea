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
