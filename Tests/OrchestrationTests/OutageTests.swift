import Simulation
import Testing

@testable import Orchestration

/// Pauses of which no provider has named the end.
@Suite("Outages and the run's time")
struct OutageTests {
    private static let minute: Int64 = 60_000

    /// A run whose provider answers nobody for some minutes, with turns that find out after `tries` minutes.
    private func run(
        workers: Int = 4, tasks: Int = 8, limit: Int = 180, tries: Int64 = 3, outages: [ClosedRange<Int>],
        with end: TurnEnd = .provider("529")
    ) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers, minutes: limit, credentials: [.slot("key-1")]))
        scenario.hooks.plan = { _, run in run.tasks.isEmpty ? (1...tasks).map { .draft("step-\($0)") } : [] }
        let isDown: (Timestamp) -> Bool = { now in
            let minute = Int(now.milliseconds(since: .begin) / Self.minute)
            return outages.contains { $0.contains(minute) }
        }
        // Found out when it ends; one that is in vain has begun in the outage, too.
        scenario.hooks.turn = { [unowned scenario] turn, _ in isDown(scenario.now) && isDown(turn.startedAt) ? .broken(end) : nil }
        scenario.hooks.duration = { [unowned scenario] effect, _ in
            if case .runTurn = effect, isDown(scenario.now) { tries * Self.minute } else { effect.usualDuration }
        }
        try scenario.start()
        return scenario
    }

    /// Plays until so many minutes have passed since the begin.
    private func play(_ scenario: Scenario, until minutes: Int) throws {
        let end = Timestamp.begin.advanced(byMinutes: minutes)
        func next() -> Timestamp? {
            (scenario.jobs.map(\.due) + (scenario.run.nextDeadline(after: scenario.now).map { [$0] } ?? [])).min()
        }
        while let time = next(), time < end, try scenario.step() {}
        scenario.now = max(scenario.now, end)
    }

    private func finishedAt(_ scenario: Scenario) -> Timestamp? {
        scenario.journal.first { if case .finishing = $0.event { true } else { false } }?.time
    }

    @Test("a night in which the provider answers nobody takes next to nothing of the run's time, whatever it answers instead")
    func overnight() throws {
        for end: TurnEnd in [.provider("529"), .credential(.exhausted(resetsAt: nil, message: "429"))] {
            let scenario = try run(outages: [20...620], with: end)
            try play(scenario, until: 20)
            let before = scenario.run.worked(at: scenario.now)
            #expect(before == 20 * Self.minute)
            try play(scenario, until: 620)
            // What was under way when it began, and the last try.
            #expect(scenario.run.worked(at: scenario.now) - before <= 10 * Self.minute, "\(end)")
            try scenario.playOut()
            #expect(scenario.run.phase == .ended(.complete))
        }
    }

    @Test("the run's views say that it rests, until when and why")
    func views() throws {
        let scenario = try run(workers: 1, outages: [20...620])
        try play(scenario, until: 30)
        try scenario.play { $0.turns.isEmpty }
        let run = scenario.run
        let pauses = run.tasks.values.map(\.next?.notBefore) + run.agents.values.map(\.next?.notBefore)
        let until = try #require(pauses.compactMap(\.self).filter { $0 > scenario.now }.min())
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(until > scenario.now && status.time.restsUntil == Moment(until))
        #expect(
            status.waiting?.reason == "pauses after a fault of the provider"
                && status.waiting?.until.map { $0.ms <= until.milliseconds } == true)
        #expect(status.pace?.first == nil, "nobody works, so nothing comes nearer")
        let worked = status.time.workedMilliseconds
        let later = until.advanced(byMilliseconds: -1)
        #expect(RunStatus(run: scenario.run, at: later).time.workedMilliseconds == worked)
    }

    @Test("who is told nothing comes to an end: such rests are 24 hours at most, and then the run's time goes on as ever")
    func bound() throws {
        let scenario = try run(outages: [20...100_000])
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver))
        #expect(finishedAt(scenario) == .begin.advanced(byMinutes: 180 + 24 * 60))
        #expect(scenario.run.clock.unanswered == 24 * 60 * Self.minute && scenario.run.clock.unansweredLeft == 0)
    }

    @Test("after an answer of the provider they count anew")
    func anew() throws {
        let scenario = try run(tasks: 40, outages: [20...1220, 1240...2440])
        try scenario.playOut(within: 30_000)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.clock.rested.map { $0 > 36 * 60 * Self.minute } == true)
    }

    @Test("a turn that the provider answered is work, however it ended")
    func answered() throws {
        let scenario = try run(workers: 1, tries: 40, outages: [20...120])
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            var outcome = hook?(turn, run)
            if case .provider = outcome?.end { outcome?.account.usage = TokenUsage(output: 1) }
            return outcome
        }
        try play(scenario, until: 120)
        let tries = scenario.journal.count {
            if case .turnEnded(_, let outcome) = $0.event { outcome.end == .provider("529") } else { false }
        }
        #expect(tries > 0 && scenario.run.worked(at: scenario.now) >= 119 * Self.minute)
    }

    @Test("what others do meanwhile is work: only time in which there was nothing but turns in vain is given back")
    func beside() throws {
        let scenario = try run(workers: 2, outages: [20...320])
        // One worker's command goes on in the outage, whatever the provider does.
        let hook = scenario.hooks.turn
        var long: TurnID?
        let duration = scenario.hooks.duration
        scenario.hooks.duration = { [unowned scenario] effect, run in
            if case .runTurn(let id) = effect, long == nil, run.turns[id]?.task != nil, scenario.now > .begin.advanced(byMinutes: 10) {
                long = id
                return 35 * Self.minute
            }
            return duration?(effect, run) ?? effect.usualDuration
        }
        scenario.hooks.turn = { turn, run in
            guard turn.id == long else { return hook?(turn, run) }
            var outcome = TurnOutcome.broken(.provider("529"), head: run.tasks[turn.task ?? ID("none")]?.head)
            outcome.account.usage = TokenUsage(output: 100)
            return outcome
        }
        try scenario.play { run in long.map { run.turns[$0] != nil } ?? false }
        let began = scenario.now
        let turn = try #require(long)
        try scenario.play { $0.turns[turn] == nil }
        #expect(
            scenario.journal.contains { if case .turnEnded(let id, let outcome) = $0.event { id != turn && outcome.isVain } else { false } }
        )
        let ended = scenario.now
        #expect(scenario.run.worked(at: ended) == ended.milliseconds(since: .begin), "it worked all the time")
        #expect(ended.milliseconds(since: began) == 35 * Self.minute)
        try play(scenario, until: 320)
        #expect(scenario.run.worked(at: scenario.now) - ended.milliseconds(since: .begin) <= 10 * Self.minute)
    }

    @Test("a kill and a start change nothing of it, and the time between is neither work nor rest")
    func restart() throws {
        let scenario = try run(outages: [20...620])
        try play(scenario, until: 200)
        try scenario.play { $0.turns.isEmpty }
        let (worked, unanswered) = (scenario.run.worked(at: scenario.now), scenario.run.clock.unanswered)
        #expect(unanswered.map { $0 > 120 * Self.minute } == true)
        try scenario.crash(down: 48 * 60 * Self.minute)
        #expect(scenario.run.worked(at: scenario.now) == worked && scenario.run.clock.unanswered == unanswered)
        // In the midst of a try: what of it lies before the kill and after the start is given back as one.
        let other = try run(workers: 1, tries: 20, outages: [20...6200])
        try play(other, until: 200)
        try other.play { !$0.turns.isEmpty }
        let start = other.run.worked(at: other.now)
        other.now = other.now.advanced(byMinutes: 5)
        try other.feed(.effectFinished(ID("effect-999"), .concluded))
        #expect(other.run.worked(at: other.now) == start + 5 * Self.minute, "a try counts until it is known to be in vain")
        try other.crash(down: 10 * Self.minute)
        try other.play { $0.turns.isEmpty }
        #expect(other.run.worked(at: other.now) == start)
    }

    @Test("who waits for a person does not keep others from resting, and alone rests for nothing")
    func people() throws {
        let scenario = try run(workers: 2, outages: [20...620])
        try play(scenario, until: 60)
        try scenario.play { $0.turns.isEmpty && $0.restsUntil(at: $0.clock.lastEventAt) != nil }
        var run = scenario.run
        let paused = run.tasks.values.filter { $0.next?.notBefore != nil }.map(\.id).sorted()
        let asked: (TaskID) -> Pending = { id in
            var pending = Pending(.work(id))
            pending.question = ID("question-1")
            return pending
        }
        let first = try #require(paused.first)
        run.apply(.taskBriefed(first, worker: try #require(run.tasks[first]?.worker), asked(first)), at: scenario.now)
        #expect((run.restsUntil(at: scenario.now) != nil) == (paused.count > 1))
        for id in paused { run.apply(.taskBriefed(id, worker: try #require(run.tasks[id]?.worker), asked(id)), at: scenario.now) }
        for agent in run.agents.keys { run.agents[agent]?.next = nil }
        #expect(run.restsUntil(at: scenario.now) == nil)
    }
}
