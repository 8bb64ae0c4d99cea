import Simulation
import Testing

@testable import Orchestration

@Suite("Pauses, crashes and the clock")
struct PauseTests {
    @Test("after a pause every interrupted session goes on where it was")
    func pause() throws {
        let scenario = try Scenario(.sample(workers: 4))
        try scenario.start()
        try scenario.play { $0.turns.count == 4 }
        let before = scenario.run.turns.values.sorted { $0.agent < $1.agent }
        try scenario.feed(.suspend("cco pause"))
        #expect(scenario.run.turns.values.allSatisfy { $0.stopCause == .suspended })
        while try scenario.step() {}
        #expect(scenario.run.turns.isEmpty && scenario.run.effects.isEmpty)
        #expect(scenario.run.nextDeadline(after: scenario.now) == nil)
        try scenario.start()
        try scenario.play { $0.turns.count == 4 }
        let after = scenario.run.turns.values.sorted { $0.agent < $1.agent }
        #expect(after.map(\.session) == before.map(\.session))
        #expect(after.allSatisfy { $0.resumes && $0.carriesOn })
        #expect(after.map(\.brief) == before.map(\.brief))
        #expect(Set(after.map(\.id)).isDisjoint(with: before.map(\.id)))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.values.allSatisfy { $0.attempts == 1 })
    }

    @Test("working time excludes a pause and what a dead engine did not record")
    func workingClock() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 60))
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.role == .worker } }
        scenario.now = .begin.advanced(byMinutes: 6)
        try scenario.feed(.suspend("cco pause"))
        #expect(scenario.run.clock.worked(at: scenario.now) == 360_000)
        scenario.jobs.removeAll()
        try scenario.crash(down: 10 * 3_600_000)
        #expect(scenario.run.clock.worked(at: scenario.now) == 360_000)
        let restart = scenario.now
        // A crash two minutes after the last event: only what was recorded counts.
        let effect = try #require(scenario.run.effects.keys.first)
        scenario.now = restart.advanced(byMinutes: 4)
        try scenario.feed(.effectFinished(ID("effect-999"), .concluded))
        scenario.now = restart.advanced(byMinutes: 6)
        try scenario.crash(down: 3_600_000)
        #expect(scenario.run.clock.worked(at: scenario.now) == 600_000)
        #expect(scenario.run.effects[effect] != nil)
        #expect(scenario.run.nextDeadline(after: scenario.now).map { $0 <= scenario.now.advanced(byMinutes: 50) } == true)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a clock that goes back stands still")
    func clockGoesBack() {
        var clock = WorkingClock(startedAt: .begin)
        #expect(clock.worked(at: .begin.advanced(byMinutes: -5)) == 0)
        clock.lastEventAt = .begin.advanced(byMinutes: 3)
        clock.resume(at: .begin.advanced(byMinutes: 1))
        #expect(clock.worked(at: .begin) == 180_000)
        #expect(clock.worked(at: .begin.advanced(byMinutes: 2)) == 240_000)
    }

    @Test("after a crash at any step the run ends the same way, and results that come twice are ignored")
    func crashAnywhere() throws {
        let whole = try Scenario(.sample(workers: 6))
        whole.checksCoding = false
        try whole.start()
        try whole.playOut()
        for step in 1..<whole.steps {
            let scenario = try Scenario(.sample(workers: 6))
            scenario.checksCoding = false
            try scenario.start()
            while scenario.steps < step, try scenario.step() {}
            try scenario.crash(late: { _ in true })
            try scenario.playOut()
            #expect(scenario.run.phase == .ended(.complete), "crash at step \(step)")
            #expect(scenario.run.tasks.values.allSatisfy { $0.state.word == "landed" }, "crash at step \(step)")
            #expect(scenario.world.holds(scenario.world.base).count == 6, "crash at step \(step)")
        }
    }

    @Test("a result for something no longer awaited is recorded and changes nothing")
    func stray() throws {
        let scenario = try Scenario()
        try scenario.start()
        let before = scenario.run
        #expect(try scenario.feed(.effectFinished(ID("effect-77"), .publish(.published))) == [.strayIgnored(ID("effect-77"))])
        #expect(scenario.run == before)
    }

    @Test("an effect that fails is tried again with growing pauses, then a person is asked")
    func failingEffect() throws {
        let scenario = try Scenario(.sample(workers: 1))
        scenario.hooks.effect = { effect, _ in if case .merge = effect { .failed("the disk is full", final: false) } else { nil } }
        try scenario.start()
        try scenario.play { $0.suspension != nil }
        let pauses = scenario.journal.compactMap { record in
            if case .effectDelayed(_, let until, _) = record.event { until.milliseconds(since: record.time) / 1000 } else { nil }
        }
        #expect(pauses == [2, 4, 8, 16, 32, 64])
        #expect(scenario.run.suspension?.contains("the disk is full") == true)
        scenario.hooks.effect = nil
        try scenario.crash()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a repository that cannot be reached ends the run before anything is spent")
    func noRepository() throws {
        let scenario = try Scenario()
        scenario.hooks.effect = { effect, _ in effect == .prepareBase ? .failed("no such repository", final: true) : nil }
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.failed("no such repository")))
        #expect(scenario.run.counters.turns == 0)
    }
}
