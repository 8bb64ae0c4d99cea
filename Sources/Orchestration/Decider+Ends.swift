extension Decider {
    /// Ends the run when its time or its money is used up.
    mutating func checkLimits() {
        if run.worked(at: now) >= Int64(run.settings.maxRunMinutes) * 60_000 {
            end(.timeOver)
        } else {
            checkBudget()
            checkRunaway()
        }
    }

    /// No new work from here on. What is approved is still integrated.
    mutating func end(_ reason: EndReason) {
        guard case .working = run.phase else { return }
        emit(.finishing(reason))
        stopTurns(.runEnding)
        closeKeptMessages()
        closeQuestions()
        dropForecast()
    }

    /// The steps of an ending run, each once the one before has come to rest: turns, task queues, deliveries, `TEAM_STRUCTURE.md`, the report.
    mutating func finishUp(_ reason: EndReason) {
        guard run.turns.isEmpty, run.queue.isEmpty, run.effects.isEmpty else { return }
        leaveUndelivered()
        let undelivered =
            run.settings.approve == .promotion ? [] : run.teams.values.filter { $0.undelivered && !run.finalDeliveries.contains($0.id) }
        for team in undelivered.map(\.id).sorted() where !run.isFlat { queueDelivery(team) }
        guard run.queue.isEmpty else { return advanceQueues() }
        if !run.upkeepTried, run.settings.branches == nil, let base = run.base, base.head != run.startedFrom {
            queue(.upkeep, for: .base, head: base.head)
            return advanceQueues()
        }
        intend(.conclude)
    }
}
