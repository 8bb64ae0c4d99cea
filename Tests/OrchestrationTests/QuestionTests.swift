import Simulation
import Testing

@testable import Orchestration

@Suite("Questions of agents")
struct QuestionTests {
    private static let task: TaskID = ID("task-1")
    private static let question: QuestionID = ID("question-1")
    private static let message: MessageID = ID("message-1")

    /// A run whose first worker's first report asks something.
    private func asked(status: String, extra: String = "", minutes: Int = 20, plan: [TaskDraft] = [.draft("a"), .draft("b", after: ["a"])])
        throws -> Scenario
    {
        let scenario = try Scenario(.sample(workers: 1, minutes: 10_000).with { $0.questionTimeoutMinutes = 60 })
        scenario.hooks.plan = { _, _ in plan }
        var hasAsked = false
        scenario.hooks.turn = { turn, run in
            guard turn.task == Self.task, !hasAsked else { return nil }
            hasAsked = true
            var outcome = IdealAgent(turn: turn, run: run, plan: nil).outcome(in: &scenario.world)
            let text = "{\"text\":\"Which licence?\",\"minutes\":\(minutes)\(extra)}"
            outcome.end = .reported("{\"status\":\"\(status)\",\"summary\":\"s\",\"question\":\(text)}")
            return outcome
        }
        try scenario.start()
        try scenario.play { !$0.questions.questions.isEmpty }
        return scenario
    }

    private func give(_ text: String, _ scenario: Scenario, id: String = "order") throws {
        try scenario.feed(.ordered(Order(id: id, by: "Ada", wish: .answer(Self.question, text))))
    }

    /// What the turn that goes on after a question is told.
    private func proceeding(_ run: Run) -> (turn: Turn, reason: String)? {
        for turn in run.turns.values { if case .proceed(_, let reason, _) = turn.brief { return (turn, reason) } }
        return nil
    }

    @Test("a report that asks nothing is not read for its question; one that writes its name in escapes is")
    func draft() throws {
        #expect(try QuestionReport.read(#"{"status":"done","summary":"no \"thing\""}"#) == nil)
        #expect(try QuestionReport.read(#"{"status":"done","question":null}"#) == nil)
        #expect(try QuestionReport.read(#"{"question":{"text":"Which?"}}"#)?.text == "Which?")
        #expect(try QuestionReport.read(#"{"\u0071uestion":{"text":"Which?"}}"#)?.text == "Which?")
        #expect(throws: DecodingError.self) { try QuestionReport.read(#"{"question":"#) }
    }

    @Test("a task that waits for an answer says so, whatever its worker does meanwhile")
    func workerElsewhere() throws {
        let scenario = try asked(status: "blocked", plan: [.draft("a"), .draft("b")])
        try scenario.play { !$0.turns.isEmpty }
        let turn = try #require(scenario.run.turns.values.first)
        #expect(turn.task == ID("task-2") && turn.agent == scenario.run.tasks[Self.task]?.worker)
        let task = try #require(RunStatus(run: scenario.run, at: scenario.now).tasks.first { $0.id == "task-1" })
        #expect(task.why?.contains("waits for the answer to question-1") == true, "\(task.why ?? "")")
    }

