import FoundationEssentials
import Orchestration
import Testing

@testable import Commands

@Suite("What cco queue says") struct QueueTextTests {
    private static let merge = "cco merge into main of /srv/shop.git"
    private static let works = "working, since 03:04:05 UTC (2 min 05 s)"
    private static let first = "since 03:04:06 UTC (2 min 04 s)"
    private static let second = "since 03:04:07 UTC (2 min 03 s)"
    private static let third = "since 03:04:08 UTC (2 min 02 s)"

    private func lines(_ entries: QueueReport.Entry...) -> [String] {
        QueueText(report: QueueReport(runs: entries), style: Style(isOn: false)).lines
    }

    @Test("what is merged in memory waits for a gate slot, together")
    func waitingForGate() throws {
        #expect(
            lines(try QueueScene.waitingForGate().entry()) == [
                "\(Self.merge)  \(Self.works)", "", "Into main: 2 are verified together; no gate runs on them yet",
                "  1.   merged       branch-1  merged in memory; waits for a gate slot; \(Self.first)",
                "  2.   merged       branch-2  merged in memory; waits for a gate slot; \(Self.second)",
            ])
    }

    @Test("what does not fit the chain is held back")
    func heldBack() throws {
        #expect(
            lines(try QueueScene.heldBack().entry()) == [
                "\(Self.merge)  \(Self.works)", "", "Into main: its gate runs",
                "  1.   gating       branch-1  its gate runs; \(Self.first)",
                "  2.   waiting      branch-2  does not fit what is being verified for main; merged again after that; \(Self.second)",
            ])
    }

    @Test("who waits for a base that fails the gate by itself is told who mends it")
    func redBase() throws {
        #expect(
            lines(try QueueScene.redBase().entry()) == [
                "Run run-1  \(Self.works)", "", "Into main",
                "  1.   waiting      task-2: Add b  waits: main itself fails the gate, which task-1: Add a is to mend; \(Self.second)",
            ])
    }

    @Test("of a run that stands still no gate runs, and why it does is said")
    func paused() throws {
        #expect(
            lines(try QueueScene.paused().entry()) == [
                "\(Self.merge)  paused (cco pause, by ann); the same command goes on with what has not landed", "",
                "Into main: 2 are verified together when the run goes on",
                "  1.   merged       branch-1  verified together with what is behind it, up to branch-2; \(Self.first)",
                "  2.   gating       branch-2  its gate runs when the run goes on; \(Self.second)",
            ])
    }

    @Test("a batch is shown as it is searched: what is suspected, and on what a gate runs")
    func searched() throws {
        let one = "one of 3 breaks the gate; which one is being found"
        #expect(
            lines(try QueueScene.searched().entry()) == [
                "\(Self.merge)  \(Self.works)", "",
                "Into main: one of 3, the 1st to the 3rd, breaks the gate and is being found; a gate runs on the 1st alone",
                "  1.   gating       branch-1 (suspect)  its gate runs; \(Self.first)",
                "  2.   merged       branch-2 (suspect)  \(one); \(Self.second)",
                "  3.   merged       branch-3 (suspect)  \(one); \(Self.third)",
            ])
    }

    @Test("what is tried again says when, in the day's time")
    func delayed() throws {
        #expect(
            lines(try QueueScene.delayed().entry()).last
                == "  1.   publishing   branch-1  origin cannot be reached: no route; tried again at 03:06:14 UTC; \(Self.first)")
    }

    @Test("what nobody has in hand is shown as it was, and how it is gone on with")
    func interrupted() throws {
        #expect(
            lines(try QueueScene.waitingForGate().entry(isLive: false)).first
                == "\(Self.merge)  interrupted: its engine is gone; shown as it was then; the same command goes on with what has not landed"
        )
    }

    @Test("a merge that has ended says so, and what came of each branch")
    func over() throws {
        let record = MergeRecord(MergeOutcome(run: try QueueScene.over().run, hub: "", logFolder: "/srv/logs", isDryRun: false))
        let entry = QueueReport.Entry(record, at: Moment(QueueScene.later))
        #expect(
            lines(entry) == [
                "\(Self.merge)  has ended at 03:04:05 UTC: Every branch has landed or was returned.",
                "  branch-1  landed as 0000000000", "  branch-2  the gate fails: exit code 1; log: /srv/gate.log",
                "1 of 2 landed on main in 0 gate runs.", "Nothing waits any more. Log: /srv/logs",
            ])
        var unpushed = try QueueScene.over().run
        unpushed.settings.push = false
        for isDryRun in [true, false] {
            let outcome = MergeOutcome(run: unpushed, hub: "/srv/my hub.git", logFolder: "", isDryRun: isDryRun)
            let words = "Nothing was pushed. Get it: git fetch '/srv/my hub.git' main"
            #expect(lines(QueueReport.Entry(MergeRecord(outcome), at: Moment(QueueScene.later))).contains(words) != isDryRun)
            #expect(outcome.lines(Style(isOn: false)).contains(words) != isDryRun)
            #expect(outcome.document.hub == (isDryRun ? nil : "/srv/my hub.git"))
        }
        var company = try QueueScene(branches: nil)
        company.apply(.ended(.timeOver))
        #expect(
            lines(company.entry()) == [
                "Run run-1  has ended at 03:04:05 UTC: The run's time (maxRunDurationMinutes) is over.", "Nothing waits to be merged.",
            ])
    }

    @Test(
        "a branch that breaks the gate only together with others is shown with them, the first failure and the log",
        arguments: [true, false])
    func pair(hasLanded: Bool) throws {
        let scene = try QueueScene.pair(hasLanded: hasLanded)
        let outcome = MergeOutcome(run: scene.run, hub: "", logFolder: "/srv/logs", isDryRun: false)
        let branch = try #require(outcome.document.branches.last)
        #expect(branch.failure?.hasPrefix("error: 1 with 2") == true && branch.gateLog == "/srv/gate.log")
        let onto = try scene.commit(1).hex
        #expect(branch.with == ["branch-1"] && branch.passesWithout == true && branch.onto == onto)
        let why = "exit code 1; fails on main with branch-1, passes without it; first failure: error: 1 with 2; log: /srv/gate.log"
        #expect(outcome.lines(Style(isOn: false)).contains("  branch-2  the gate fails: \(why)"), "\(outcome.lines(Style(isOn: false)))")
    }

    @Test("where origin refuses the branch of the refused target, too, nothing is said to be there")
    func refusedTwice() throws {
        var scene = try QueueScene(branches: 1)
        try scene.merge(1)
        scene.apply(.pushRefused("closed\nfor now", fallback: "cco/run-1"))
        let refused = MergeOutcome(run: scene.run, hub: "", logFolder: "", isDryRun: false)
        let text = refused.lines(Style(isOn: false)).joined(separator: "\n")
        #expect(text.contains("0 of 1 landed on main") && text.contains("(closed for now): nothing is on cco/run-1 either"), "\(text)")
        #expect(refused.document.fallbackBranch == nil && refused.document.refusal == "closed\nfor now")
        scene.apply(.candidatePublished(QueueScene.id(1), commit: try scene.commit(1), tree: try scene.tree(1)))
        let diverted = MergeOutcome(run: scene.run, hub: "", logFolder: "", isDryRun: false)
        #expect(
            diverted.document.fallbackBranch == "cco/run-1"
                && diverted.document.summary(Style(isOn: false)).hasPrefix("1 of 1 landed on cco/run-1"))
    }

    @Test("a merge that could not even begin says why")
    func failed() throws {
        var scene = try QueueScene(branches: 1)
        scene.apply(.ended(.failed("the repository is gone")))
        let outcome = MergeOutcome(run: scene.run, hub: "", logFolder: "", isDryRun: false)
        #expect(outcome.lines(Style(isOn: false)).contains("Nothing could be merged: the repository is gone"))
        #expect(outcome.document.failure == "the repository is gone")
    }

    @Test("several are shown one after the other, and text that others wrote harms no terminal")
    func several() throws {
        var scene = try QueueScene(branches: nil)
        scene.apply(.suspended("a\u{1B}[31m\nb"))
        let lines = lines(scene.entry(), try QueueScene(branches: 1).entry())
        #expect(lines.count == 7 && lines[1] == "Nothing waits to be merged." && lines[2] == "" && lines[4] == "")
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\n") }, "\(lines)")
    }

    private static let scenes: [@Sendable () throws -> QueueScene] = [
        { try .waitingForGate() }, { try .heldBack() }, { try .redBase() }, { try .paused() }, { try .searched() }, { try .delayed() },
    ]

    @Test("the JSON has what the text has: state, reason, place, why and since when", arguments: scenes.indices)
    func json(_ number: Int) throws {
        let entry = try Self.scenes[number]().entry()
        let document = try JSONText.of(QueueReport(runs: [entry]))
        #expect(try JSONDecoder().decode(QueueReport.self, from: Data(document.utf8)) == QueueReport(runs: [entry]))
        let text = lines(entry).joined(separator: "\n")
        for said in [entry.state, entry.reason, entry.queues.first?.batch?.words].compactMap(\.self) {
            #expect(document.contains("\"\(said)\"") && text.contains(said), "\(said)")
        }
        for candidate in entry.queues.flatMap(\.candidates) {
            for said in [candidate.why, candidate.state, candidate.what] + [candidate.verdict].compactMap(\.self) {
                #expect(document.contains("\"\(said)\""), "\(said)")
            }
            #expect(document.contains("\"ms\" : \(candidate.since.ms)") && text.contains(candidate.state) && text.contains(candidate.what))
        }
    }

    @Test("the JSON of a merge that has ended has what came of it")
    func endedJSON() throws {
        let record = MergeRecord(MergeOutcome(run: try QueueScene.over().run, hub: "", logFolder: "/srv/logs", isDryRun: false))
        let document = try JSONText.of(QueueReport(runs: [QueueReport.Entry(record, at: Moment(QueueScene.later))]))
        let entry = try #require(try JSONDecoder().decode(QueueReport.self, from: Data(document.utf8)).runs.first)
        #expect(entry.kind == "merge" && entry.state == "ended" && entry.queues.isEmpty)
        #expect(entry.endedAt == Moment(QueueScene.begin) && entry.outcome?.branches.map(\.outcome) == ["landed", "red"])
    }
}
