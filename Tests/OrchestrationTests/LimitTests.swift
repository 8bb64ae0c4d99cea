import Simulation
import Testing

@testable import Orchestration

@Suite("Limits of credentials")
struct LimitTests {
    private func starts(_ scenario: Scenario) -> [(turn: Turn, time: Timestamp)] {
        scenario.journal.compactMap { record in if case .turnStarted(let turn) = record.event { (turn, record.time) } else { nil } }
    }

    private func slowdowns(_ scenario: Scenario) -> Int {
        scenario.journal.count { if case .credentialSlowed = $0.event { true } else { false } }
    }

    private func used(_ share: Double, until minutes: Int, at now: Timestamp) -> CredentialSignal {
        .used([
            UsageWindow(name: "five_hour", utilization: share, resetsAt: Timestamp.begin.advanced(byMinutes: minutes), seenAt: now)
        ])
    }

    @Test("a throttled turn goes on, its many retries are few facts, and new turns on the credential come one by one until it is over")
    func throttled() throws {
        let scenario = try Scenario(.sample(workers: 8, groupSize: 8, minutes: 6000))
        scenario.hooks.plan = { _, _ in (1...16).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 8 }
        // Just before they end, so that it is still in force when others begin.
        scenario.now = scenario.now.advanced(bySeconds: 280)
        let running = scenario.run.turns.keys.sorted()
        for turn in running {
            for _ in 0..<10 { try scenario.feed(.credentialSignal(turn, .slowed(.rateLimit))) }
        }
        #expect(slowdowns(scenario) == 1, "one fact for \(running.count) turns with ten retries each")
        #expect(Set(scenario.run.turns.keys) == Set(running), "a throttled turn goes on")
        #expect(scenario.run.credentials[0].throttle?.width(at: scenario.now) == 4)
        let began = scenario.now
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        let throttle = try #require(scenario.run.credentials[0].throttle)
        let later = starts(scenario).filter { $0.time > began && $0.time < began.advanced(bySeconds: 60) }
        #expect(later.count >= 2)
        #expect(throttle.since == began)
        for (first, second) in zip(later, later.dropFirst()) {
            #expect(second.time.milliseconds(since: first.time) >= Throttle.spacing)
        }
    }

    @Test("a throttle alone never moves work to a later tier; a used-up window does")
    func throttleKeepsTier() throws {
        let scenario = try Scenario(.sample(workers: 4, minutes: 6000, credentials: [.slot("oauth"), .slot("key-1", tier: 1)]))
        scenario.hooks.plan = { _, _ in (1...8).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 4 }
        scenario.now = scenario.now.advanced(bySeconds: 290)
        try scenario.feed(.credentialSignal(scenario.run.turns.keys.sorted()[0], .slowed(.overloaded)))
        try scenario.playOut()
        #expect(Set(starts(scenario).map(\.turn.credential.name)) == ["oauth"])
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("where a key carries few turns, what was planned first begins first, and what has had no turn yet can be put before it")
    func planOrder() throws {
        let scenario = try Scenario(.sample(workers: 6, groupSize: 6, minutes: 6000, credentials: [.slot("key-1", most: 2)]))
        scenario.hooks.plan = { _, _ in (1...12).map { .draft("step-\($0)") } }
        try scenario.start()
        func begun() -> [Int] {
            starts(scenario).compactMap { if case .work(let task) = $0.turn.brief { Int(task.name.dropFirst(5)) } else { nil } }
        }
        try scenario.play { _ in begun().count == 2 }
        #expect(scenario.run.tasks[ID("task-6")]?.state == .assigned && begun() == [1, 2])
        try scenario.feed(.ordered(Order(id: "o-1", by: "Ada", wish: .prioritiseTask(ID("task-6")))))
        #expect(scenario.run.orders.count == 1)
        try scenario.playOut()
        #expect(begun() == [1, 2, 6, 3, 4, 5] + Array(7...12))
    }

    @Test("an outage slows the credential down as well, so that not everybody asks again at once")
    func outage() throws {
        let scenario = try Scenario(.sample(workers: 4, minutes: 6000))
        var failures = 0
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil, failures < 6 else { return nil }
            failures += 1
            return .broken(.provider("503"))
        }
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect((1...3).contains(slowdowns(scenario)))
    }