    @Test("a blocked worker waits for the answer and goes on in its session; the answer is a message that is tracked")
    func answered() throws {
        let scenario = try asked(status: "blocked", extra: ",\"options\":[\"MIT\",\"GPL\"]")
        func objection(_ answer: String) -> OrderObjection? {
            scenario.run.objection(to: Order(id: "1", by: "", wish: .answer(Self.question, answer)))
        }
        #expect(objection("3")?.message == "question-1 has no option 3: it has 2." && objection("0") != nil)
        #expect(objection("2") == nil && objection("3 of them") == nil)
        #expect(scenario.run.tasks[Self.task]?.state == .assigned && scenario.run.turns.isEmpty)
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(try #require(status.tasks.first?.why).contains("waits for the answer to question-1"))
        #expect(status.waiting?.reason == "waits for a person: question-1")
        #expect(status.openQuestions.map(\.id) == ["question-1"])
        let session = scenario.run.tasks[Self.task]?.session?.id
        try give("2", scenario)
        let next = try #require(proceeding(scenario.run))
        #expect(next.turn.session == session && next.turn.messages == [Self.message] && next.reason.contains("Ada has answered"))
        #expect(try #require(scenario.run.messages[Self.message]).text.contains("The answer: GPL"))
        #expect(scenario.run.questions[Self.question]?.outcome == .answered("GPL", by: "Ada"))
        try scenario.feed(.messageReceived(next.turn.id, uuid: try #require(next.turn.promptUUID), .delivered))
        #expect(scenario.run.mail[Self.message]?.state == .delivered)
        #expect(scenario.run.objection(to: Order(id: "2", by: "", wish: .answer(Self.question, "1")))?.kind == .untimely)
        #expect(scenario.run.orders["order"]?.subject == "message-1")
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("while a task waits for a person its worker does other work, and the answer goes to the turn that it is about")
    func otherWork() throws {
        let scenario = try asked(status: "blocked", plan: [.draft("a"), .draft("b")])
        try scenario.play { !$0.turns.isEmpty }
        #expect(scenario.run.turns.values.first?.task == ID("task-2"))
        try give("MIT", scenario)
        // It is not said into the turn that works on something else.
        #expect(scenario.run.messages[Self.message]?.turn == nil)
        try scenario.play { proceeding($0) != nil }
        #expect(try #require(proceeding(scenario.run)).turn.messages == [Self.message])
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("nobody has to answer: in time the default counts, also for another engine", arguments: [true, false])
    func defaulted(hasDefault: Bool) throws {
        let scenario = try asked(status: "blocked", extra: hasDefault ? ",\"default\":\"MIT\"" : "")
        let deadline = try #require(scenario.run.questions[Self.question]?.deadline)
        #expect(deadline == scenario.now.advanced(byMinutes: 20))
        try scenario.start()
        try scenario.play { proceeding($0) != nil }
        #expect(scenario.now == deadline)
        let reason = try #require(proceeding(scenario.run)).reason
        #expect(reason.contains(hasDefault ? "your default counts: MIT" : "decide for yourself"))
        #expect(scenario.run.messages.isEmpty)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("time in which nobody had the run in hand does not count")
    func standstill() throws {
        let scenario = try asked(status: "blocked")
        let asked = scenario.now
        try scenario.feed(.suspend("cco pause"))
        scenario.now = scenario.now.advanced(byMinutes: 600)
        try scenario.start()
        #expect(scenario.run.questions[Self.question]?.outcome == .open)
        #expect(scenario.run.questions[Self.question]?.deadline == asked.advanced(byMinutes: 620))
    }

    @Test("a question of work that is done holds nothing up; its answer goes to the lead, and the configuration bounds how long it waits")
    func meanwhile() throws {
        let scenario = try asked(status: "done", minutes: 600)
        #expect(scenario.run.questions[Self.question]?.deadline == scenario.now.advanced(byMinutes: 60))
        #expect(scenario.run.tasks[Self.task]?.state == .submitted)
        try give("MIT, please.", scenario)
        let message = try #require(scenario.run.messages.values.first)
        #expect(message.agent == Run.director && message.text.contains("about task-1") && message.text.contains("MIT, please."))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("what nobody answers of work that is done costs no turn")
    func silence() throws {
        let scenario = try asked(status: "done", minutes: 1)
        try scenario.play { $0.questions.open.isEmpty }
        #expect(scenario.run.questions[Self.question]?.outcome == .answered("", by: nil))
        #expect(scenario.run.messages.isEmpty && scenario.run.mail.records.isEmpty)
    }

    @Test("a manager's question is answered with its next turn")
    func manager() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 10_000))
        scenario.hooks.turn = { turn, run in
            guard turn.brief == .planTasks else { return nil }
            let report = IdealAgent(turn: turn, run: run, plan: nil).report
            return .reported("{\"question\":{\"text\":\"Which cloud?\",\"default\":\"none\"},\(report.dropFirst())", input: 10)
        }
        try scenario.start()
        try scenario.play { !$0.questions.questions.isEmpty }
        #expect(!scenario.run.tasks.keys.isEmpty)
        try give("None.", scenario)
        #expect(scenario.run.messages[Self.message]?.agent == Run.director)
        try scenario.play { run in run.turns.values.contains { $0.messages == [Self.message] } }
        #expect(scenario.run.turns.values.allSatisfy { $0.agent == Run.director || $0.messages == nil })
        try scenario.playOut()
    }

    @Test("whoever is blocked again and again waits for no further answer: the lead decides")
    func stubborn() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 10_000).with { $0.maxTaskAttempts = 2 })
        scenario.hooks.plan = { _, _ in [.draft("a")] }
        var number = 0
        scenario.hooks.turn = { turn, run in
            guard turn.task == Self.task else { return nil }
            number += 1
            var outcome = IdealAgent(turn: turn, run: run, plan: nil).outcome(in: &scenario.world)
            outcome.end = .reported("{\"status\":\"blocked\",\"summary\":\"s\",\"question\":{\"text\":\"And \(number)?\"}}")
            return outcome
        }
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.questions.count == 2 && number == 3)
        #expect(scenario.run.tasks[Self.task]?.state.word == "dropped")
    }

