import Journal
import Orchestration
import Testing

@testable import Engine

@Suite("A run that waits", .timeLimit(.minutes(1)))
struct WaitingTests {
    @Test("it has one alarm, for the next deadline; until then nothing wakes it, nothing is decided and nothing is written")
    func oneAlarm() async throws {
        let reset = ManualClock.begin.advanced(byMilliseconds: 1_800_000)
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
        let run = await test.engine.run
        #expect(run.effects.isEmpty && run.turns.isEmpty, "the run waits for the only credential")
        try #require(run.nextDeadline(after: ManualClock.begin) == reset)
        let written = test.journal.lastSequence
        await test.clock.waiting.until { $0 == [reset] || $0.contains { $0 < reset } }
        #expect(test.clock.waiting.value == [reset])

        #expect(test.clock.advance(byMilliseconds: 1_799_999) == 0, "somebody was woken before the deadline")
        #expect(test.journal.lastSequence == written)
        let begun = test.calls.count
        #expect(test.clock.advance(byMilliseconds: 1) == 1)
        await test.untilCalled(begun + 1)
        #expect(test.calls.last?.effect.isTurn == true)
    }
}