    @Test("several turns that meet the same exhaustion count once, and a later reset of the same moment is believed")
    func sameMoment() throws {
        let scenario = try Scenario(.sample(workers: 4, minutes: 6000, credentials: [.slot("key-1")]))
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 4 }
        let first = Timestamp.begin.advanced(byMinutes: 100)
        for turn in scenario.run.turns.keys.sorted() {
            try scenario.feed(.credentialSignal(turn, .failed(.exhausted(resetsAt: first, message: "5-hour limit"))))
        }
        #expect(scenario.run.credentials[0].faults == 1)
        let turn = scenario.run.turns.keys.sorted()[0]
        let later = Timestamp.begin.advanced(byMinutes: 200)
        try scenario.feed(.credentialSignal(turn, .failed(.exhausted(resetsAt: later, message: "weekly limit"))))
        try scenario.feed(.credentialSignal(turn, .failed(.exhausted(resetsAt: nil, message: "429"))))
        #expect(scenario.run.credentials[0].benchedUntil == later)
        #expect(scenario.run.credentials[0].benchReason == "weekly limit")
    }

    @Test("a refusal that was read only after its window had begun anew is old news; one of a turn that began since is not")
    func oldRefusal() throws {
        let scenario = try Scenario(.sample(workers: 2, minutes: 6000, credentials: [.slot("key-1")]))
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 2 }
        let turns = scenario.run.turns.values.filter { $0.role == .worker }.map(\.id).sorted()
        let reset = scenario.now.advanced(bySeconds: 40)
        let fault = CredentialSignal.failed(.exhausted(resetsAt: reset, message: "5-hour limit"))
        scenario.now = scenario.now.advanced(bySeconds: 1)
        try scenario.feed(.credentialSignal(turns[0], fault))
        #expect(scenario.run.credentials[0].benchedUntil == reset)
        scenario.now = reset.advanced(bySeconds: 5)
        try scenario.feed(.credentialSignal(turns[1], fault))
        #expect(scenario.run.credentials[0].benchedUntil == reset && scenario.run.credentials[0].faults == 1)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("who waits for a credential learns when it opens, not when something else about it changes")
    func opening() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 6000, credentials: [.slot("key-1")]))
        try scenario.start()
        try scenario.play { !$0.turns.isEmpty && $0.turns.values.allSatisfy { $0.role == .worker } }
        let turn = try #require(scenario.run.turns.values.first?.id)
        try scenario.feed(.credentialSignal(turn, .slowed(.rateLimit)))
        scenario.hooks.turn = { _, _ in .broken(.credential(.exhausted(resetsAt: nil, message: "429"))) }
        try scenario.play { $0.turns.isEmpty && $0.credentials[0].benchedUntil != nil }
        var run = scenario.run
        let opens = scenario.now.advanced(byMinutes: 14)
        run.credentials[0].benchedUntil = opens
        run.credentials[0].lastStart = scenario.now
        #expect(run.credentials[0].throttle?.width(at: scenario.now) != nil)
        let waiting = try #require(RunStatus(run: run, at: scenario.now).waiting)
        #expect(waiting.until == Moment(opens), "\(waiting)")
    }

    @Test("a key carries no more turns than configured, one place is kept for integration, and the rest goes to the next")
    func concurrency() throws {
        let slots: [CredentialSlot] = [.slot("small", most: 3), .slot("large", tier: 1)]
        let scenario = try Scenario(.sample(workers: 6, groupSize: 6, credentials: slots))
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 6 }
        let carried = scenario.run.turns.values.filter { $0.credential == ID("small") }
        #expect(carried.count { $0.role == .worker } == 2, "the third place is the lead's")
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        let reviews = starts(scenario).filter { if case .review = $0.turn.brief { true } else { false } }
        #expect(!reviews.isEmpty && reviews.allSatisfy { $0.turn.credential == ID("small") })
    }

    @Test("a key's turns may cost what is left of its budget; when that is spent another key carries its sessions on")
    func budget() throws {
        let slots: [CredentialSlot] = [.slot("cheap", budget: 3), .slot("other", tier: 1)]
        let scenario = try Scenario(.sample(workers: 1, credentials: slots))
        var isFirst = true
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil, isFirst else { return nil }
            isFirst = false
            var outcome = TurnOutcome.broken(.overBudget)
            outcome.account.turnCostUsd = 5
            return outcome
        }
        try scenario.start()
        try scenario.playOut()
        let turns = starts(scenario).map(\.turn)
        #expect(turns[0].budgetUsd.map { abs($0 - 1.35) < 1e-9 } == true, "a half, for two are idle, less a tenth")
        let work = turns.filter { $0.task == ID("task-1") }
        #expect(work.prefix(2).map(\.credential.name) == ["cheap", "other"])
        #expect(work[0].session == work[1].session && work[1].resumes && work[1].carriesOn)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks[ID("task-1")]?.attempts == 1)
    }

    @Test("turns side by side on a key cannot cost more than it may; who finds too little left goes to another key")
    func budgetSideBySide() throws {
        let slots: [CredentialSlot] = [.slot("cheap", budget: 3), .slot("other", tier: 1)]
        let scenario = try Scenario(.sample(workers: 8, groupSize: 8, credentials: slots))
        scenario.hooks.plan = { _, _ in (1...24).map { .draft("step-\($0)") } }
        try scenario.start()
        var most = 0
        try scenario.play { run in
            let key = run.credentials[0]
            let running = run.turns.values.filter { $0.credential == key.id }
            most = max(most, running.count)
            #expect(key.costUsd + running.reduce(0) { $0 + ($1.budgetUsd ?? .infinity) } <= 3.25, "one turn may pass it")
            return run.isEnded
        }
        #expect(scenario.run.phase == .ended(.complete))
        #expect(most > 1)
        #expect(starts(scenario).contains { $0.turn.credential == ID("other") })
    }

    @Test("who plans more is kept from the rest of a window like work, and decisions are not")
    func plansAndReserve() {
        var credential = Credential(slot: .slot("oauth"))
        let reset = Timestamp.begin.advanced(byMinutes: 60)
        credential.windows = [UsageWindow(name: "five_hour", utilization: 0.98, resetsAt: reset, seenAt: .begin)]
        func isHeld(_ brief: Brief) -> Bool {
            credential.obstacle(to: Need(Demand(brief, isBegun: true)), load: CredentialLoad(), at: .begin) != nil
        }
        #expect(isHeld(.planTasks) && isHeld(.planGoals) && isHeld(.fixPlan(problems: [])))
        #expect(!isHeld(.decide) && !isHeld(.assess) && !isHeld(.review([])))
    }

    @Test(
        "only conversations that begin while a window runs short may have another model; workers that wait for a credential have a reason")
    func scarcity() throws {
        let slots: [CredentialSlot] = [.slot("oauth", most: 3)]
        let scenario = try Scenario(.sample(workers: 3, groupSize: 3, minutes: 6000, credentials: slots).with { $0.models = ModelChoice() })
        scenario.hooks.plan = { _, _ in (1...6).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 2 }
        #expect(
            scenario.run.whyNotWider(at: scenario.now)?.contains("oauth keeps the last of its 3 places for reviews and integration") == true
        )
        #expect(starts(scenario).allSatisfy { $0.turn.isScarce == nil })
        try scenario.feed(.credentialSignal(scenario.run.turns.keys.sorted()[0], used(0.85, until: 5000, at: scenario.now)))
        let before = starts(scenario).count
        try scenario.playOut()
        let later = starts(scenario).dropFirst(before).map(\.turn)
        let scarce = try #require(later.first { $0.isScarce == true })
        #expect(
            scenario.run.whyModel(of: scarce)?.contains("ran short") == true && scenario.run.whyModel(of: starts(scenario)[0].turn) == nil)
        #expect(later.contains { $0.isScarce == true } && later.allSatisfy { $0.resumes || $0.isScarce == true })
        // Another model knows nothing of what the provider has in its cache.
        let conversations = Dictionary(grouping: starts(scenario).map(\.turn), by: \.session).values
        #expect(conversations.allSatisfy { Set($0.map(\.isScarce)).count == 1 })
    }

    @Test("a conversation that begins goes to a credential on which it has its usual model; an earlier one stays where it was")
    func usualModelFirst() throws {
        let scenario = try Scenario(.sample(workers: 1, credentials: [.slot("short"), .slot("free"), .slot("later", tier: 1)]))
        try scenario.start()
        var run = scenario.run
        run.credentials[0].windows = [
            UsageWindow(name: "five_hour", utilization: 0.85, resetsAt: scenario.now.advanced(byMinutes: 60), seenAt: scenario.now)
        ]
        var session = Session(id: "s")
        session.credential = ID("short")
        func choice(_ need: Need) -> String? { run.credential(for: session, need, loads: [:], at: scenario.now)?.name }
        #expect(choice(Need(.integration, model: "opus", spare: .init(model: "sonnet"))) == "free")
        #expect(choice(Need(.integration, model: "opus")) == "short")
        run.credentials[1].benchedUntil = scenario.now.advanced(byMinutes: 60)
        // Not at the price of a later tier.
        #expect(choice(Need(.integration, model: "opus", spare: .init(model: "sonnet"))) == "short")
    }

    @Test("with every key's budget spent the run stands still and says so; more budget lets it go on")
    func allSpent() throws {
        let settings = RunSettings.sample(workers: 1, credentials: [.slot("key-1", budget: 0.000_001)])
        let scenario = try Scenario(settings)
        scenario.hooks.turn = { _, _ in
            var outcome = TurnOutcome.broken(.silent)
            outcome.account.turnCostUsd = 1
            return outcome
        }
        try scenario.start()
        try scenario.play { $0.suspension != nil }
        #expect(scenario.run.suspension?.contains("key-1: its maxBudgetUsd is used up") == true)
        scenario.hooks.turn = nil
        try scenario.crash(settings: settings.with { $0.credentials = [.slot("key-1", budget: 1000)] })
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a window that fills up stops new tasks first, then work, and never integration; it all goes on when the window begins anew")
    func prevention() throws {
        let scenario = try Scenario(.sample(workers: 2, minutes: 6000))
        scenario.hooks.plan = { _, _ in (1...6).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 2 }
        let turn = scenario.run.turns.keys.sorted()[0]
        for share in [0.3, 0.31, 0.32, 0.92, 0.91, 0.92] {
            try scenario.feed(.credentialSignal(turn, used(share, until: 900, at: scenario.now)))
        }
        #expect(scenario.journal.count { if case .credentialUsed = $0.event { true } else { false } } == 2, "few facts")
        let before = scenario.run.counters.turns
        try scenario.play { $0.turns.isEmpty && $0.queue.isEmpty && $0.effects.isEmpty }
        let after = starts(scenario).map(\.turn).dropFirst(before)
        #expect(!after.isEmpty && after.allSatisfy { if case .work = $0.brief { false } else { true } }, "reviews went on, no task began")
        #expect(scenario.run.tasks.values.contains { $0.state.word == "landed" })
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(status.waiting?.reason.contains("kept for work that is under way") == true)
        #expect(status.credentials[0].why?.contains("five_hour is 92 % used") == true)
        #expect(scenario.run.nextDeadline(after: scenario.now) == Timestamp.begin.advanced(byMinutes: 900))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("new tasks go to the next tier while a login is kept for what is under way")
    func reserveAndTier() throws {
        let scenario = try Scenario(.sample(workers: 2, minutes: 6000, credentials: [.slot("oauth"), .slot("key-1", tier: 1)]))
        try scenario.start()
        try scenario.play { !$0.turns.isEmpty }
        try scenario.feed(.credentialSignal(scenario.run.turns.keys.sorted()[0], used(0.95, until: 5000, at: scenario.now)))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        for (turn, _) in starts(scenario) {
            if case .work = turn.brief {
                #expect(turn.credential == ID("key-1"))
            } else if turn.task == nil {
                #expect(turn.credential == ID("oauth"))
            }
        }
    }

    @Test("the limits' state survives an engine's death")
    func crash() throws {
        let scenario = try Scenario(.sample(workers: 4, minutes: 6000))
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 4 }
        let turn = scenario.run.turns.keys.sorted()[0]
        try scenario.feed(.credentialSignal(turn, .slowed(.rateLimit)))
        try scenario.feed(.credentialSignal(turn, used(0.91, until: 900, at: scenario.now)))
        let before = scenario.run.credentials
        try scenario.crash(down: 1000)
        #expect(scenario.run.credentials == before)
        try scenario.crash(down: 1000)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a clock that is set back while no engine works makes no pause longer than the longest")
    func pauseAndClock() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 6000))
        var isDown = true
        scenario.hooks.turn = { turn, _ in turn.task != nil && isDown ? .broken(.provider("503")) : nil }
        try scenario.start()
        try scenario.play { run in run.tasks.values.contains { $0.next?.outages == 4 } }
        isDown = false
        let set = -60_000 * 60 * 24 * 30
        try scenario.crash(down: Int64(set))
        let pauses = scenario.run.tasks.values.compactMap { $0.next?.notBefore }
        #expect(pauses == [scenario.now.advanced(byMilliseconds: Run.longestPause)] || pauses.isEmpty)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("what a stale turn says of a credential is ignored")
    func stale() throws {
        let scenario = try Scenario(.sample(workers: 1))
        try scenario.start()
        try scenario.play { !$0.turns.isEmpty }
        #expect(try scenario.feed(.credentialSignal(ID("turn-999"), .failed(.refused(message: "401")))).isEmpty)
    }
}