    @Test("a question lapses with its task, and an answer that nobody can read any more is told as such")
    func cancelled() throws {
        let scenario = try asked(status: "blocked", plan: [.draft("a"), .draft("b")])
        try scenario.play { !$0.turns.isEmpty }
        try give("MIT", scenario)
        try scenario.feed(.ordered(Order(id: "cancel", by: "Ada", wish: .cancelTask(Self.task, reason: nil))))
        #expect(scenario.run.mail[Self.message]?.state == .undelivered("task-1 was over before"))
        let other = try asked(status: "blocked")
        try other.feed(.ordered(Order(id: "cancel", by: "Ada", wish: .cancelTask(Self.task, reason: nil))))
        #expect(other.run.questions[Self.question]?.outcome == .lapsed)
    }

    @Test("a question lapses at once when asking it has taken the last money of its task")
    func unaffordable() throws {
        let settings = RunSettings.sample(workers: 1, minutes: 10_000).with { $0.limits.task = .init(usd: 1) }
        let scenario = try Scenario(settings)
        scenario.hooks.plan = { _, _ in [.draft("a"), .draft("b")] }
        scenario.hooks.turn = { [unowned scenario] turn, run in
            guard turn.task == Self.task else { return nil }
            var outcome = IdealAgent(turn: turn, run: run, plan: nil).outcome(in: &scenario.world)
            outcome.end = .reported("{\"status\":\"blocked\",\"summary\":\"s\",\"question\":{\"text\":\"Which licence?\"}}")
            outcome.account.turnCostUsd = 1
            return outcome
        }
        try scenario.start()
        try scenario.play { !$0.questions.questions.isEmpty }
        #expect(scenario.run.tasks[Self.task]?.state == .failed("the budget of the task is used up"))
        #expect(scenario.run.questions.open.isEmpty)
        try scenario.playOut()
    }

    @Test("what is open when the run ends lapses, and what is unknown is refused")
    func lapsed() throws {
        let scenario = try asked(status: "done", minutes: 600)
        #expect(scenario.run.objection(to: Order(id: "1", by: "", wish: .answer(ID("question-9"), "1")))?.known == ["question-1"])
        #expect(scenario.run.objection(to: Order(id: "1", by: "", wish: .answer(Self.question, " ")))?.kind == .invalid)
        #expect(scenario.run.objection(to: Order(id: "1", by: "", wish: .approve(Self.question)))?.remedy == "Use cco answer question-1.")
        scenario.hooks.duration = { _, _ in 1000 }
        try scenario.playOut()
        #expect(scenario.run.questions[Self.question]?.outcome == .lapsed)
    }
}
