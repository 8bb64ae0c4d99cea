import Simulation
import Testing

@testable import Orchestration

@Suite("Turns that get nowhere")
struct StuckTurnTests {
    /// A run whose workers' turns are reported stuck, the first `times` of them.
    private func play(times: Int, attempts: Int = 3) throws -> (run: Run, events: [Event]) {
        var settings = RunSettings.sample(workers: 2, minutes: 100_000)
        settings.maxTaskAttempts = attempts
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in [.draft("only")] }
        try scenario.start()
        for _ in 0..<times {
            try scenario.play { run in run.turns.values.contains { $0.task != nil && $0.stopCause == nil } }
            guard let turn = scenario.run.turns.values.first(where: { $0.task != nil }) else { break }
            try scenario.feed(.turnStuck(turn.id, .hungTool(name: "Bash", minutes: 50)))
            #expect(scenario.run.turns[turn.id]?.stopCause == .stuck)
            try scenario.play { $0.turns[turn.id] == nil }
        }
        try scenario.playOut()
        return (scenario.run, scenario.journal.map(\.event))
    }

    private func workTurns(_ events: [Event]) -> [Turn] {
        events.compactMap { if case .turnStarted(let turn) = $0, turn.task != nil { turn } else { nil } }
    }

    @Test("the first time the session goes on and is told why, and the task lands")
    func goesOn() throws {
        let (run, events) = try play(times: 1)
        let turns = workTurns(events)
        #expect(turns.count == 2)
        #expect(turns[0].session == turns[1].session && turns[1].carriesOn)
        #expect(turns[1].remark?.contains("Bash had been running for 50 minutes") == true)
        #expect(run.tasks.values.allSatisfy { if case .landed = $0.state { true } else { false } })
        #expect(events.contains { if case .turnStuck(_, .hungTool) = $0 { true } else { false } }, "the reason is not in the journal")
    }

    @Test("the second time a fresh session begins, with another worker where there is one")
    func startsAfresh() throws {
        let (run, events) = try play(times: 2)
        let turns = workTurns(events)
        #expect(turns.count == 3)
        #expect(turns[2].session != turns[1].session && turns[2].agent != turns[1].agent)
        #expect(run.tasks.values.allSatisfy { if case .landed = $0.state { true } else { false } })
    }

    @Test("after the attempts the task is given back to its lead as failed")
    func givenBack() throws {
        let (run, _) = try play(times: 4, attempts: 2)
        let task = try #require(run.tasks.values.min { $0.id < $1.id })
        guard case .failed(let why) = task.state else {
            Issue.record("the task is \(task.state.word)")
            return
        }
        #expect(why.contains("Bash"))
        #expect(run.isEnded)
    }

    @Test("what is said of a turn that has ended or is being stopped changes nothing")
    func stale() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 1000))
        try scenario.start()
        try scenario.play { !$0.turns.isEmpty }
        #expect(try scenario.feed(.turnStuck(ID("turn", 77), .silent(minutes: 30))).isEmpty)
        let turn = try #require(scenario.run.turns.keys.first)
        try scenario.feed(.turnStuck(turn, .silent(minutes: 30)))
        #expect(try scenario.feed(.turnStuck(turn, .silent(minutes: 31))).isEmpty)
    }

    @Test("a lead that gets nowhere goes on, then gets a fresh session, and is given up at last")
    func lead() throws {
        let scenario = try Scenario(.sample(workers: 2, minutes: 100_000))
        try scenario.start()
        var sessions: [String] = []
        for _ in 0..<10 where !scenario.run.isEnded {
            try scenario.play { !$0.turns.isEmpty || $0.isEnded }
            guard let turn = scenario.run.turns.values.first else { break }
            sessions.append(turn.session)
            try scenario.feed(.turnStuck(turn.id, .silent(minutes: 30)))
            try scenario.play { $0.turns[turn.id] == nil }
        }
        try scenario.playOut()
        #expect(sessions.count == 6 && sessions[0] == sessions[1] && sessions[1] != sessions[2])
        guard case .ended(.noProgress(let why)) = scenario.run.phase else {
            Issue.record("the run ended otherwise")
            return
        }
        #expect(why.contains("30 minutes"))
    }
}
