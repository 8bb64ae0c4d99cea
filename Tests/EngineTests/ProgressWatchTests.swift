import Agents
import FoundationEssentials
import Observability
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

    @Test("running turns tell views what they do and how many tokens they have taken, without secrets, until they end")
    func activities() async {
        let test = Watching()
        let meter = SpendingMeter(.sample(usd: 1), ceiling: SpendingLimits.Ceiling()) { _ in }
        let running = RunningTurns(backend: ClaudeCodeBackend(executable: "claude", runsAsRoot: false)) { _, _ in }
        running.follows(ID("turn-1"), test.watch, meter)
        #expect(running.activities == [ID("turn-1"): TurnActivity(step: .starting)])
        let secret = "s3cr3t-" + String(repeating: "k", count: 60)
        let command = "curl " + String(repeating: "x", count: 80) + " \(secret) " + String(repeating: "y", count: 80)
        test.watch.take([.began, .toolStarted(id: "a", name: "Bash", call: 1, argument: command)])
        var reader = TurnReader(resuming: false)
        _ = reader.take(
            Data(#"{"type":"assistant","message":{"id":"m","content":[],"usage":{"input_tokens":900,"output_tokens":41}}}"#.utf8))
        await meter.look(at: reader)
        let activity = running.activities[ID("turn-1")]
        #expect(activity?.step == .tool && activity?.tokens == 941)
        #expect(activity?.costUsd == reader.costSoFar && reader.costSoFar ?? 0 > 0)
        #expect(activity?.tools.first?.argument == command)
        let shown = activity?.shown(by: Redactor(secrets: [Secret(name: "key", value: secret)])).tools.first?.argument
        #expect(shown?.count == TurnActivity.longestArgument && shown?.hasSuffix("…") == true)
        #expect(shown?.contains("<redacted:key>") == true && shown?.contains("s3cr3t") == false, "\(shown ?? "")")
        running.ended(ID("turn-1"))
        #expect(running.activities.isEmpty)
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

    @Test("failures are told at once, and what comes after that has some grace")
    func failures() async {
        let test = Watching()
        for _ in 0..<4 {
            test.watch.take([.toolStarted(id: "a", name: "Bash", call: 1)])
            test.watch.take([.toolEnded(id: "a", failed: true)])
        }
        await test.told.until { $0 == [.failingTool(name: "Bash", times: 2)] || $0 == [.failingTool(name: "Bash", times: 4)] }
        let told = test.told.value.count
        test.clock.advance(byMilliseconds: 4 * 60_000)
        #expect(test.told.value.count == told)
    }

    @Test("a turn that goes on saying nothing is told again after the grace")
    func again() async {
        let test = Watching()
        test.watch.take([.toolStarted(id: "a", name: "Bash", call: 1)])
        test.clock.advance(byMilliseconds: 50 * 60_000)
        await test.told.until { $0 == [.hungTool(name: "Bash", minutes: 50)] }
        test.clock.advance(byMilliseconds: 5 * 60_000)
        await test.told.until { $0.last == .hungTool(name: "Bash", minutes: 55) }
    }

    @Test("what was written before it watched is not judged")
    func history() async {
        let test = Watching()
        for _ in 0..<4 {
            test.watch.take([.toolStarted(id: "a", name: "Bash", call: 1)], isNews: false)
            test.watch.take([.toolEnded(id: "a", failed: true)], isNews: false)
        }
        test.watch.take([.told], isNews: false)
        test.watch.take([.output])
        test.clock.advance(byMilliseconds: 30 * 60_000)
        await test.told.until { $0 == [.silent(minutes: 30)] }
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
