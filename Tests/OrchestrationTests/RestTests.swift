import Foundation
import Simulation
import Testing

@testable import Orchestration

@Suite("Rests for a limit of the provider")
struct RestTests {
    /// A run in which the only key is used up ten minutes after the begin, with everything stopped.
    ///
    /// - Parameter week: minutes to the end of a week of which the key had told before that it is all but used up.
    private func exhausted(
        resetsIn minutes: Int?, limit: Int = 120, week: Int? = nil, _ slots: [CredentialSlot] = [.slot("key-1")]
    ) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: 1, minutes: limit, credentials: slots))
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.role == .worker } }
        scenario.now = .begin.advanced(byMinutes: 10)
        let turn = try #require(scenario.run.turns.values.first)
        let pending = try #require(scenario.run.effects.first { $0.value.effect == .runTurn(turn.id) })
        let resetsAt = minutes.map { scenario.now.advanced(byMinutes: $0) }
        if let week {
            let end = scenario.now.advanced(byMinutes: week)
            let window = UsageWindow(name: "seven_day", utilization: 0.99, resetsAt: end, seenAt: scenario.now)
            try scenario.feed(.credentialSignal(turn.id, .used([window])))
        }
        // It had been answered before.
        var outcome = TurnOutcome.broken(.credential(.exhausted(resetsAt: resetsAt, message: "5-hour limit")))
        outcome.account.usage = TokenUsage(output: 1)
        try scenario.feed(.effectFinished(pending.key, .turn(outcome)))
        scenario.jobs.removeAll()
        return scenario
    }

    private let tenMinutes: Int64 = 600_000

    @Test("waiting for a reset that the provider has named takes nothing of the run's time, however long it is")
    func named() throws {
        let scenario = try exhausted(resetsIn: 300)
        let reset = scenario.now.advanced(byMinutes: 300)
        #expect(scenario.run.turns.isEmpty && scenario.run.restsUntil(at: scenario.now) == reset)
        scenario.now = scenario.now.advanced(byMinutes: 200)
        #expect(scenario.run.worked(at: scenario.now) == tenMinutes)
        #expect(RunStatus(run: scenario.run, at: scenario.now).time.workedMilliseconds == tenMinutes)
        #expect(RunStatus(run: scenario.run, at: scenario.now).time.restsUntil == Moment(reset))
        // An event in the midst of it.
        try scenario.feed(.effectFinished(ID("effect-999"), .concluded))
        #expect(scenario.run.phase == .working && scenario.run.worked(at: scenario.now) == tenMinutes)
        #expect(scenario.run.nextDeadline(after: scenario.now) == reset, "one alarm, and none for the run's time before")
        // From the reset on it is the run's time again, also where nobody wakes it at once.
        #expect(scenario.run.worked(at: reset.advanced(byMinutes: 7)) == tenMinutes + 7 * 60_000)
        scenario.now = reset.advanced(byMinutes: 7)
        try scenario.feed(.clock)
        #expect(scenario.run.turns.count == 1 && scenario.run.worked(at: scenario.now) == tenMinutes + 7 * 60_000)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("the run's time ends a run that rests now and then as it ends any other")
    func timeOver() throws {
        let scenario = try exhausted(resetsIn: 300, limit: 30)
        let reset = scenario.now.advanced(byMinutes: 300)
        scenario.hooks.duration = { effect, _ in if case .runTurn = effect { 100 * 60_000 } else { effect.usualDuration } }
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.timeOver))
        let end = try #require(scenario.journal.first { if case .finishing = $0.event { true } else { false } }?.time)
        #expect(end == reset.advanced(byMinutes: 20))
    }

    @Test("a pause that cco chooses because no time was named is a rest as well")
    func unnamed() throws {
        let scenario = try exhausted(resetsIn: nil)
        let until = try #require(scenario.run.credentials[0].benchedUntil)
        #expect(scenario.run.turns.isEmpty && scenario.run.restsUntil(at: scenario.now) == until)
        scenario.now = scenario.now.advanced(bySeconds: 20)
        #expect(scenario.run.worked(at: scenario.now) == tenMinutes)
        #expect(scenario.run.worked(at: until.advanced(bySeconds: 5)) == tenMinutes + 5_000)
    }

    @Test("a pause that cco chooses does not make less of a window's end behind it, which the provider has named")
    func unnamedBeforeNamed() throws {
        let scenario = try exhausted(resetsIn: nil, week: 5 * 24 * 60)
        let end = scenario.now.advanced(byMinutes: 5 * 24 * 60)
        #expect(try #require(scenario.run.credentials[0].benchedUntil) < scenario.now.advanced(byMinutes: 16))
        #expect(scenario.run.turns.isEmpty && scenario.run.restsUntil(at: scenario.now) == end)
        #expect(scenario.run.worked(at: end) == tenMinutes)
    }

    @Test("a rest ends with what may use the reserve of a window, not with the window")
    func endsWithReview() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 600))
        try scenario.start()
        try scenario.play { $0.turns.values.contains { if case .review = $0.brief { true } else { false } } }
        let turn = try #require(scenario.run.turns.values.first)
        let pending = try #require(scenario.run.effects.first { $0.value.effect == .runTurn(turn.id) })
        let window = UsageWindow(
            name: "five_hour", utilization: 0.98, resetsAt: scenario.now.advanced(byMinutes: 200), seenAt: scenario.now)
        try scenario.feed(.credentialSignal(turn.id, .used([window])))
        try scenario.feed(
            .effectFinished(pending.key, .turn(.broken(.credential(.exhausted(resetsAt: nil, message: "429"))))))
        scenario.jobs.removeAll()
        let until = try #require(scenario.run.credentials[0].benchedUntil)
        #expect(scenario.run.turns.isEmpty && scenario.run.restsUntil(at: scenario.now) == until)
    }

    @Test("who can go on with another key does not rest, and a refused key keeps nobody from resting")
    func others() throws {
        let slots: [CredentialSlot] = [.slot("key-1"), .slot("key-2", tier: 1)]
        let scenario = try exhausted(resetsIn: 300, limit: 120, week: nil, slots)
        #expect(scenario.run.turns.count == 1 && scenario.run.restsUntil(at: scenario.now) == nil)
        var run = scenario.run
        run.turns = [:]
        run.effects = [:]
        #expect(run.restsUntil(at: scenario.now) == nil)
        run.apply(.credentialRejected(ID("key-2"), reason: "401"), at: scenario.now)
        #expect(run.restsUntil(at: scenario.now) == scenario.now.advanced(byMinutes: 300))
        run.apply(.suspended("cco pause"), at: scenario.now)
        #expect(run.restsUntil(at: scenario.now) == nil, "a run that stands still does not rest")
    }

    @Test("a nearly full window that is kept for what has been begun is waited for at no cost too")
    func reserve() throws {
        let scenario = try exhausted(resetsIn: 300)
        var run = scenario.run
        let until = scenario.now.advanced(byMinutes: 90)
        run.credentials[0].benchedUntil = nil
        run.credentials[0].windows = [UsageWindow(name: "five_hour", utilization: 0.92, resetsAt: until, seenAt: scenario.now)]
        #expect(run.restsUntil(at: scenario.now) == run.credentials[0].windows[0].until)
        run.credentials[0].windows[0].utilization = 0.85
        #expect(run.restsUntil(at: scenario.now) == nil)
    }

    @Test("a rest is kept across a restart and in a snapshot, and a snapshot of an earlier version has none")
    func restart() throws {
        let scenario = try exhausted(resetsIn: 300)
        scenario.now = scenario.now.advanced(byMinutes: 100)
        try scenario.feed(.effectFinished(ID("effect-999"), .concluded))
        scenario.now = scenario.now.advanced(byMinutes: 50)
        try scenario.crash(down: 3_600_000)
        #expect(scenario.run.worked(at: scenario.now) == tenMinutes)
        scenario.now = scenario.now.advanced(byMinutes: 30)
        #expect(scenario.run.worked(at: scenario.now) == tenMinutes)
        let data = try JSONEncoder().encode(scenario.run.clock)
        #expect(try JSONDecoder().decode(WorkingClock.self, from: data) == scenario.run.clock)
        var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        fields["rested"] = nil
        let old = try JSONDecoder().decode(WorkingClock.self, from: try JSONSerialization.data(withJSONObject: fields))
        #expect(old.rested == nil && old.worked(at: old.lastEventAt) > tenMinutes)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }
}
