import Journal
import Orchestration
import Testing

@testable import Engine

@Suite("The engine", .timeLimit(.minutes(1)))
struct EngineTests {
    @Test("an effect is journaled before it is carried out, and every announced step is durable")
    func journalFirst() async throws {
        let test = try EngineFixture(answer: EngineFixture.baseOnly)
        await test.start()
        // The base, the gate on it, and the Director's first turn.
        await test.untilCalled(3)
        #expect(test.calls.map(\.wasJournaled) == [true, true, true])
        let replays = test.observer.seen.value.replaysAgreed
        #expect(replays.count >= 2 && !replays.contains(false))
        let run = await test.engine.run
        #expect(try EventRecord.replay(test.journal) == run)
    }

    @Test("an effect that was intended before a crash is carried out by the next engine, under its id and once")
    func afterCrash() async throws {
        let test = try EngineFixture(after: [
            .engineStarted(EngineFixture.settings), .effectIntended(EngineFixture.prepare, .prepareBase),
        ])
        await test.start()
        await test.untilCalled(1)
        #expect(test.calls == [.init(id: EngineFixture.prepare, effect: .prepareBase, wasJournaled: true)])
        #expect(await test.engine.run.effects.count == 1)
    }

    @Test("what was under way in an engine that died is done again by the next one, and nothing else is")
    func secondEngine() async throws {
        let first = try EngineFixture(answer: EngineFixture.baseOnly)
        await first.start()
        await first.untilCalled(3)
        let pending = await first.engine.run.effects
        #expect(pending.count == 2)
        let second = try EngineFixture(after: first)
        await second.start()
        await second.untilCalled(2)
        #expect(Dictionary(uniqueKeysWithValues: second.calls.map { ($0.id, $0.effect) }) == pending.mapValues(\.effect))
    }

    @Test("time in which nothing is in flight is offered to the carrier, and only that")
    func idleTime() async throws {
        let reset = ManualClock.begin.advanced(byMilliseconds: 3_600_000)
        let test = try EngineFixture { effect in
            switch effect {
            case .prepareBase: .base(EngineFixture.base)
            case .baseline: .gate(.green(milliseconds: 1))
            case .runTurn: .turn(TurnOutcome(end: .credential(.exhausted(resetsAt: reset, message: "used up"))))
            default: nil
            }
        }
        await test.start()
        await test.carrier.seen.until { !$0.idle.isEmpty }
        #expect(test.calls.contains { $0.effect.isTurn }, "the run waits for the only credential")
        #expect(test.carrier.seen.value.idle.allSatisfy { $0 == 0 })
    }

    @Test("a turn that is to be stopped while it waits for its next try is taken up at once: its process may be at work")
    func stoppedBeforeRetry() async throws {
        let test = try EngineFixture(answer: EngineFixture.baseOnly)
        await test.start()
        await test.untilCalled(3)
        let turn = try test.call { $0.isTurn }
        test.carrier.letGo(turn, .failed("its output cannot be watched", final: false))
        await test.observer.seen.until { $0.events.contains { if case .effectDelayed(turn, _, _) = $0 { true } else { false } } }
        #expect(test.calls.count { $0.id == turn } == 1)
        await test.engine.submit(.suspend("lunch"))
        await test.carrier.seen.until { $0.calls.count { $0.id == turn } == 2 }
        test.carrier.letAllGo()
        await test.engine.standstill()
    }

    @Test("a run that works all the time, or has stopped, is offered no idle time")
    func noIdleTime() async throws {
        let test = try EngineFixture(answer: EngineFixture.baseOnly)
        await test.start()
        await test.untilCalled(3)
        await test.engine.submit(.suspend("lunch"))
        test.carrier.letAllGo()
        await test.engine.standstill()
        #expect(test.carrier.seen.value.idle.isEmpty)
    }

