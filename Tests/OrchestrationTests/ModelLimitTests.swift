import Foundation
import Simulation
import Testing

@testable import Orchestration

@Suite("Limits of one model")
struct ModelLimitTests {
    /// The Director has Opus, workers have Sonnet.
    private func settings(
        scarce: [Role: ModelChoice.Setting] = [:], _ slots: [CredentialSlot] = [.slot("key-1")]
    ) -> RunSettings {
        RunSettings.sample(workers: 2, credentials: slots).with {
            var models = ModelChoice()
            models.roles = [.director: .init(model: "opus"), .worker: .init(model: "claude-sonnet-5")]
            models.scarce = scarce
            $0.models = models
        }
    }

    private func starts(_ scenario: Scenario, since time: Timestamp = .begin) -> [Turn] {
        scenario.journal.compactMap { record in
            if case .turnStarted(let turn) = record.event, record.time >= time { turn } else { nil }
        }
    }

    /// Makes every turn of the Director but its plans end with its model's window used up, until it opens.
    private func limitDirector(_ scenario: Scenario, until reset: Timestamp, on key: CredentialID = ID("key-1")) {
        scenario.hooks.turn = { [unowned scenario] turn, run in
            guard turn.role == .director, turn.brief.purpose != .plan, turn.credential == key, scenario.now < reset,
                run.model(of: turn) == "opus"
            else { return nil }
            return .broken(.credential(.exhausted(resetsAt: reset, message: "Opus limit", family: .opus)))
        }
    }

    @Test("the turn waits until the reset at no cost and goes on in its session, its reason is shown, and other models go on with the key")
    func waits() throws {
        let scenario = try Scenario(settings())
        scenario.hooks.plan = { _, _ in (1...6).map { .draft("step-\($0)") } }
        let reset = Timestamp.begin.advanced(byMinutes: 3 * 24 * 60)
        limitDirector(scenario, until: reset)
        try scenario.start()
        try scenario.play { !$0.credentials[0].modelLimits.isEmpty }
        let struck = scenario.now
        let refused = try #require(starts(scenario).last { $0.role == .director })
        #expect(scenario.run.credentials[0].benchedUntil == nil && scenario.run.credentials[0].isUsable(at: struck))
        try scenario.play { $0.restsUntil(at: scenario.now) != nil }
        #expect(scenario.now < reset && scenario.run.restsUntil(at: scenario.now) == reset, "the provider has named it")
        let meanwhile = starts(scenario, since: struck)
        #expect(!meanwhile.isEmpty && meanwhile.allSatisfy { $0.role == .worker }, "\(meanwhile.map(\.id))")
        #expect(scenario.run.tasks.values.allSatisfy { $0.state == .submitted }, "all work is done that needs no Opus")
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(status.waiting?.reason.contains("key-1 has its Opus limit until \(Moment(reset).iso)") == true)
        #expect(status.waiting?.until == Moment(reset))
        #expect(status.credentials[0].state == "usable" && status.credentials[0].why == "Opus limit until \(Moment(reset).iso)")
        #expect(status.credentials[0].modelLimits?.map(\.family) == ["opus"])
        #expect(status.director.waits?.contains("Opus limit") == true)
        let worked = scenario.run.worked(at: scenario.now)
        #expect(scenario.run.worked(at: reset) == worked)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        let next = try #require(starts(scenario, since: struck).first { $0.role == .director })
        #expect(next.startedAt == reset && next.session == refused.session && next.resumes && next.carriesOn)
        #expect(scenario.run.credentials[0].modelLimits.map(\.faults) == [1])
    }

    @Test("what a key's bench hides of a model's limit is rested for as well")
    func behindABench() throws {
        let scenario = try Scenario(settings())
        limitDirector(scenario, until: .begin.advanced(byMinutes: 4000))
        try scenario.start()
        try scenario.play { $0.restsUntil(at: scenario.now) != nil }
        var run = scenario.run
        run.apply(.credentialBenched(ID("key-1"), until: scenario.now.advanced(byMinutes: 200), reason: "5-hour limit"), at: scenario.now)
        #expect(run.restsUntil(at: scenario.now) == .begin.advanced(byMinutes: 4000))
    }

