import Journal
import Orchestration
import Testing

@testable import Engine

@Suite("A run that waits", .timeLimit(.minutes(1)))
struct WaitingTests {
    private static let reset = ManualClock.begin.advanced(byMilliseconds: 1_800_000)
    private var reset: Timestamp { Self.reset }

    /// A run whose only credential is used up.
    private static func usedUp(until reset: Timestamp = reset) throws -> EngineFixture {
        try EngineFixture { effect in
            switch effect {
            case .prepareBase: .base(EngineFixture.base)
            case .baseline: .gate(.green(milliseconds: 1))
            case .runTurn: .turn(TurnOutcome(end: .credential(.exhausted(resetsAt: reset, message: "used up"))))
            default: nil
            }
        }
    }

    @Test("it has one alarm, for the next deadline; until then nothing wakes it, nothing is decided and nothing is written")
    func oneAlarm() async throws {
        let test = try Self.usedUp()
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

    @Test(
        "a wall clock that is set past the reset wakes it, and its time goes on from the reset; one set short of it, or back, does nothing")
    func wallClock() async throws {
        let test = try Self.usedUp()
        await test.start()
        await test.clock.resting.until { $0 == [reset] }
        #expect(test.clock.setWallClock(to: ManualClock.begin.advanced(byMilliseconds: -86_400_000)) == 0)
        #expect(test.clock.setWallClock(to: reset.advanced(byMilliseconds: -1)) == 0)
        let begun = test.calls.count
        #expect(test.clock.setWallClock(to: reset.advanced(byMilliseconds: 7_200_000)) == 1)
        await test.untilCalled(begun + 1)
        #expect(test.clock.now() == reset)
        #expect(test.calls.last?.effect.isTurn == true)
        // The same reset again, which is over, is answered by a pause of cco's own: that one is no affair of the wall clock's.
        await test.clock.waiting.until { $0.contains { $0 > reset } }
        #expect(test.clock.setWallClock(to: reset.advanced(byMilliseconds: 7_200_000)) == 0)
    }

    @Test("a wall clock that is set while a turn is under way moves none of its deadlines")
    func wallClockAtWork() async throws {
        let test = try EngineFixture { effect in
            switch effect {
            case .prepareBase: .base(EngineFixture.base)
            case .baseline: .gate(.green(milliseconds: 1))
            default: nil
            }
        }
        await test.start()
        await test.carrier.seen.until { $0.calls.contains { $0.effect.isTurn } }
        await test.clock.waiting.until { !$0.isEmpty }
        #expect(await test.engine.run.turns.count == 1)
        #expect(test.clock.setWallClock(to: ManualClock.begin.advanced(byMilliseconds: 86_400_000)) == 0)
        #expect(test.clock.now() == ManualClock.begin)
    }
}
