import Simulation
import Testing

@testable import Orchestration

@Suite("Orders of people")
struct SteeringTests {
    private static let first: TaskID = ID("task-1")
    private static let worker: AgentID = ID("worker-1")

    private func scenario(_ drafts: [TaskDraft] = [.draft("a"), .draft("b", after: ["a"])], workers: Int = 2) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers, minutes: 1000))
        scenario.hooks.plan = { _, _ in drafts }
        try scenario.start()
        return scenario
    }

    @discardableResult
    private func give(_ wish: Order.Wish, _ scenario: Scenario, id: String = "order") throws -> [Event] {
        if let objection = scenario.run.objection(to: Order(id: id, by: "Ada", wish: wish)) { throw objection }
        return try scenario.feed(.ordered(Order(id: id, by: "Ada", wish: wish)))
    }

    private func objection(_ wish: Order.Wish, _ scenario: Scenario) -> OrderObjection? {
        scenario.run.objection(to: Order(id: "order", by: "Ada", wish: wish))
    }

    private func turn(of agent: AgentID, in scenario: Scenario) throws -> TurnID {
        try #require(scenario.run.agents[agent]?.activeTurn)
    }

    /// Played until the first worker's turn has begun.
    private func working() throws -> (scenario: Scenario, turn: TurnID) {
        let scenario = try scenario()
        try scenario.play { $0.agents[Self.worker]?.activeTurn != nil }
        return (scenario, try turn(of: Self.worker, in: scenario))
    }

    // MARK: Messages

    @Test("what is said to a working agent goes into its turn, and its report acknowledges it")
    func tell() throws {
        let (scenario, turn) = try working()
        try give(.tell(Self.worker, "Use the parser.", interrupts: false), scenario)
        let message = try #require(scenario.run.messages.values.first)
        #expect(message.turn == turn && message.sender == .person("Ada") && message.words.contains("message-1"))
        #expect(scenario.run.effects.values.contains { $0.effect == .say(message.id) })
        let receipt = try #require(scenario.run.orders["order"])
        #expect(receipt.subject == "message-1")
        func repeated(_ text: String, to agent: AgentID = Self.worker) -> OrderObjection? {
            scenario.run.objection(toRepeating: Order(id: "order", by: "Ada", wish: .tell(agent, text, interrupts: false)), receipt)
        }
        #expect(repeated("Use the parser.") == nil)
        #expect(repeated("Use no parser.")?.message.contains("order was given before and said something else (message-1)") == true)
        #expect(repeated("Use the parser.", to: ID("worker-2"))?.kind == .invalid)
        try scenario.feed(.messageReceived(turn, uuid: message.uuid, .delivered))
        #expect(scenario.run.messages.isEmpty && scenario.run.mail[message.id]?.state == .delivered)
        try end(turn, naming: ["message-1", "message-9"], in: scenario)
        #expect(scenario.run.mail[message.id]?.state == .acknowledged)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    /// The turn of a worker ends with a report that names messages.
    private func end(_ turn: TurnID, naming: [String], in scenario: Scenario) throws {
        scenario.hooks.turn = { ended, run in
            guard ended.id == turn else { return nil }
            var outcome = IdealAgent(turn: ended, run: run, plan: nil).outcome(in: &scenario.world)
            let names = naming.map { "\"\($0)\"" }.joined(separator: ",")
            outcome.end = .reported("{\"status\":\"done\",\"summary\":\"done\",\"acknowledgedMessages\":[\(names)]}")
            return outcome
        }
        try scenario.play { $0.turns[turn] == nil }
    }

    @Test("what is said to an agent without a turn comes with the prompt of its next one, once")
    func kept() throws {
        let scenario = try scenario()
        try scenario.play { $0.agents[Run.director]?.activeTurn != nil }
        try give(.tell(Self.worker, "Mind the style.", interrupts: true), scenario)
        let message: MessageID = ID("message-1")
        #expect(scenario.run.messages[message]?.turn == nil && scenario.run.mail[message]?.state == .queued)
        try scenario.play { $0.agents[Self.worker]?.activeTurn != nil }
        let turn = try #require(scenario.run.turns[try turn(of: Self.worker, in: scenario)])
        #expect(turn.messages == [message])
        let uuid = try #require(turn.promptUUID)
        #expect(!scenario.run.effects.values.contains { $0.effect == .say(message) }, "it is in the prompt already")
        try scenario.feed(.messageReceived(turn.id, uuid: uuid, .delivered))
        #expect(scenario.run.mail[message]?.state == .delivered)
        try scenario.playOut()
        let turns = scenario.journal.filter { if case .turnStarted(let turn) = $0.event { turn.messages != nil } else { false } }
        #expect(turns.count == 1)
    }

    @Test("what a turn ended without reading goes to the agent's next turn")
    func unread() throws {
        let (scenario, first) = try working()
        try give(.tell(Self.worker, "Use the parser.", interrupts: false), scenario)
        try scenario.play { $0.turns[first] == nil }
        #expect(scenario.run.mail[ID("message-1")]?.state == .queued)
        try scenario.play { $0.turns.values.contains { $0.messages == [ID("message-1")] } }
        try scenario.playOut()
    }

    @Test("a message that could not be written is kept, and one that was kept meanwhile is not kept twice")
    func unsaid() throws {
        let (scenario, turn) = try working()
        try give(.tell(Self.worker, "Use the parser.", interrupts: false), scenario)
        let say = try #require(scenario.run.effects.first { if case .say = $0.value.effect { true } else { false } }?.key)
        let events = try scenario.feed(.effectFinished(say, .said(failure: "the turn ended")))
        #expect(events.contains { if case .messageKept = $0 { true } else { false } })
        #expect(scenario.run.turns[turn]?.stopCause == nil, "a person's message is no reason to stop the turn")
        try scenario.play { $0.turns[turn] == nil }
        #expect(scenario.journal.count { if case .messageKept = $0.event { true } else { false } } == 1)
    }

    @Test("what nobody has read when the run ends is undelivered, with the reason")
    func never() throws {
        let scenario = try scenario([.draft("a")], workers: 4)
        try scenario.play { $0.agents[Self.worker]?.activeTurn != nil }
        try give(.tell(ID("worker-4"), "You there?", interrupts: false), scenario)
        try scenario.playOut()
        #expect(scenario.run.mail[ID("message-1")]?.state == .undelivered("the run ended before the agent's next turn"))
        #expect(RunStatus(run: scenario.run, at: scenario.now).messages?.first?.state == "undelivered")
    }

    @Test("an order that comes again does nothing again")
    func repeated() throws {
        let (scenario, _) = try working()
        try give(.tell(Self.worker, "Use the parser.", interrupts: false), scenario)
        #expect(try scenario.feed(.ordered(Order(id: "order", by: "Ada", wish: .cancelTask(Self.first, reason: nil)))).isEmpty)
        try scenario.crash()
        #expect(try scenario.feed(.ordered(Order(id: "order", by: "Ada", wish: .cancelTask(Self.first, reason: nil)))).isEmpty)
        #expect(scenario.run.mail.records.count == 1)
    }

    @Test("what is unknown, empty, too long or too much is refused")
    func refusals() throws {
        let (scenario, _) = try working()
        let unknown = try #require(objection(.tell(ID("worker-9"), "Hey", interrupts: false), scenario))
        #expect(unknown.kind == .unknown && unknown.known == ["director", "worker-1", "worker-2"])
        #expect(objection(.tell(Self.worker, " \n", interrupts: false), scenario)?.kind == .invalid)
        #expect(objection(.tell(Self.worker, String(repeating: "a", count: 4001), interrupts: false), scenario)?.kind == .invalid)
        #expect(objection(.cancelTask(ID("task-7"), reason: nil), scenario)?.kind == .unknown)
        for number in 1...Order.mostMessages {
            try give(.tell(Self.worker, "Again.", interrupts: false), scenario, id: "order-\(number)")
        }
        #expect(objection(.tell(Self.worker, "More.", interrupts: false), scenario)?.kind == .untimely)
    }

    // MARK: Tasks

    @Test("a task that is cancelled in work is stopped, given up with what depends on it, and never lands")
    func cancel() throws {
        let (scenario, turn) = try working()
        let task = try #require(scenario.run.turns[turn]?.task)
        try give(.cancelTask(task, reason: "not wanted"), scenario)
        #expect(scenario.run.turns[turn]?.stopCause == .cancelled)
        #expect(scenario.run.tasks[task]?.state == .dropped("cancelled by Ada: not wanted"))
        #expect(scenario.run.tasks[ID("task-2")]?.state.word == "dropped")
        try scenario.playOut()
        #expect(scenario.run.tasks[task]?.state.word == "dropped" && scenario.run.isEnded)
    }

    @Test("a task that is cancelled in the queue leaves it, whatever is being verified with it")
    func cancelQueued() throws {
        for state in ["merging", "gating"] {
            let scenario = try scenario([.draft("a"), .draft("b"), .draft("c")], workers: 3)
            try scenario.play { run in
                run.queue.contains { candidate in
                    switch candidate.state {
                    case .merging: state == "merging"
                    case .gating: state == "gating"
                    default: false
                    }
                }
            }
            let candidate = try #require(scenario.run.queue.first)
            guard case .task(let task) = candidate.kind else { return }
            try give(.cancelTask(task, reason: nil), scenario)
            #expect(!scenario.run.queue.contains { $0.id == candidate.id })
            try scenario.playOut()
            #expect(scenario.run.tasks[task]?.state.word == "dropped")
            #expect(scenario.run.tasks.values.count { $0.state.word == "landed" } == 2)
        }
    }

    @Test("a task that is being published cannot be cancelled")
    func cancelLate() throws {
        let scenario = try scenario([.draft("a")])
        try scenario.play { $0.queue.contains { $0.isPublishing } }
        #expect(objection(.cancelTask(Self.first, reason: nil), scenario)?.kind == .untimely)
        try scenario.playOut()
        #expect(objection(.cancelTask(Self.first, reason: nil), scenario)?.kind == .untimely)
    }

    @Test("what was given up is begun anew, once everything that it depends on can be")
    func retry() throws {
        let scenario = try scenario([.draft("a"), .draft("b", after: ["a"]), .draft("c")])
        try scenario.play { $0.agents[Self.worker]?.activeTurn != nil }
        try give(.cancelTask(Self.first, reason: nil), scenario, id: "1")
        #expect(objection(.retryTask(Self.first), scenario)?.message.contains("being stopped") == true)
        try scenario.play { run in !run.turns.values.contains { $0.task == Self.first } }
        #expect(objection(.retryTask(ID("task-2")), scenario)?.message.contains("depends on task-1") == true)
        try give(.retryTask(Self.first), scenario, id: "2")
        try give(.retryTask(ID("task-2")), scenario, id: "3")
        try scenario.playOut()
        #expect(scenario.run.tasks.values.allSatisfy { $0.state.word == "landed" })
    }

    @Test("a task in work begins anew in a fresh session")
    func retryInWork() throws {
        let (scenario, turn) = try working()
        let before = try #require(scenario.run.turns[turn])
        try give(.retryTask(Self.first), scenario)
        try scenario.play { $0.turns.values.contains { $0.task == Self.first && $0.id != turn } }
        let again = try #require(scenario.run.turns.values.first { $0.task == Self.first })
        #expect(again.session != before.session && again.agent != before.agent)
        try scenario.playOut()
        #expect(scenario.run.tasks[Self.first]?.state.word == "landed")
    }

    @Test("a manager that is restarted does the same in a fresh session")
    func restart() throws {
        let scenario = try scenario()
        try scenario.play { $0.agents[Run.director]?.activeTurn != nil }
        let turn = try #require(scenario.run.turns[try turn(of: Run.director, in: scenario)])
        try give(.restartAgent(Run.director), scenario)
        #expect(objection(.restartAgent(Run.director), scenario)?.kind == .untimely)
        try scenario.play { $0.turns[turn.id] == nil && $0.agents[Run.director]?.activeTurn != nil }
        let again = try #require(scenario.run.turns[try self.turn(of: Run.director, in: scenario)])
        #expect(again.brief == turn.brief && again.session != turn.session)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a task that a person adds is done, after work on the same files")
    func add() throws {
        let (scenario, _) = try working()
        var draft = TaskDraft.draft("new")
        draft.paths = try #require(scenario.run.tasks[Self.first]?.paths)
        try give(.addTask(draft, team: nil), scenario)
        let task = try #require(scenario.run.tasks[ID("task-3")])
        #expect(task.addedBy == "Ada" && task.dependsOn == [Self.first])
        draft.dependsOn = ["task-77"]
        #expect(objection(.addTask(draft, team: nil), scenario)?.name == "task-77")
        try scenario.playOut()
        #expect(scenario.run.tasks[task.id]?.state.word == "landed" && scenario.run.phase == .ended(.complete))
    }

    @Test("what a person wants first is begun first, with what it depends on")
    func prioritise() throws {
        let scenario = try scenario([.draft("a"), .draft("b"), .draft("c"), .draft("d"), .draft("e", after: ["d"])], workers: 1)
        try scenario.play { $0.agents[Self.worker]?.activeTurn != nil }
        try give(.prioritiseTask(ID("task-3")), scenario, id: "1")
        try give(.prioritiseTask(ID("task-5")), scenario, id: "2")
        #expect(objection(.prioritiseTask(Self.first), scenario)?.kind == .untimely)
        try scenario.playOut()
        var begun: [TaskID] = []
        for case .taskBriefed(let id, _, let pending) in scenario.journal.map(\.event) where pending.brief == .work(id) { begun.append(id) }
        // The fifth has to wait until the fourth has landed.
        #expect(begun.prefix(3).map(\.name) == ["task-1", "task-4", "task-3"], "\(begun)")
    }

    // MARK: Settings

    @Test("fewer workers work at once, and as many as before when a person says so")
    func workers() throws {
        let drafts = (1...8).map { TaskDraft.draft("t\($0)") }
        let scenario = try scenario(drafts, workers: 4)
        try scenario.play { run in run.turns.values.count { $0.role == .worker } == 4 }
        try give(.set(.workers(1)), scenario, id: "1")
        #expect(scenario.run.turns.count == 4, "what runs goes on")
        try scenario.play { run in run.tasks.values.count { $0.state.isSettled } == 6 }
        let most = scenario.run.turns.values.count { $0.role == .worker }
        #expect(most <= 1)
        try give(.set(.workers(4)), scenario, id: "2")
        #expect(scenario.run.live.workers == nil)
        // No fault of the order itself: another run may have so many.
        #expect(objection(.set(.workers(5)), scenario)?.kind == .untimely)
        #expect(objection(.set(.workers(0)), scenario)?.kind == .invalid)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a setting that was changed on the run stays until the configuration's own value becomes another one")
    func settings() throws {
        let (scenario, _) = try working()
        let configured = scenario.run.settings
        try give(.set(.duration(minutes: 2000)), scenario, id: "1")
        try give(.set(.budget(50)), scenario, id: "2")
        #expect(scenario.run.settings.maxRunMinutes == 2000 && scenario.run.settings.maxBudgetUsd == 50)
        try scenario.crash(settings: configured)
        #expect(scenario.run.settings.maxRunMinutes == 2000 && scenario.run.settings.maxBudgetUsd == 50)
        #expect(scenario.run.live.notices.count == 2)
        try scenario.crash(settings: configured.with { $0.maxBudgetUsd = 9 })
        #expect(scenario.run.settings.maxRunMinutes == 2000 && scenario.run.settings.maxBudgetUsd == 9)
        #expect(scenario.run.live.budget == nil)
        #expect(objection(.set(.duration(minutes: 0)), scenario)?.kind == .invalid)
        #expect(objection(.set(.budget(.nan)), scenario)?.kind == .invalid)
    }

    @Test("a run that only merges, or is over, takes no order")
    func over() throws {
        let (scenario, _) = try working()
        try scenario.playOut()
        #expect(objection(.tell(Self.worker, "Hey", interrupts: false), scenario)?.kind == .untimely)
        var settings = RunSettings.sample()
        settings.branches = []
        let merging = Run(id: ID("run-1"), settings: settings, seed: 1, at: .begin)
        #expect(merging.objection(to: Order(id: "1", by: "", wish: .restartAgent(Self.worker)))?.kind == .untimely)
    }
}
