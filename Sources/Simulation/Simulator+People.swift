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
        }
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
        note("people", "the configuration changes: \(settings.line)")
    }
}