    @Test("the turn goes on with the next key that can take its model, and the others stay where they are")
    func nextKey() throws {
        let scenario = try Scenario(settings([.slot("key-1"), .slot("key-2", tier: 1)]))
        limitDirector(scenario, until: .begin.advanced(byMinutes: 5000))
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        let turns = starts(scenario)
        let moved = turns.filter { $0.credential == ID("key-2") }
        #expect(moved.first?.resumes == true && moved.first?.carriesOn == true)
        #expect(!moved.isEmpty && moved.allSatisfy { $0.role == .director })
        #expect(turns.allSatisfy { $0.role == .director || $0.credential == ID("key-1") })
    }

    @Test("a conversation that begins while its model is used up has the one that is configured for that, and keeps it")
    func spare() throws {
        let scenario = try Scenario(settings(scarce: [.director: .init(model: "sonnet")]))
        scenario.hooks.plan = { _, _ in (1...4).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.role == .worker } }
        // A helper of a worker's turn was refused: the turn itself goes on.
        let turn = try #require(scenario.run.turns.keys.sorted().first)
        let fault = CredentialFault.exhausted(
            resetsAt: .begin.advanced(byMinutes: 5000), message: "Opus limit", family: .opus)
        try scenario.feed(.credentialSignal(turn, .failed(fault)))
        #expect(scenario.run.turns[turn]?.stopCause == nil && scenario.run.credentials[0].benchedUntil == nil)
        let struck = scenario.now
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete) && scenario.now < .begin.advanced(byMinutes: 5000))
        let director = starts(scenario, since: struck).filter { $0.role == .director }
        #expect(!director.isEmpty && director.allSatisfy { scenario.run.model(of: $0) == "sonnet" })
        #expect(director.contains { $0.resumes }, "a conversation goes on with it")
        #expect(
            starts(scenario, since: struck).allSatisfy { $0.role == .director || $0.isScarce == nil }, "nobody else needs another model")
    }

    @Test(
        "a turn that ends with a limit of a model that it is not known to have benches the whole key, so that it is not tried again at once"
    )
    func mismatch() throws {
        let scenario = try Scenario(settings())
        let reset = Timestamp.begin.advanced(byMinutes: 300)
        scenario.hooks.turn = { [unowned scenario] turn, _ in
            guard turn.role == .worker, scenario.now < reset else { return nil }
            return .broken(.credential(.exhausted(resetsAt: reset, message: "Opus limit", family: .opus)))
        }
        try scenario.start()
        try scenario.play { $0.credentials[0].benchedUntil == reset }
        #expect(starts(scenario).filter { $0.role == .worker }.count <= 2)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a model that is configured nowhere is the one that the key's last such turn had, and until then it may be any")
    func unknown() throws {
        var key = Credential(slot: .slot("key-1"))
        let limit = ModelLimit(family: .opus, until: .begin.advanced(byMinutes: 60), since: .begin, reason: "Opus limit", faults: 1)
        key.modelLimits = [limit]
        func obstacle(_ need: Need) -> CredentialObstacle? { key.obstacle(to: need, load: CredentialLoad(), at: .begin) }
        #expect(obstacle(Need(.integration)) == .modelLimited(limit))
        #expect(obstacle(Need(.integration, model: "sonnet")) == nil)
        #expect(obstacle(Need(.integration, model: "Claude-OPUS-9")) == .modelLimited(limit))
        #expect(obstacle(Need(.integration, model: "opus", spare: .init(model: "sonnet"))) == nil)
        key.usualModel = "claude-sonnet-5"
        #expect(obstacle(Need(.integration)) == nil)
        #expect(obstacle(Need(.integration, model: "opus", spare: .init(model: nil))) == nil)

        let scenario = try Scenario(settings().with { $0.models?.roles[.worker] = nil })
        scenario.hooks.turn = { turn, _ in
            guard turn.role == .worker else { return nil }
            var outcome = TurnOutcome.broken(.silent)
            outcome.account.model = "claude-sonnet-5"
            return outcome
        }
        try scenario.start()
        try scenario.play { $0.credentials[0].usualModel != nil }
        #expect(scenario.run.credentials[0].usualModel == "claude-sonnet-5")
        // An earlier version's journal names no models: what a turn had says nothing of the next one.
        let old = try Scenario(settings().with { $0.models = nil })
        old.hooks.turn = scenario.hooks.turn
        try old.start()
        try old.play { $0.ledger.total.turns > 3 }
        #expect(old.run.credentials[0].usualModel == nil)
    }

    @Test("a window of one model keeps only turns with that model from new work, and gives only them another model")
    func prevention() throws {
        var key = Credential(slot: .slot("key-1"))
        let until = Timestamp.begin.advanced(byMinutes: 60)
        key.windows = [UsageWindow(name: "seven_day_opus", family: .opus, utilization: 0.995, resetsAt: until, seenAt: .begin)]
        func isHeld(_ demand: Demand, _ model: String?) -> Bool {
            key.obstacle(to: Need(demand, model: model), load: CredentialLoad(), at: .begin) != nil
        }
        #expect(isHeld(.newWork, "opus") && isHeld(.ongoing, "opus") && isHeld(.newWork, nil))
        #expect(!isHeld(.integration, "opus") && !isHeld(.newWork, "sonnet"))
        let opus = key.model(for: Need(.newWork, model: "opus", spare: .init(model: "haiku")), at: .begin)
        #expect(opus.name == "haiku" && opus.isSpare)
        let sonnet = key.model(for: Need(.newWork, model: "sonnet", spare: .init(model: "haiku")), at: .begin)
        #expect(sonnet.name == "sonnet" && !sonnet.isSpare)
        #expect(key.whyHeldBack(at: .begin)?.contains("seven_day_opus is 99 % used") == true)

        let scenario = try Scenario(settings())
        scenario.hooks.plan = { _, _ in (1...6).map { .draft("step-\($0)") } }
        try scenario.start()
        try scenario.play { !$0.turns.isEmpty }
        try scenario.feed(.credentialSignal(scenario.run.turns.keys.sorted()[0], .used(key.windows)))
        #expect(scenario.run.credentials[0].windows.map(\.family) == [.opus])
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete) && scenario.now < until)
    }

    @Test("a nearly full window of one model lets one task at a time begin with that model, whatever others do")
    func narrow() {
        var key = Credential(slot: .slot("key-1"))
        let until = Timestamp.begin.advanced(byMinutes: 60)
        key.windows = [
            UsageWindow(name: "five_hour", utilization: 0.5, resetsAt: until, seenAt: .begin),
            UsageWindow(name: "seven_day_opus", family: .opus, utilization: 0.93, resetsAt: until, seenAt: .begin),
        ]
        func isHeld(_ model: String?, beside others: [String?]) -> Bool {
            var load = CredentialLoad()
            for other in others { load.add(.newWork, model: other) }
            return key.obstacle(to: Need(.newWork, model: model), load: load, at: .begin) != nil
        }
        #expect(!isHeld("opus", beside: []) && !isHeld("opus", beside: ["sonnet", "haiku"]))
        #expect(isHeld("opus", beside: ["sonnet", "opus"]) && isHeld("opus", beside: [nil]), "one that is not known may be any")
        #expect(!isHeld("sonnet", beside: ["opus", "sonnet"]))
        key.windows[0].utilization = 0.85
        #expect(isHeld("sonnet", beside: ["opus"]), "the window of all models counts all")
    }

    @Test("a worker whose task waits for its model takes another one with another model meanwhile")
    func another() throws {
        let scenario = try Scenario(
            settings().with {
                $0.workerCount = 1
                $0.models?.roles[.worker] = .init(model: "sonnet")
                $0.models?.sizes = [.large: .init(model: "opus")]
            })
        scenario.hooks.plan = { _, _ in
            (1...3).map { number in
                var draft = TaskDraft.draft("step-\(number)")
                draft.size = number == 1 ? .large : .small
                return draft
            }
        }
        let reset = Timestamp.begin.advanced(byMinutes: 3 * 24 * 60)
        scenario.hooks.turn = { [unowned scenario] turn, run in
            guard turn.role == .worker, scenario.now < reset, run.model(of: turn) == "opus" else { return nil }
            return .broken(.credential(.exhausted(resetsAt: reset, message: "Opus limit", family: .opus)))
        }
        try scenario.start()
        try scenario.play { $0.restsUntil(at: scenario.now) != nil }
        let small = scenario.run.tasks.values.filter { $0.size == .small }
        #expect(small.count == 2 && small.allSatisfy { $0.session?.turns ?? 0 > 0 }, "\(small.map(\.state))")
        #expect(scenario.run.tasks.values.filter { $0.size == .large }.allSatisfy { $0.state == .assigned })
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a conflict has the usual model while a window runs short, and the spare one only where the window is used up")
    func conflict() throws {
        let scenario = try Scenario(
            settings().with {
                $0.models?.roles[.worker] = .init(model: "opus")
                $0.models?.roles[.director] = nil
            })
        try scenario.start()
        try scenario.play { $0.tasks.values.contains { $0.session?.exists == true } }
        let agent = try #require(scenario.run.agents.values.first { $0.role == .worker })
        var task = try #require(scenario.run.tasks.values.first { $0.session?.exists == true })
        task.session?.isScarce = true
        var key = Credential(slot: .slot("key-1"))
        let until = Timestamp.begin.advanced(byMinutes: 60)
        key.windows = [UsageWindow(name: "five_hour", utilization: 0.95, resetsAt: until, seenAt: .begin)]
        func model(_ brief: Brief) -> String? {
            key.model(for: scenario.run.need(for: Pending(brief), of: agent, task), at: .begin).name
        }
        let conflict = Brief.resolveConflict(task.id, target: try #require(scenario.run.head(of: .base)), files: [])
        #expect(model(.work(task.id)) == "sonnet" && model(conflict) == "opus")
        key.modelLimits = [ModelLimit(family: .opus, until: until, since: .begin, reason: "Opus limit", faults: 1)]
        #expect(model(conflict) == "sonnet")
        task.session?.isScarce = nil
        #expect(model(.work(task.id)) == "opus" && model(conflict) == "opus", "a conversation keeps its model")
    }

    @Test("a wrong clock's resets make a growing pause, also while turns of other models succeed")
    func backoff() throws {
        let scenario = try Scenario(settings())
        limitDirector(scenario, until: .begin.advanced(byMinutes: 60))
        let hook = scenario.hooks.turn
        scenario.hooks.turn = { turn, run in
            guard var outcome = hook?(turn, run) else { return nil }
            outcome.end = .credential(.exhausted(resetsAt: .begin, message: "Opus limit", family: .opus))
            return outcome
        }
        try scenario.start()
        try scenario.playOut()
        let pauses = scenario.journal.compactMap { record in
            guard case .credentialBenched(_, let until, _, let family) = record.event, family == .opus else { return nil as Int64? }
            return until.milliseconds(since: record.time) / 1000
        }
        #expect(pauses.prefix(4) == [30, 60, 120, 240])
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("a limit survives an engine's death, and a clock that is set back makes none longer")
    func crash() throws {
        let scenario = try Scenario(settings())
        limitDirector(scenario, until: .begin.advanced(byMinutes: 500))
        try scenario.start()
        try scenario.play { !$0.credentials[0].modelLimits.isEmpty }
        let before = scenario.run.credentials
        try scenario.crash(down: 1000)
        #expect(scenario.run.credentials == before)
        let limit = before[0].modelLimits[0]
        let back = limit.since.advanced(byMinutes: -1000)
        let taken = before[0].takenUp(as: .slot("key-1"), at: back).modelLimits[0]
        #expect(taken.until.milliseconds(since: back) == limit.until.milliseconds(since: limit.since))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("what earlier versions wrote of credentials and settings is read")
    func journals() throws {
        func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
            try JSONDecoder().decode(type, from: Data(text.utf8))
        }
        let benched = try read(
            Event.self, #"{"credentialBenched":{"_0":"key-1","until":1800000000000,"reason":"5-hour limit"}}"#)
        #expect(
            benched == .credentialBenched(ID("key-1"), until: Timestamp(milliseconds: 1_800_000_000_000), reason: "5-hour limit"))
        let fault = try read(CredentialFault.self, #"{"exhausted":{"resetsAt":1800000000000,"message":"5-hour limit"}}"#)
        #expect(fault == .exhausted(resetsAt: Timestamp(milliseconds: 1_800_000_000_000), message: "5-hour limit"))
        let window = try read(UsageWindow.self, #"{"name":"seven_day_opus","utilization":0.5,"until":1800000000000,"seenAt":1}"#)
        #expect(window.family == nil && window.isAbout("sonnet"))
        var known = settings()
        known.models?.sizes = [.small: .init(model: "haiku", effort: .low)]
        known.models?.purposes = [.gateFix: .init(effort: .max)]
        let data = try JSONEncoder().encode(known)
        #expect(try JSONDecoder().decode(RunSettings.self, from: data) == known)
        var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let models = try #require(fields["models"] as? [String: [String: Any]])
        #expect(models["sizes"]?.keys.sorted() == ["small"] && models["purposes"]?.keys.sorted() == ["gate-fix"])
        fields["models"] = nil
        let old = try JSONDecoder().decode(RunSettings.self, from: try JSONSerialization.data(withJSONObject: fields))
        #expect(old.models == nil && old.workerCount == known.workerCount)
    }
}
