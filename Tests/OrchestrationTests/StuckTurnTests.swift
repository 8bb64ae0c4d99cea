import Simulation
import Testing

@testable import Orchestration

@Suite("Turns that get nowhere")
struct StuckTurnTests {
    private static let hung = StuckCause.hungTool(name: "Bash", minutes: 50)

    /// A run whose workers' turns get nowhere, the first `times` of them, whatever is said to them.
    private func play(times: Int, attempts: Int = 3) throws -> (run: Run, events: [Event]) {
        var settings = RunSettings.sample(workers: 2, minutes: 100_000)
        settings.maxTaskAttempts = attempts
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in [.draft("only")] }
        try scenario.start()
        for _ in 0..<times {
            try scenario.play { run in run.turns.values.contains { $0.task != nil && $0.stopCause == nil } }
            guard let turn = scenario.run.turns.values.first(where: { $0.task != nil }) else { break }
            try exhaust(turn.id, Self.hung, in: scenario)
            try scenario.play { $0.turns[turn.id] == nil }
        }
        try scenario.playOut()
        return (scenario.run, scenario.journal.map(\.event))
    }

    /// Reports that the turn gets nowhere until it is stopped.
    private func exhaust(_ turn: TurnID, _ cause: StuckCause, in scenario: Scenario) throws {
        for _ in 0..<3 where scenario.run.turns[turn]?.stopCause == nil {
            try scenario.feed(.turnStuck(turn, cause))
            for message in scenario.run.messages.values where message.turn == turn {
                try scenario.feed(.messageReceived(turn, uuid: message.uuid, .delivered))
            }
        }
        #expect(scenario.run.turns[turn]?.stopCause == .stuck)
    }

    private func workTurns(_ events: [Event]) -> [Turn] {
        events.compactMap { if case .turnStarted(let turn) = $0, turn.task != nil { turn } else { nil } }
    }

    /// A run in which one turn has begun.
    private func begun() throws -> (scenario: Scenario, turn: TurnID) {
        let scenario = try Scenario(.sample(workers: 1, minutes: 1000))
        try scenario.start()
        try scenario.play { !$0.turns.isEmpty }
        return (scenario, try #require(scenario.run.turns.keys.first))
    }

    // MARK: Within a turn

    @Test(
        "first the agent is told why, then what it does is broken off and it is told again, then the turn is stopped, each with its cause")
    func steps() throws {
        let (scenario, turn) = try begun()
        let told = try scenario.feed(.turnStuck(turn, .failingTool(name: "Edit", times: 8)))
        let message = try #require(scenario.run.messages.values.first)
        #expect(!message.interrupts && message.sender == .cco && message.text.contains("Edit has failed 8 times in a row"))
        #expect(told.contains(.turnStuck(turn, .failingTool(name: "Edit", times: 8))) && told.contains(.turnNudged(turn, .message)))
        #expect(scenario.run.effects.values.contains { $0.effect == .say(message.id) })
        try scenario.feed(.messageReceived(turn, uuid: message.uuid, .delivered))
        #expect(scenario.run.messages.isEmpty && scenario.run.turns[turn]?.stopCause == nil)

        let broken = try scenario.feed(.turnStuck(turn, .failingTool(name: "Edit", times: 3)))
        let second = try #require(scenario.run.messages.values.first)
        #expect(second.interrupts && second.uuid != message.uuid && broken.contains(.turnNudged(turn, .interruption)))
        #expect(try scenario.feed(.messageReceived(turn, uuid: second.uuid, .interrupted)) == [.messageInterrupted(second.id)])
        #expect(try scenario.feed(.messageReceived(turn, uuid: second.uuid, .interrupted)).isEmpty)
        try scenario.feed(.messageReceived(turn, uuid: second.uuid, .delivered))

        let stopped = try scenario.feed(.turnStuck(turn, .failingTool(name: "Edit", times: 3)))
        #expect(stopped == [.turnStuck(turn, .failingTool(name: "Edit", times: 3)), .turnStopRequested(turn, .stuck)])
        #expect(try scenario.feed(.turnStuck(turn, .silent(minutes: 31))).isEmpty)
    }

    @Test("while a tool or a request hangs no message is read, so it is broken off at once", arguments: [hung, .hungRequest(minutes: 45)])
    func hangs(cause: StuckCause) throws {
        let (scenario, turn) = try begun()
        try scenario.feed(.turnStuck(turn, cause))
        #expect(scenario.run.messages.values.map(\.interrupts) == [true])
    }

    @Test("an agent that has ended its tool reads what waits for it: failures from before are no reason for more")
    func pending() throws {
        let (scenario, turn) = try begun()
        try scenario.feed(.turnStuck(turn, .failingTool(name: "Edit", times: 8)))
        #expect(try scenario.feed(.turnStuck(turn, .failingTool(name: "Edit", times: 8))).isEmpty)
        try scenario.feed(.turnStuck(turn, Self.hung))
        #expect(scenario.run.messages.values.contains { $0.interrupts }, "a hung tool keeps the message from being read")
    }

    @Test("an agent to which nothing can be said is stopped")
    func unsayable() throws {
        let (scenario, turn) = try begun()
        try scenario.feed(.turnStuck(turn, Self.hung))
        let effect = try #require(scenario.run.effects.first { if case .say = $0.value.effect { true } else { false } }?.key)
        let events = try scenario.feed(.effectFinished(effect, .said(failure: "this kind of agent takes no messages")))
        #expect(events.contains(.turnStopRequested(turn, .stuck)) && scenario.run.messages.isEmpty)
        // The same when it could not be written.
        let (other, second) = try begun()
        try other.feed(.turnStuck(second, Self.hung))
        let say = try #require(other.run.effects.first { if case .say = $0.value.effect { true } else { false } }?.key)
        #expect(try other.feed(.effectFinished(say, .failed("no space", final: false))).contains(.turnStopRequested(second, .stuck)))
        #expect(other.run.suspension == nil && other.run.effects[say] == nil)
    }

    @Test("what is said of a turn that has ended or is being stopped changes nothing")
    func stale() throws {
        let (scenario, turn) = try begun()
        #expect(try scenario.feed(.turnStuck(ID("turn", 77), .silent(minutes: 30))).isEmpty)
        try exhaust(turn, .silent(minutes: 30), in: scenario)
        #expect(try scenario.feed(.turnStuck(turn, .silent(minutes: 31))).isEmpty)
        #expect(try scenario.feed(.messageReceived(turn, uuid: "unknown", .delivered)).isEmpty)
    }

    @Test("what an agent is told says what was seen and what to do, in a few lines", arguments: [Nudge.message, .interruption])
    func texts(nudge: Nudge) {
        for cause in [Self.hung, .failingTool(name: "Edit", times: 8), .silent(minutes: 30), .hungRequest(minutes: 45)] {
            let text = nudge.text(about: cause)
            #expect(text.hasPrefix("Message from cco") && text.utf8.count < 700 && !text.contains("\n"), "\(text)")
        }
    }

    // MARK: Over turns

    @Test("a turn that had to be stopped goes on in its session and is told why, and the task lands")
    func goesOn() throws {
        let (run, events) = try play(times: 1)
        let turns = workTurns(events)
        #expect(turns.count == 2)
        #expect(turns[0].session == turns[1].session && turns[1].carriesOn)
        #expect(turns[1].remark?.contains("Bash has been running for 50 minutes; use commands that end by themselves") == true)
        #expect(run.tasks.values.allSatisfy { if case .landed = $0.state { true } else { false } })
        #expect(events.contains { if case .turnStuck(_, .hungTool) = $0 { true } else { false } }, "the reason is not in the journal")
    }

    @Test("it is then not told a third time: a fresh session begins, with another worker where there is one")
    func startsAfresh() throws {
        let (run, events) = try play(times: 2)
        let turns = workTurns(events)
        #expect(turns.count == 3)
        #expect(turns[2].session != turns[1].session && turns[2].agent != turns[1].agent)
        #expect(run.tasks.values.allSatisfy { if case .landed = $0.state { true } else { false } })
        let nudged = events.compactMap { if case .turnNudged(let turn, _) = $0 { turn } else { nil } }
        #expect(nudged == [turns[0].id])
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

    @Test("a lead that gets nowhere goes on, then gets a fresh session, and is given up at last")
    func lead() throws {
        let scenario = try Scenario(.sample(workers: 2, minutes: 100_000))
        try scenario.start()
        var sessions: [String] = []
        for _ in 0..<10 where !scenario.run.isEnded {
            try scenario.play { !$0.turns.isEmpty || $0.isEnded }
            guard let turn = scenario.run.turns.values.first else { break }
            sessions.append(turn.session)
            try exhaust(turn.id, .silent(minutes: 30), in: scenario)
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
