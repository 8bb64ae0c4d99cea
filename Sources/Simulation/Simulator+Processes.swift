import Orchestration

/// The process table: what runs, whoever follows it, and what ends it.
extension Simulator {
    /// Has a process end as the cause says.
    func stop(_ turn: TurnID, _ cause: StopCause) {
        if cause.letsStepFinish { holdBack(turn) } else { stop(turn) }
    }

    /// Has a process end after its present step, before it asks the model again. One that hangs in a step never gets there.
    private func holdBack(_ turn: TurnID) {
        guard let process = processes[turn], !process.isOver, !process.isHeldBack, process.endsAt != nil else { return }
        processes[turn]?.isHeldBack = true
        var random = random(57, turn.number)
        // What it has asked already is answered, and if that is a refusal, it ends with it.
        if case .failed = process.ending, random.happens(0.3) { return }
        let end = real + (process.startedAt == real ? 0 : random.milliseconds(100...90_000))
        guard processes[turn]?.endAfterStep(at: end) == true else { return }
        plan(.processEnds(turn), after: end - real)
    }

    /// Tells a process to end; some take their time.
    func stop(_ turn: TurnID) {
        engine?.stopped.insert(turn)
        guard let process = processes[turn], !process.isOver, !process.isStopping else { return }
        processes[turn]?.isStopping = true
        let grace: Int64 = strikes(.agentIgnoresStop) == nil ? 3000 : 15_000
        end(turn, at: real + grace, .terminated)
    }

    private func end(_ turn: TurnID, at time: Int64, _ ending: AgentProcess.Ending) {
        guard processes[turn]?.end(at: time, ending) == true else { return }
        plan(.processEnds(turn), after: time - real)
    }

    func processEnds(_ turn: TurnID) throws {
        guard let process = processes[turn], !process.isOver, let endsAt = process.endsAt, endsAt <= real else { return }
        close(turn)
        guard let effect = engine?.run.effects.first(where: { $0.value.effect == .runTurn(turn) })?.key,
            let carriage = engine?.inFlight[effect], case .following = carriage.stage, !carriage.isCancelled
        else { return }
        proceedToHarvest(effect)
    }

    /// The process is gone; what it did is in its worktree.
    private func close(_ turn: TurnID) {
        guard var process = processes[turn] else { return }
        process.isOver = true
        process.milliseconds = real - process.startedAt
        if process.turn.task != nil { process.head = work(of: process) }
        processes[turn] = process
        if case .failed(.credential) = process.ending {} else { sessionCosts[process.turn.session, default: 0] += process.costUsd }
        note("process", "\(turn) is over after \(process.milliseconds / 1000) s: \(String("\(process.ending)".prefix(80)))")
    }

    /// The head of the task's branch.
    private func work(of process: AgentProcess) -> Int? {
        guard let task = process.turn.task, let start = git.number(process.turn.startPoint) else { return nil }
        var random = random(54, process.turn.id.number)
        var work = process.script.work
        if case .itself = process.ending {} else if random.happens(0.5) { work = .nothing }
        switch work {
        case .nothing: return start
        case .changes(let count):
            let changes = (0..<count).map { _ in git.change(by: task.name) }
            let head = git.join([start], adding: changes)
            if process.script.breaksGate, let last = changes.last { git.addDefect(last, last) }
            return head
        case .joining(let target, let cures):
            guard let target = git.number(target) else { return start }
            let change = git.change(by: task.name)
            let head = git.join([start, target], adding: [change])
            if cures, faults.strikes(.workIsCursed) == nil { git.cure(git.commits[head].changes, by: change) }
            return head
        }
    }

    // MARK: Trouble from outside

    func strikeCredential(_ credential: CredentialID, _ span: Int64) {
        func soon(_ random: inout SeededRandom) -> Int64 { Int64(Double(span) * random.unit()) }
        if var random = strikes(.keyLimited) {
            let after = soon(&random)
            plan(
                .keyFails(credential, .limited(until: real + after + random.milliseconds(60_000...18_000_000), saysWhen: true)),
                after: after)
        }
        if var random = strikes(.keyLimitedWithoutReset) {
            let after = soon(&random)
            plan(
                .keyFails(credential, .limited(until: real + after + random.milliseconds(10_000...600_000), saysWhen: false)), after: after)
        }
        if var random = strikes(.keyThrottled) {
            // Once for each retry, as the CLI tells of each.
            var after = soon(&random)
            for _ in 0..<random.pick(1...6) {
                plan(.slowsDown(credential, random.happens(0.7) ? .rateLimit : .overloaded), after: after)
                after += random.milliseconds(500...90_000)
            }
        }
        if var random = strikes(.windowFills) {
            let until = real + random.milliseconds(600_000...18_000_000)
            var after = soon(&random)
            for share in [0.5, 0.82, 0.81, 0.93, 0.98, 1] {
                plan(.windowFills(credential, share: share, until: until), after: after)
                after += random.milliseconds(1000...1_200_000)
            }
        }
        if var random = strikes(.everyKeyLimited) {
            let after = soon(&random)
            for slot in settings.credentials {
                plan(
                    .keyFails(slot.id, .limited(until: real + after + random.milliseconds(60_000...18_000_000), saysWhen: true)),
                    after: after + random.milliseconds(0...60_000))
            }
        }
        if var random = strikes(.paidOverage) {
            let until = real + random.milliseconds(600_000...18_000_000)
            plan(.windowIsPassed(credential, until: until), after: soon(&random))
        }
        if var random = strikes(.keyRefused) { plan(.keyFails(credential, .refused), after: soon(&random)) }
        if var random = strikes(.keyUnpaid) { plan(.keyFails(credential, .unpaid), after: soon(&random)) }
        if var random = strikes(.providerOutage) {
            let after = soon(&random)
            plan(.outage(until: real + after + random.milliseconds(60_000...3_600_000)), after: after)
        }
    }

