import Orchestration

/// What people do: pause, resume, change the configuration, push to the same branch, give up.
extension Simulator {
    /// What happens from outside while the run goes on.
    func disturb() throws {
        guard let run = engine?.run, !run.isEnded else { return }
        if strikes(.personPauses) != nil {
            try submit(.suspend("cco pause"))
        } else if run.phase != .preparing, strikes(.outsidePush) != nil {
            git.pushFromOutside(newDirection: strikes(.directionChanges) != nil)
            if strikes(.outsideBug) != nil { git.addNewestOutsideDefect() }
            note("people", "somebody pushes")
        } else if case .working = run.phase, let wish = wish(run) {
            orders += 1
            try give(Order(id: "order-\(orders)", by: "Ada", wish: wish))
        }
    }

    /// Gives an order, now and then a second time, as one does who has heard no answer.
    private func give(_ order: Order) throws {
        guard let run = engine?.run, run.objection(to: order) == nil else { return }
        note("people", "an order: \(order.wish)")
        try submit(.ordered(order))
        guard let engine, !engine.hasJournalFault else { return }
        guard engine.run.orders[order.id] != nil else { throw Violation(.staleIsIgnored, "\(order.id) was not objected to and not taken") }
        guard strikes(.personRepeats) != nil else { return }
        let expected = Decider.decide(engine.run, .clock, at: now).events
        let events = Decider.decide(engine.run, .ordered(order), at: now).events
        guard events == expected else {
            throw Violation(.staleIsIgnored, "\(order.id) is given again and does something: \(events.prefix(3))")
        }
    }

    /// What a person wants now, if anything.
    private func wish(_ run: Run) -> Order.Wish? {
        func any<Element>(_ elements: [Element], _ random: inout SeededRandom) -> Element? {
            elements.isEmpty ? nil : elements[random.pick(0...elements.count - 1)]
        }
        if var random = strikes(.personTells), let agent = any(run.agents.keys.sorted(), &random) {
            return .tell(agent, "Mind the tests.", interrupts: random.happens(0.3))
        }
        if var random = strikes(.personCancels), let task = any(run.tasks.keys.sorted(), &random) {
            return .cancelTask(task, reason: nil)
        }
        if var random = strikes(.personRetries), let task = any(run.tasks.keys.sorted(), &random) { return .retryTask(task) }
        if var random = strikes(.personPrioritises), let task = any(run.tasks.keys.sorted(), &random) { return .prioritiseTask(task) }
        if var random = strikes(.personRestarts), let agent = any(run.agents.keys.sorted(), &random) { return .restartAgent(agent) }
        if var random = strikes(.personAdds), let team = any(run.teams.keys.sorted(), &random) {
            let draft = TaskDraft(
                key: "added", title: "Do more", description: "Do it.", acceptance: "it is done", paths: ["added-\(orders)/"])
            return .addTask(draft, team: team)
        }
        if let wish = reply(run) { return wish }
        if var random = strikes(.personSets) {
            switch random.pick(0...2) {
            case 0: return .set(.workers(random.pick(1...run.settings.workerCount)))
            case 1: return .set(.duration(minutes: run.settings.maxRunMinutes + random.pick(-10...10)))
            default: return .set(.budget(random.happens(0.5) ? nil : run.ledger.total.costUsd + Double(random.pick(1...20))))
            }
        }
        return nil
    }

    /// What a person says to what they are asked; many say nothing.
    private func reply(_ run: Run) -> Order.Wish? {
        if let question = run.questions.open.first(where: { !$0.isApproval }), strikes(.personAnswers) != nil {
            return .answer(question.id, "1")
        }
        guard let approval = run.questions.open.first(where: \.isApproval) else { return nil }
        if strikes(.personRejects) != nil { return .reject(approval.id, reason: "It is not what we want.") }
        return strikes(.personApproves) != nil ? .approve(approval.id) : nil
    }

    /// The run stands still; somebody looks after it.
    func personComes() throws {
        guard engine == nil, !isOver else { return }
        if generations >= circumstances.patience || strikes(.personAborts) != nil { return try abandon() }
        var random = random(60, generations)
        if random.happens(0.8) { diskFullUntil = 0 }
        for slot in settings.credentials where random.happens(0.7) { provider.repair(slot.id) }
        if let missing = circumstances.settings.credentials.first(where: { slot in !settings.credentials.contains { $0.id == slot.id } }),
            random.happens(0.8)
        {
            settings.credentials.append(missing)
        }
        try startEngine()
    }

    /// A new run is begun in this one's place.
    private func abandon() throws {
        note("people", "the run is given up")
        let now = now
        let run = journal.fold()
        journal.append([.ended(.abandoned)], at: now)
        note("event", EventText(.ended(.abandoned)).line)
        guard journal.fold().isEnded else { throw Violation(.endsInTime, "\(run.id) is abandoned and has not ended") }
        isOver = true
    }

    func changeSettings(_ random: inout SeededRandom) {
        switch random.pick(0...7) {
        case 0: settings.verifyCommand = random.happens(0.5) ? "make check" : "make test"
        case 1: settings.gateSlots = random.pick(1...3)
        case 2: settings.review = settings.review == .em ? .none : .em
        case 3: settings.maxTaskAttempts = random.pick(1...3)
        case 4: settings.maxBudgetUsd = random.happens(0.5) ? nil : Double(random.pick(5...50))
        case 7:
            settings.quickVerifyCommand = [nil, "make quick", "make lint"][random.pick(0...2)]
            settings.quickVerifyTimeoutMinutes = 5
        case 5: settings.credentials.append(.slot("key-\(generations + 10)", tier: random.pick(0...1)))
        default: if settings.credentials.count > 1 { settings.credentials.removeFirst() }
        }
        // Drawn apart, so that the rest of what a seed gives does not depend on it.
        var approving = self.random(61, generations)
        if approving.happens(0.2) { settings.approve = [RunSettings.Approve.none, .plan, .promotion][approving.pick(0...2)] }
        note("people", "the configuration changes: \(settings.line)")
    }
}