    @Test("the carrier tidies up beside its work once enough has landed, and not again before as much has", arguments: [63, 64])
    func tidying(landed: Int) async throws {
        let landings = (1...landed).flatMap { number -> [Event] in
            let id: CandidateID = ID("candidate", number)
            let candidate = Candidate(
                id: id, target: .base, kind: .branch("b-\(number)"), head: EngineFixture.base.head, readyAt: ManualClock.begin)
            let (commit, tree) = (EngineFixture.base.head, EngineFixture.base.tree)
            return [.candidateQueued(candidate), .candidatePublished(id, commit: commit, tree: tree)]
        }
        let test = try EngineFixture(after: [.engineStarted(EngineFixture.settings), .baseMoved(EngineFixture.base)] + landings)
        await test.start()
        await test.untilCalled(1)
        await test.engine.submit(.clock)
        await test.engine.submit(.suspend("lunch"))
        test.carrier.letAllGo()
        // It is waited for, so that what it has begun outlives no engine.
        await test.engine.standstill()
        #expect(test.carrier.seen.value.tidied.count == (landed < 64 ? 0 : 1))
        #expect(test.carrier.seen.value.idle.isEmpty)
    }

    @Test("a result that comes twice is ignored the second time")
    func twice() async throws {
        let test = try EngineFixture()
        await test.start()
        await test.untilCalled(1)
        await test.engine.submit(.effectFinished(EngineFixture.prepare, .base(EngineFixture.base)))
        await test.untilCalled(3)
        let before = await test.engine.run
        let other = BaseFacts(head: EngineFixture.object("e"), tree: EngineFixture.object("f"), direction: nil)
        await test.engine.submit(.effectFinished(EngineFixture.prepare, .base(other)))
        #expect(test.observer.seen.value.events.last == .strayIgnored(EngineFixture.prepare))
        #expect(await test.engine.run == before)
        #expect(test.calls.count == 3)
    }

    @Test("a suspension stops turns and cancels everything else, and all stands still only when both are gone")
    func suspension() async throws {
        let test = try EngineFixture(answer: EngineFixture.baseOnly)
        await test.start()
        await test.untilCalled(3)
        let turn = try test.call { $0.isTurn }
        let gate = try test.call { if case .baseline = $0 { true } else { false } }
        let turnID = try #require(await test.engine.run.turns.keys.first)
        await test.engine.submit(.suspend("lunch"))
        await test.carrier.seen.until { !$0.active.contains(gate) }
        let seen = test.carrier.seen.value
        #expect(seen.stopped == [turnID] && seen.stopsWereJournaled == [true])
        #expect(seen.cancelled == [gate], "a turn reports how it ended, so its task is not cancelled")

        let waiting = Watched(false)
        async let activeAtStandstill: Set<EffectID> = {
            waiting.change { $0 = true }
            await test.engine.standstill()
            return test.carrier.seen.value.active
        }()
        await waiting.until(\.self)
        #expect(await test.engine.run.turns.count == 1)
        test.carrier.letGo(turn, .turn(TurnOutcome(end: .stopped(.suspended))))
        #expect(await activeAtStandstill.isEmpty)
        let run = await test.engine.run
        #expect(run.suspension == "lunch")
        #expect(run.turns.isEmpty)
        #expect(run.effects.keys.map(\.self) == [gate], "the interrupted gate stays intended, for the next engine")
        #expect(test.calls.count == 3, "nothing began after the suspension")
    }

    @Test("a suspension that comes before the start still ends the turns that an engine which died had left")
    func earlySuspensionAfterCrash() async throws {
        let first = try EngineFixture(answer: EngineFixture.baseOnly)
        await first.start()
        await first.untilCalled(3)
        let second = try EngineFixture(after: first)
        await second.engine.submit(.suspend("lunch"))
        await second.start()
        await second.untilCalled(1)
        #expect(second.calls.map(\.effect.isTurn) == [true])
        #expect(second.carrier.seen.value.stopped.count == 1)
    }

    @Test("a suspension that comes before the start is kept, and nothing that is pending begins")
    func earlySuspension() async throws {
        let test = try EngineFixture(after: [
            .engineStarted(EngineFixture.settings), .effectIntended(EngineFixture.prepare, .prepareBase),
        ])
        let before = test.journal.lastSequence
        await test.engine.submit(.suspend("not yet"))
        #expect(test.journal.lastSequence == before)
        await test.start()
        await test.engine.standstill()
        let run = await test.engine.run
        #expect(run.suspension == "not yet")
        #expect(run.effects.count == 1)
        #expect(test.calls.isEmpty)
    }

