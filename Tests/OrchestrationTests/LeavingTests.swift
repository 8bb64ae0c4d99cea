import Simulation
import Testing

@testable import Orchestration

@Suite("Leaving a credential that rests")
struct LeavingTests {
    private static let reset = Timestamp.begin.advanced(byMinutes: 300)

    /// Three workers in their turns on the first of two keys, which the first of them finds used up.
    private func struck(
        _ signal: CredentialSignal = .failed(.exhausted(resetsAt: reset, message: "5-hour limit")), models: ModelChoice? = nil
    ) throws -> (scenario: Scenario, turns: [TurnID]) {
        let scenario = try Scenario(
            RunSettings.sample(workers: 3, minutes: 6000, credentials: [.slot("key-1"), .slot("key-2", tier: 1)]).with {
                $0.models = models
            })
        scenario.hooks.plan = { _, _ in (1...6).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 3 }
        let turns = scenario.run.turns.values.filter { $0.role == .worker }.map(\.id).sorted()
        try scenario.feed(.credentialSignal(turns[0], signal))
        return (scenario, turns)
    }

    @Test(
        "whatever ends its use, every turn on it makes no further request, and goes on at once in its session on the next one",
        arguments: [
            CredentialFault.exhausted(resetsAt: reset, message: "5-hour limit"), .exhausted(resetsAt: nil, message: "429"),
            .refused(message: "401"), .unpaid(message: "402"),
        ])
    func others(fault: CredentialFault) throws {
        let (scenario, turns) = try struck(.failed(fault))
        #expect(turns.allSatisfy { scenario.run.turns[$0]?.stopCause == .credentialRests })
        let sessions = Set(turns.compactMap { scenario.run.turns[$0]?.session })
        for turn in turns { try scenario.feed(.credentialSignal(turn, .failed(fault))) }
        let stops = scenario.journal.count { if case .turnStopRequested = $0.event { true } else { false } }
        #expect(stops == turns.count, "each is told once")
        let struck = scenario.now
        try scenario.play { run in turns.allSatisfy { run.turns[$0] == nil } && run.turns.values.count { $0.role == .worker } == 3 }
        let later = scenario.run.turns.values.filter { $0.role == .worker && $0.startedAt >= struck }
        #expect(Set(later.map(\.session)) == sessions && later.allSatisfy { $0.credential.name == "key-2" && $0.resumes && $0.carriesOn })
        #expect(scenario.run.tasks.values.allSatisfy { $0.next?.failures ?? 0 == 0 }, "it was nobody's fault")
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a limit of one model is left by turns with that model alone")
    func family() throws {
        var models = ModelChoice()
        models.roles = [.worker: .init(model: "claude-sonnet-5")]
        let opus = CredentialSignal.failed(.exhausted(resetsAt: Self.reset, message: "Opus limit", family: .opus))
        let (other, turns) = try struck(opus, models: models)
        #expect(turns.allSatisfy { other.run.turns[$0]?.stopCause == nil } && !other.run.credentials[0].modelLimits.isEmpty)
        models.roles = [.worker: .init(model: "opus")]
        let (same, all) = try struck(opus, models: models)
        #expect(all.allSatisfy { same.run.turns[$0]?.stopCause == .credentialRests })
    }

    @Test("a turn that only finishes a step can still be stopped at once: by a pause, its time, its task's end, and when the step hangs")
    func harder() throws {
        let (paused, all) = try struck()
        try paused.feed(.suspend("a person wants it"))
        #expect(all.allSatisfy { paused.run.turns[$0]?.stopCause == .suspended })
        let (late, turns) = try struck()
        late.now = try #require(late.run.turns[turns[1]]?.deadline)
        try late.feed(.clock)
        #expect(late.run.turns[turns[1]]?.stopCause == .timeLimit)
        let (retried, few) = try struck()
        let task = try #require(retried.run.turns[few[1]]?.task)
        try retried.feed(.ordered(Order(id: "o-1", by: "Ada", wish: .retryTask(task))))
        #expect(retried.run.turns[few[1]]?.stopCause == .cancelled)
        let (hung, some) = try struck()
        try hung.feed(.turnStuck(some[1], .failingTool(name: "Bash", times: 8)))
        #expect(hung.run.turns[some[1]]?.stopCause == .credentialRests, "that tool has ended, and the turn with it")
        try hung.feed(.turnStuck(some[2], .hungTool(name: "Bash", minutes: 50)))
        #expect(hung.run.turns[some[2]]?.stopCause == .stuck)
        #expect(hung.run.messages.isEmpty, "nothing is said that would make it ask again")
    }

    @Test("words that are to interrupt end the step, and go with the next turn")
    func interrupting() throws {
        let (scenario, turns) = try struck()
        let agent = try #require(scenario.run.turns[turns[1]]?.agent)
        try scenario.feed(.ordered(Order(id: "o-1", by: "Ada", wish: .tell(agent, "Look here.", interrupts: true))))
        #expect(scenario.run.turns[turns[1]]?.stopCause == .interrupted)
        let session = scenario.run.turns[turns[1]]?.session
        try scenario.play { $0.turns[turns[1]] == nil && $0.agents[agent]?.activeTurn != nil }
        let next = try #require(scenario.run.agents[agent]?.activeTurn.flatMap { scenario.run.turns[$0] })
        #expect(next.messages?.count == 1 && next.session == session && next.carriesOn && next.credential.name == "key-2")
    }

    @Test("a person's words wait for the next turn, which does not ask the credential that rests")
    func words() throws {
        let (scenario, turns) = try struck()
        let agent = try #require(scenario.run.turns[turns[1]]?.agent)
        try scenario.feed(.ordered(Order(id: "o-1", by: "Ada", wish: .tell(agent, "Look here.", interrupts: false))))
        let message = try #require(scenario.run.messages.values.first)
        #expect(message.turn == nil)
        try scenario.play { $0.turns.values.contains { $0.messages?.contains(message.id) == true && $0.credential.name == "key-2" } }
    }
}
