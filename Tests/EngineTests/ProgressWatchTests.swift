import Agents
import Orchestration
import Testing

@testable import Engine

@Suite("Watching a turn", .timeLimit(.minutes(1)))
struct ProgressWatchTests {
    private final class Watching: Sendable {
        let clock = ManualClock()
        let told = Watched<[StuckCause]>([])
        let watch: ProgressWatch

        init() {
            let told = told
            watch = ProgressWatch(limits: .init(silenceMinutes: 30, toolMinutes: 50, failures: 2), clock: clock) { cause in
                told.change { $0.append(cause) }
            }
        }
    }

    @Test("a turn that falls silent is told once, at the moment at which it is stuck")
    func silence() async {
        let test = Watching()
        test.watch.take([.output])
        test.clock.advance(byMilliseconds: 29 * 60_000)
        test.watch.take([.output])
        test.clock.advance(byMilliseconds: 29 * 60_000)
        #expect(test.told.value.isEmpty)
        test.clock.advance(byMilliseconds: 60_000)
        await test.told.until { $0 == [.silent(minutes: 30)] }
    }

    @Test("the end of a tool brings the alarm forward")
    func shorterAlarm() async {
        let test = Watching()
        test.watch.take([.toolStarted(id: "a", name: "Bash", call: 1)])
        test.watch.take([.toolEnded(id: "a", failed: false)])
        test.clock.advance(byMilliseconds: 30 * 60_000)
        await test.told.until { $0 == [.silent(minutes: 30)] }
    }

    @Test("failures are told at once, and nothing more after that")
    func failures() async {
        let test = Watching()
        for _ in 0..<4 {
            test.watch.take([.toolStarted(id: "a", name: "Bash", call: 1)])
            test.watch.take([.toolEnded(id: "a", failed: true)])
        }
        await test.told.until { $0 == [.failingTool(name: "Bash", times: 2)] || $0 == [.failingTool(name: "Bash", times: 4)] }
        test.watch.take([.output])
        test.clock.advance(byMilliseconds: 100 * 60_000)
        #expect(test.told.value.count == 1)
    }

    @Test("when the turn is over nothing is told any more")
    func over() async {
        let test = Watching()
        test.watch.take([.output])
        test.watch.end()
        test.clock.advance(byMilliseconds: 100 * 60_000)
        test.watch.take([.output])
        #expect(test.told.value.isEmpty)
    }
}