    @Test("the alarm rings at the next deadline, and what waited for it is done again")
    func alarm() async throws {
        let test = try EngineFixture()
        await test.start()
        await test.untilCalled(1)
        await test.engine.submit(.effectFinished(EngineFixture.prepare, .failed("origin is away", final: false)))
        let until = try #require(await test.engine.run.effects[EngineFixture.prepare]?.delayedUntil)
        let wait = until.milliseconds(since: ManualClock.begin)
        #expect(wait > 0)
        // The first try is over for the carrier too.
        test.carrier.letGo(EngineFixture.prepare, nil)
        await test.carrier.seen.until(\.active.isEmpty)
        test.clock.advance(byMilliseconds: wait - 1)
        await test.engine.submit(.clock)
        #expect(test.observer.seen.value.events.contains(.effectRetried(EngineFixture.prepare)) == false)
        test.clock.advance(byMilliseconds: 1)
        await test.observer.seen.until { $0.events.contains(.effectRetried(EngineFixture.prepare)) }
        #expect(test.clock.deadlines.contains(until))
    }

    @Test("an effect that failed is carried out again after its pause")
    func retry() async throws {
        let tries = Watched(0)
        let test = try EngineFixture(answer: { effect in
            guard effect == .prepareBase else { return nil }
            let number = tries.change { count in
                count += 1
                return count
            }
            return number == 1 ? .failed("origin is away", final: false) : .base(EngineFixture.base)
        })
        await test.start()
        await test.observer.seen.until { $0.events.contains { if case .effectDelayed = $0 { true } else { false } } }
        #expect(tries.value == 1)
        test.clock.advance(byMilliseconds: 300_000)
        await test.untilCalled(4)
        #expect(test.calls.filter { $0.effect == .prepareBase }.map(\.id) == [EngineFixture.prepare, EngineFixture.prepare])
    }

    @Test("a run that cannot begin ends, and the engine stands still")
    func ended() async throws {
        let test = try EngineFixture(answer: { _ in .failed("there is no such branch", final: true) })
        await test.start()
        await test.engine.standstill()
        #expect(await test.engine.run.phase == .ended(.failed("there is no such branch")))
    }

    @Test("a journal that takes no event stops the engine: no state changes, no effect begins, and it stands still")
    func journalFails() async throws {
        let test = try EngineFixture()
        let before = await test.engine.run
        try test.journal.close()
        await test.start()
        await test.engine.standstill()
        #expect(await test.engine.journalFault?.kind == .closed)
        #expect(await test.engine.run == before)
        #expect(test.calls.isEmpty)
        #expect(test.observer.seen.value.failures.count == 1)
        #expect(test.observer.seen.value.events.isEmpty)
        await test.engine.submit(.suspend("too late"))
        #expect(await test.engine.run == before)
        #expect(test.observer.seen.value.failures.count == 1)
    }

    @Test("a journal that fails at the start keeps the next engine from taking pending effects up")
    func journalFailsWithPending() async throws {
        let test = try EngineFixture(
            after: [.engineStarted(EngineFixture.settings), .effectIntended(EngineFixture.prepare, .prepareBase)],
            answer: EngineFixture.baseOnly)
        try test.journal.close()
        await test.start()
        #expect(await test.engine.journalFault != nil)
        await test.engine.standstill()
        #expect(test.calls.isEmpty)
    }

    @Test("when the journal fails on the way, turns are told to stop and the other effects are cancelled")
    func journalFailsLater() async throws {
        let test = try EngineFixture(answer: EngineFixture.baseOnly)
        await test.start()
        await test.untilCalled(3)
        let turn = try #require(await test.engine.run.turns.keys.first)
        try test.journal.close()
        await test.engine.submit(.suspend("no use"))
        await test.engine.standstill()
        let seen = test.carrier.seen.value
        #expect(seen.stopped == [turn])
        #expect(seen.active.isEmpty)
        #expect(await test.engine.run.suspension == nil, "what is not durable has not happened")
    }

    @Test("effects that come to a result after the journal has failed do not keep the engine from standing still", .timeLimit(.minutes(1)))
    func resultsAfterJournalFailed() async throws {
        let test = try EngineFixture(answer: EngineFixture.baseOnly) { _ in .failed("no space left", final: false) }
        await test.start()
        await test.untilCalled(3)
        let pending = await test.engine.run.effects
        try test.journal.close()
        await test.engine.submit(.suspend("no use"))
        await test.engine.standstill()
        #expect(await test.engine.run.effects == pending, "they are done again by the next engine")
    }
}
