import Observability
import Orchestration
import Testing

@Suite("Lines for events")
struct EventLinesTests {
    private let excerpt = GateExcerpt(command: "make check", exitCode: 2, ending: "exit 2", tail: "", logPath: "/logs/gate-1.log")

    private func texts(_ lines: [EventLine]) -> [String] { lines.map { "\($0.source) \($0.level.rawValue): \($0.text)" } }

    @Test("a run's start says what it works on and within which limits")
    func start() {
        #expect(
            texts(RunReportFixture().lines) == [
                "run notice: Run run-1 of https://example.com/shop.git, branch main",
                "run notice: 2 workers led by the Director, time limit 2 h 00 min, budget $20.00",
                "gate notice: The gate is `make check`.", "run info: main stands at 1000000000.",
            ])
    }

    @Test("a task's way from its worker to the branch is told with its title")
    func task() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        _ = fixture.lines(of: .effectDone(ID("effect", 1)))
        fixture.finish(1, by: 1, turn: 1, cost: 0.42)
        fixture.land(1, candidate: 1)
        #expect(
            texts(fixture.lines) == [
                "worker-1 info: Gets task-1 (Parse dates).", "worker-1 info: turn-1 begins with key-1: working on task-1: Parse dates",
                "worker-1 info: turn-1 took 1 min 05 s, $0.42, 11.0k tokens: it reports",
                "worker-1 info: Submits task-1 (Parse dates): It works.", "director info: task-1 (Parse dates) is approved.",
                "merge info: task-1 (Parse dates) is 1st in the queue for main.", "gate info: The gate runs for task-1 (Parse dates).",
                "gate info: The gate is green for task-1 (Parse dates) after 42 s.",
                "merge notice: task-1 (Parse dates) is on main as 6500000000.",
            ])
    }

    @Test("a turn's cost is its own part of its session's")
    func cost() {
        var fixture = RunReportFixture()
        fixture.begin(.planTasks, of: Run.director, role: .director, turn: 1)
        fixture.apply(.turnEnded(ID("turn", 1), RunReportFixture.outcome(cost: 1.5)))
        var second = fixture.turn(.assess, of: Run.director, role: .director, turn: 2)
        second.session = "session-1"
        fixture.apply(.turnStarted(second))
        let lines = fixture.lines(of: .turnEnded(ID("turn", 2), RunReportFixture.outcome(.silent, cost: 1.75)))
        #expect(texts(lines) == ["director warning: turn-2 took 1 min 05 s, $0.25, 11.0k tokens: it ended without a report"])
    }

    @Test("a secret is taken out before a text is cut, since of a half of one nobody could tell")
    func secretAtTheCut() {
        var fixture = RunReportFixture()
        let words = String(repeating: "a ", count: 47) + "SECRET-VALUE"
        let (before, event) = (fixture.run, Event.suspended(words))
        fixture.apply(event)
        func lines(_ redact: @escaping (String) -> String) -> String {
            EventLines.lines(for: event, before: before, after: fixture.run, redact: redact).map(\.text).joined()
        }
        #expect(lines { $0 }.contains("SECRE"))
        #expect(!lines { $0.replacing("SECRET-VALUE", with: "<key>") }.contains("SECRE"))
        let text = String(repeating: "a ", count: 240) + "SECRET-VALUE"
        func told(_ redact: (String) -> String) -> String {
            NotificationRules.due(for: .faulted(text), sequence: 1, after: fixture.run, at: fixture.now, redact: redact)?.notification.text
                ?? ""
        }
        #expect(told { $0 }.contains("SEC"))
        #expect(!told { $0.replacing("SECRET-VALUE", with: "<key>") }.contains("SEC"))
    }

    @Test("that the base as it was found is red is loud once it is sure")
    func baseline() {
        var fixture = RunReportFixture(verifyCommand: "make test")
        for number in 1...2 {
            fixture.apply(.effectIntended(ID("effect", number), .baseline(commit: .number(1), tree: .number(2), command: "make test")))
            if number == 1 { fixture.apply(.baselineKnown(excerpt)) }
        }
        let lines = fixture.lines(of: .baselineKnown(excerpt))
        #expect(lines.first?.level == .warning)
        #expect(lines.first?.text == "BASELINE RED: the gate fails on main as it was found (exit code 2).")
    }

    @Test("what a person has to know is loud")
    func loud() {
        var fixture = RunReportFixture(verifyCommand: nil)
        let until = fixture.now.advanced(byMilliseconds: 61_000)
        let loud: [(Event, EventLine.Level, String)] = [
            (.verifyChosen("make test", proposedBy: Run.director), .warning, "GATE PROPOSED by the Director: `make test`"),
            (.verifyChosen(nil, proposedBy: nil), .warning, "UNGATED: nothing verifies this run's work."),
            (
                .baselineKnown(excerpt), .warning,
                "The gate is red on main as it was found (exit code 2); it runs once more to be sure."
            ),
            (.flakeSeen(tree: .number(6), excerpt), .warning, "FLAKE: the gate was red and then green on the same tree 6000000000"),
            (.pushRefused("protected branch", fallback: "cco/run-1"), .error, "PUSH REFUSED: origin does not take main: protected branch"),
            (
                .credentialBenched(ID("key-1"), until: until, reason: "limit reached"), .warning,
                "key-1 is BENCHED until 2026-11-22T10:16:07.000Z ("
            ),
            (
                .credentialBenched(ID("key-3"), until: until, reason: "limit reached", family: .opus), .warning,
                "key-3 is BENCHED for Opus alone until 2026-11-22T10:16:07.000Z ("
            ),
            (
                .credentialRejected(ID("key-2"), reason: "invalid key"), .error,
                "key-2 is REJECTED and not used again until the next start: invalid key"
            ),
            (.ended(.failed("The journal is gone.")), .error, "RUN ENDED (failed): The journal is gone."),
        ]
        for (event, level, text) in loud {
            let lines = fixture.lines(of: event)
            #expect(lines.first?.level == level)
            #expect(lines.first?.text.hasPrefix(text) == true, "\(lines)")
        }
    }

    @Test("a refused push names the branch that gets the work")
    func fallback() {
        var fixture = RunReportFixture()
        let lines = fixture.lines(of: .pushRefused("protected branch", fallback: "cco/run-1"))
        #expect(lines.last?.text == "From here on the verified work goes to the branch cco/run-1; merge it into main yourself.")
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        fixture.land(1, candidate: 1)
        #expect(fixture.lines.contains { $0.text == "task-1 (Parse dates) is on cco/run-1 as 6500000000, not on main." })
        #expect(!fixture.lines.contains { $0.text.contains("is on main") })
    }

    @Test("when the last credential is benched, it is said that agents wait")
    func lastCredential() {
        var fixture = RunReportFixture()
        let until = fixture.now.advanced(byMilliseconds: 3_600_000)
        #expect(fixture.lines(of: .credentialBenched(ID("key-1"), until: until, reason: "limit")).count == 1)
        let lines = fixture.lines(of: .credentialBenched(ID("key-2"), until: until, reason: "limit"))
        #expect(lines.last?.text == "No credential is left; agents wait until the first opens again.")
    }

    @Test("a red gate is told apart from its confirmation, and a conflict names its files")
    func conflictsAndGates() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.apply(fixture.queued(1, candidate: 1))
        #expect(
            fixture.lines(of: .gateRed(ID("candidate", 1), excerpt)).first?.text
                == "The gate is red for task-1 (Parse dates); it runs once more to be sure (exit code 2).")
        #expect(
            fixture.lines(of: .gateRed(ID("candidate", 1), excerpt)).first?.text
                == "The gate is red again for task-1 (Parse dates) (exit code 2).")
        #expect(
            texts(fixture.lines(of: .candidateReturned(ID("candidate", 1), .conflict))) == [
                "merge warning: CONFLICT: task-1 (Parse dates) does not merge into main and goes back."
            ])
        let files = ["a.swift", "b.swift"].map { ConflictExcerpt(path: $0, kind: "content", hunks: "") }
        let brief = Brief.resolveConflict(ID("task", 1), target: .number(1), files: files)
        #expect(
            texts(fixture.lines(of: .taskBriefed(ID("task", 1), worker: ID("worker", 1), Pending(brief)))) == [
                "worker-1 warning: Is to resolve CONFLICTS of task-1 (Parse dates) in a.swift, b.swift"
            ])
    }

    @Test("the machinery's own events give no line")
    func noise() {
        var fixture = RunReportFixture()
        let lines = fixture.lines(
            of: .effectIntended(ID("effect", 1), .conclude), .effectRetried(ID("effect", 1)), .effectDone(ID("effect", 1)),
            .strayIgnored(ID("effect", 2)), .leadBriefed(Run.director, Pending(.planTasks)), .briefDone(Run.director),
            .directionShown(.number(3)), .assessed(ID("team", 1)), .taskSettled(ID("task", 1), .landed(.number(1))))
        #expect(lines.isEmpty)
    }

    @Test("no line is too long or carries terminal sequences, whatever agents write")
    func bounded() {
        var fixture = RunReportFixture(workers: 4, groupSize: 2)
        let long = "\u{1B}[31m" + String(repeating: "very long\n", count: 100)
        fixture.add(1, long)
        fixture.finish(1, by: 1, turn: 1, cost: 1)
        fixture.land(1, candidate: 1, target: .team(ID("team", 1)))
        fixture.apply(
            .goalSet(ID("team", 1), Goal(title: long, description: long, acceptance: long)), .planRejected(ID("team", 1), [long, long]),
            .teamEntered(ID("team", 1), .stuck(long), summary: long), .directorWants(complete: true, summary: long),
            .verifyChosen(long, proposedBy: Run.director), .pushRefused(long, fallback: "cco/run-1"), .suspended(long),
            .effectIntended(ID("effect", 1), .merge(ID("candidate", 1))),
            .effectDelayed(ID("effect", 1), until: fixture.now.advanced(byMilliseconds: 9000), reason: long),
            .credentialBenched(ID("key-1"), until: fixture.now, reason: long), .taskReleased(ID("task", 1), reason: long),
            .ended(.noProgress(long)))
        #expect(fixture.lines.count > 25)
        for line in fixture.lines {
            #expect(line.text.count <= EventLines.longestText)
            #expect(line.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        }
    }

    @Test("a run that is taken up after its engine died says how many turns were under way")
    func takenUp() {
        var fixture = RunReportFixture()
        fixture.begin(.planTasks, of: Run.director, role: .director, turn: 1)
        #expect(
            texts(fixture.lines(of: .engineStarted(fixture.run.settings))) == [
                "run notice: Taken up again after its engine ended; 1 turn was under way."
            ])
    }

    @Test("a suspension says how many turns are being stopped, and a resumed run why it had stood still")
    func suspension() {
        var fixture = RunReportFixture()
        fixture.begin(.planTasks, of: Run.director, role: .director, turn: 1)
        #expect(
            texts(fixture.lines(of: .suspended("cco pause by ada"))) == [
                "run notice: Suspended: cco pause by ada. 1 turn is being stopped."
            ])
        #expect(
            texts(fixture.lines(of: .engineStarted(fixture.run.settings))) == [
                "run notice: Resumed; it had been suspended: cco pause by ada"
            ])
    }
}
