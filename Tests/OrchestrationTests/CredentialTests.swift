import Simulation
import Testing

@testable import Orchestration

@Suite("Credentials")
struct CredentialTests {
    private func credentials(of scenario: Scenario) -> [String] {
        scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event { turn.credential.name } else { nil } }
    }

    /// Makes the first worker's turn end with a credential's fault.
    private func fault(_ scenario: Scenario, _ fault: CredentialFault) {
        var isFirst = true
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil, isFirst else { return nil }
            isFirst = false
            return .broken(.credential(fault))
        }
    }

    @Test("an exhausted credential is benched until its reset, and the session goes on with the next one at once")
    func exhausted() throws {
        let scenario = try Scenario(.sample(workers: 1, credentials: [.slot("oauth"), .slot("key-1", tier: 1)]))
        let reset = Timestamp.begin.advanced(byMinutes: 50)
        fault(scenario, .exhausted(resetsAt: reset, message: "5-hour limit"))
        try scenario.start()
        try scenario.play { $0.credentials.first?.benchedUntil == reset }
        let turns = scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task != nil { turn } else { nil } }
        #expect(turns.map(\.credential.name) == ["oauth", "key-1"])
        #expect(turns[0].session == turns[1].session)
        #expect(turns[1].resumes && turns[1].carriesOn)
        #expect(turns[1].startedAt == scenario.now)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks[ID("task-1")]?.attempts == 1)
    }

    @Test(
        "the lowest tier is used first, whatever the order of the list",
        arguments: [
            [CredentialSlot.slot("oauth"), .slot("key-1", tier: 1), .slot("key-2", tier: 1)],
            [CredentialSlot.slot("key-1", tier: 1), .slot("key-2", tier: 1), .slot("oauth")],
        ])
    func tiers(slots: [CredentialSlot]) throws {
        let scenario = try Scenario(.sample(workers: 4, credentials: slots))
        try scenario.start()
        try scenario.playOut()
        #expect(Set(credentials(of: scenario)) == ["oauth"])
    }

    @Test("keys before the command line's own account: the keys share the work and the account is the last resort")
    func keysFirst() throws {
        let scenario = try Scenario(.sample(workers: 4, credentials: [.slot("key-1"), .slot("key-2"), .slot("oauth", tier: 1)]))
        var isSpent = false
        scenario.hooks.turn = { turn, _ in
            isSpent && turn.credential.name != "oauth" ? .broken(.credential(.exhausted(resetsAt: nil, message: "429"))) : nil
        }
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 4 }
        #expect(Set(credentials(of: scenario)) == ["key-1", "key-2"])
        isSpent = true
        try scenario.play { run in run.turns.values.contains { $0.credential.name == "oauth" } }
        #expect(scenario.run.credentials.prefix(2).allSatisfy { ($0.benchedUntil ?? .begin) > scenario.now })
    }

    @Test("credentials of one tier share the work evenly")
    func spread() throws {
        let scenario = try Scenario(.sample(workers: 12, groupSize: 12, credentials: (1...3).map { .slot("key-\($0)") }))
        try scenario.start()
        try scenario.play { $0.turns.values.count { $0.role == .worker } == 12 }
        let loads = Dictionary(grouping: scenario.run.turns.values, by: \.credential).mapValues(\.count)
        #expect(loads == [ID("key-1"): 4, ID("key-2"): 4, ID("key-3"): 4])
    }

    @Test("a session stays with its credential while that can be used, since the provider's cache knows the conversation")
    func staysWithSession() throws {
        let scenario = try Scenario(.sample(workers: 4, credentials: [.slot("key-1"), .slot("key-2"), .slot("key-3")]))
        scenario.hooks.turn = { turn, run in
            // Every task needs a second turn.
            turn.task != nil && !turn.resumes ? .broken(.silent, head: run.tasks[turn.task ?? ID("none")]?.head) : nil
        }
        try scenario.start()
        try scenario.playOut()
        let turns = scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event { turn } else { nil } }
        let sessions = Dictionary(grouping: turns, by: \.session)
        #expect(sessions.values.count { $0.count > 1 } >= 4)
        #expect(sessions.values.allSatisfy { Set($0.map(\.credential)).count == 1 })
        #expect(Set(turns.map(\.credential)).count == 3)
    }

    @Test("with every credential benched the run waits for the earliest reset and spends nothing")
    func allBenched() throws {
        let scenario = try Scenario(.sample(workers: 2, credentials: [.slot("key-1"), .slot("key-2")]))
        let resets = [ID("key-1"): Timestamp.begin.advanced(byMinutes: 90), CredentialID("key-2"): Timestamp.begin.advanced(byMinutes: 70)]
        var isSpent = true
        scenario.hooks.turn = { turn, _ in
            turn.task != nil && isSpent ? .broken(.credential(.exhausted(resetsAt: resets[turn.credential], message: "limit"))) : nil
        }
        try scenario.start()
        try scenario.play { $0.turns.isEmpty && $0.credentials.allSatisfy { $0.benchedUntil != nil } }
        let started = credentials(of: scenario).count
        #expect(scenario.run.nextDeadline(after: scenario.now) == resets[ID("key-2")])
        #expect(scenario.run.suspension == nil)
        isSpent = false
        try scenario.step()
        #expect(scenario.now == resets[ID("key-2")])
        #expect(credentials(of: scenario).dropFirst(started).allSatisfy { $0 == "key-2" })
        #expect(scenario.run.turns.count == 2)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test(
        "exhaustion without a reset time is waited out longer each time, whatever becomes of the engine, and a success forgets it",
        arguments: [false, true])
    func backoff(crashing: Bool) throws {
        let scenario = try Scenario(.sample(workers: 1))
        var faults = 0
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil, faults < 4 else { return nil }
            faults += 1
            return .broken(.credential(.exhausted(resetsAt: nil, message: "429")))
        }
        try scenario.start()
        for number in 1...4 where crashing {
            try scenario.play { $0.credentials[0].faults == number }
            try scenario.crash(down: 1000)
        }
        try scenario.playOut()
        let pauses = scenario.journal.compactMap { record in
            if case .credentialBenched(_, let until, _, _) = record.event { until.milliseconds(since: record.time) / 1000 } else { nil }
        }
        #expect(pauses == [30, 60, 120, 240])
        #expect(scenario.run.credentials[0].faults == 0)
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test(
        "with every credential rejected the run suspends itself, and a new start tries them again",
        arguments: [
            CredentialFault.refused(message: "401 invalid key"), .unpaid(message: "401 invalid key"),
        ])
    func allRejected(fault: CredentialFault) throws {
        let scenario = try Scenario(.sample(workers: 1))
        self.fault(scenario, fault)
        try scenario.start()
        try scenario.play { $0.suspension != nil }
        #expect(scenario.run.suspension == "no credential can be used (key-1: 401 invalid key)")
        #expect(try !scenario.step())
        try scenario.crash(settings: scenario.run.settings.with { $0.credentials.append(.slot("key-2", tier: 1)) })
        #expect(scenario.run.credentials.map(\.id.name) == ["key-1", "key-2"])
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    @Test("an overloaded provider is waited for with growing pauses, and that is nobody's failure")
    func overload() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 6000))
        var faults = 0
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil, faults < 8 else { return nil }
            faults += 1
            return faults == 8 ? .broken(.silent) : .broken(.provider("overloaded"))
        }
        try scenario.start()
        try scenario.playOut()
        let turns = scenario.journal.compactMap { if case .turnStarted(let turn) = $0.event, turn.task != nil { turn } else { nil } }
        let pauses = zip(turns, turns.dropFirst()).map { $1.startedAt.milliseconds(since: $0.startedAt) / 1000 - 300 }
        #expect(pauses == [10, 20, 40, 80, 160, 300, 300, 0])
        #expect(Set(turns.map(\.agent)).count == 1)
        #expect(scenario.run.tasks[ID("task-1")]?.state.word == "landed")
    }

    @Test("a conversation of which the agent's program can make nothing any more is given up: the same brief goes on in a fresh one")
    func uselessSession() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 100_000))
        var turns: [Turn] = []
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil else { return nil }
            turns.append(turn)
            if turns.count == 1 { return .broken(.failed("signal 9")) }
            return turns.count == 2 ? .broken(.failed("the prompt is too long"), sessionExists: false) : nil
        }
        try scenario.start()
        try scenario.playOut()
        #expect(turns.map(\.resumes) == [false, true, false])
        #expect(turns[0].session == turns[1].session && turns[2].session != turns[1].session)
        #expect(turns[2].brief == turns[1].brief)
        #expect(scenario.run.phase == .ended(.complete))
        // Also one that has grown so long in its first turn: its id is taken.
        let second = try Scenario(.sample(workers: 1, minutes: 100_000))
        turns = []
        second.hooks.turn = { turn, _ in
            guard turn.task != nil else { return nil }
            turns.append(turn)
            var outcome = TurnOutcome.broken(.failed("the prompt is too long"), sessionExists: false)
            outcome.account.modelTurns = 9
            return turns.count == 1 ? outcome : nil
        }
        try second.start()
        try second.playOut()
        #expect(turns.count == 2 && !turns[1].resumes && turns[0].session != turns[1].session)
    }

    @Test("a turn that is put back is told again what was wrong with the one before it")
    func remarkStays() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 100_000))
        var turns: [Turn] = []
        scenario.hooks.turn = { turn, _ in
            guard turn.role == .director, turns.count < 3 else { return nil }
            turns.append(turn)
            if turns.count == 1 { return .broken(.silent) }
            return turns.count == 2 ? .broken(.stopped(.credentialRests)) : nil
        }
        try scenario.start()
        try scenario.playOut()
        #expect(turns.count == 3 && turns[0].remark == nil)
        #expect(turns[1].remark != nil && turns[2].remark == turns[1].remark)
    }

    @Test("a session that is gone is begun anew with its whole brief; one that can never be begun is given up")
    func missingSession() throws {
        let scenario = try Scenario(.sample(workers: 1, minutes: 100_000))
        var turns: [Turn] = []
        var isAlwaysMissing = false
        scenario.hooks.turn = { turn, _ in
            guard turn.task != nil else { return nil }
            turns.append(turn)
            if turns.count == 1 { return .broken(.failed("signal 9")) }
            return turns.count == 2 || isAlwaysMissing ? .broken(.sessionMissing, sessionExists: false) : nil
        }
        try scenario.start()
        try scenario.playOut()
        #expect(turns.map(\.resumes) == [false, true, false])
        #expect(turns.map(\.carriesOn) == [false, true, false])
        #expect(turns[0].session == turns[1].session && turns[2].session != turns[1].session, "the old id may still be refused")
        #expect(scenario.run.phase == .ended(.complete))
        isAlwaysMissing = true
        let second = try Scenario(.sample(workers: 1, minutes: 100_000))
        second.hooks = scenario.hooks
        try second.start()
        try second.playOut()
        #expect(turns.count < 12)
        guard case .failed = second.run.tasks[ID("task-1")]?.state else { throw second.failure("not failed", []) }
    }
}