    /// Everybody who uses the credential hears of it with the next request.
    func fail(_ credential: CredentialID, _ trouble: SimulatedProvider.Trouble) {
        provider.begin(trouble, of: credential)
        failAll(on: credential)
    }

    /// Whoever runs on the credential with a model that its provider does not answer fails.
    func failAll(on credential: CredentialID) {
        for process in processes.values.filter({ !$0.isOver && $0.turn.credential == credential }).sorted(by: { $0.turn.id < $1.turn.id }) {
            guard let failure = provider.failure(of: credential, model: model(of: process.turn), at: real) else { continue }
            note("provider", "\(credential): \(failure)")
            endAll(failure) { $0.turn.id == process.turn.id }
        }
    }

    /// Every turn on the credential says the same, or every one with a model of the family.
    func tell(_ signal: CredentialSignal, of credential: CredentialID, _ family: ModelFamily? = nil) throws {
        guard let run = engine?.run, engine?.hasJournalFault == false else { return }
        let turns = run.turns.values.filter {
            $0.credential == credential && processes[$0.id]?.isOver == false && family?.has(model(of: $0)) ?? true
        }.map(\.id)
        if !turns.isEmpty { note("provider", "\(credential): \(signal)") }
        for turn in turns.sorted() { try submit(.credentialSignal(turn, signal)) }
    }

    /// The subscription's window fills up, and is used up at last.
    func fill(_ credential: CredentialID, _ share: Double, until: Int64) throws {
        guard until > real else { return }
        if share >= 1 { return fail(credential, .limited(until: until, saysWhen: true)) }
        let reset = Timestamp.begin.advanced(byMilliseconds: until)
        try tell(.used([UsageWindow(name: "five_hour", utilization: share, resetsAt: reset, seenAt: now)]), of: credential)
    }

    /// The subscription's window is used up and goes on for extra money: no request fails, and each answer says so.
    func goBeyond(_ credential: CredentialID, until: Int64) throws {
        guard until > real else { return }
        provider.begin(.beyond(until: until), of: credential)
        note("provider", "\(credential) goes on for extra money")
        try tellOverage(of: credential)
    }

    /// Whoever has an answer of such a credential says that its window is full.
    func tellOverage(of credential: CredentialID) throws {
        guard let until = provider.overage(of: credential, at: real) else { return }
        let reset = Timestamp.begin.advanced(byMilliseconds: until)
        try tell(.used([UsageWindow(name: "five_hour", utilization: 1, resetsAt: reset, seenAt: now)]), of: credential)
    }

    /// What begins on a credential of which the engine knows that it costs extra money is what was under way before: no task, and no plan of more.
    func checkOverage(of turn: Turn) throws {
        // Nothing can be said of the order of a turn and a signal between which the clock was set back.
        guard turn.startedAt <= now, provider.overage(of: turn.credential, at: real) != nil, let run = engine?.run,
            let key = run.credentials.first(where: { $0.id == turn.credential }),
            key.windows.contains(where: { $0.utilization >= 1 && $0.until > now && $0.seenAt < turn.startedAt })
        else { return }
        switch turn.brief {
        case .work, .planGoals, .planTasks, .fixPlan:
            throw Violation(.overageFinishes, "\(turn.id) of \(turn.agent) begins on \(turn.credential), which costs extra money")
        case .rework, .resolveConflict, .fixGate, .fixQuickGate, .finish, .proceed, .review, .assess, .decide: return
        }
    }

    func failEverybody(until: Int64) {
        provider.beginOutage(until: until)
        note("provider", "an outage")
        endAll(.provider("overloaded")) { _ in true }
    }

    private func endAll(_ failure: TurnEnd, where isMeant: (AgentProcess) -> Bool) {
        for process in processes.values.filter({ !$0.isOver && isMeant($0) }).sorted(by: { $0.turn.id < $1.turn.id }) {
            var random = random(55, process.turn.id.number)
            end(process.turn.id, at: real + random.milliseconds(1000...90_000), .failed(failure))
        }
    }

    /// The machine goes down with every process.
    func reboot() {
        note("machine", "it goes down")
        for process in processes.values.filter({ !$0.isOver }).sorted(by: { $0.turn.id < $1.turn.id }) {
            _ = processes[process.turn.id]?.end(at: real, .lost)
            close(process.turn.id)
        }
    }
}
