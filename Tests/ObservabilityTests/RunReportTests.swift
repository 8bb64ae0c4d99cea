import FoundationEssentials
import Observability
import Orchestration
import Testing

@Suite("The report of a run")
struct RunReportTests {
    private let facts = RunReportFacts(
        direction: ["# Shop", "Sell *things*."], logFolder: "/logs/2026-11-22-10-15-03", fetchCommand: "git fetch /runs/hub.git main",
        kept: [KeptCommit(ref: "refs/cco/kept/task-2", why: "task-2 was dropped")],
        landed: [LandedCommit(id: ObjectID.number(101).hex, subject: "Parse dates")])

    /// One task landed, one dropped; complete.
    private var small: RunReportFixture {
        var fixture = RunReportFixture()
        fixture.begin(.planTasks, of: Run.director, role: .director, turn: 1)
        fixture.apply(.turnEnded(ID("turn", 1), RunReportFixture.outcome(cost: 0.5)))
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print | dates")
        fixture.finish(1, by: 1, turn: 2, cost: 0.25)
        fixture.land(1, candidate: 1)
        fixture.finish(2, by: 2, turn: 3, cost: 1)
        fixture.apply(.taskSettled(ID("task", 2), .dropped("not wanted")))
        fixture.apply(.directorWants(complete: true, summary: "All done."), .finishing(.complete), .ended(.complete))
        return fixture
    }

    private func report(_ fixture: RunReportFixture) -> RunReport { RunReport(run: fixture.run, facts: facts, at: fixture.now) }

    @Test("the summary for a terminal is folded by the cells that words take, and what needed no change did not land")
    func folded() {
        var fixture = small
        fixture.add(3, "Nothing")
        fixture.apply(.taskSettled(ID("task", 3), .unneeded))
        fixture.add(4, String(repeating: "漢字", count: 40))
        fixture.apply(.taskSettled(ID("task", 4), .failed(String(repeating: "終わり ", count: 30))))
        let text = report(fixture).terminalSummary(width: 60, color: false)
        #expect(text.contains("1 of 4 landed, 1 needed no change, 1 merge on main"), "\(text)")
        let lines = text.split(separator: "\n")
        #expect(lines.contains { $0.contains("漢字") } && lines.allSatisfy { $0.cells <= 60 }, "\(lines.map(\.cells).max() ?? 0): \(text)")
    }

    @Test("a small run's report as Markdown")
    func markdown() {
        let text = report(small).markdown()
        #expect(text == Self.golden, "\(text)")
    }

    @Test("the report reads back from its JSON")
    func json() throws {
        let report = report(small)
        let text = try report.json()
        #expect(try JSONDecoder().decode(RunReport.self, from: Data(text.utf8)) == report)
        #expect(text.contains("\"word\" : \"complete\""))
        #expect(text.contains("\"result\" : \"pushed\""))
    }

    @Test("costs are given in total and by team, purpose, task and credential")
    func spending() {
        let report = report(small)
        #expect(report.spending.total.costUsd == 1.75)
        #expect(report.spending.byTeam.map(\.name) == ["team-1"])
        #expect(report.spending.byPurpose.map(\.name) == ["plan", "work"])
        #expect(report.spending.byPurpose.map(\.costUsd) == [0.5, 1.25])
        #expect(report.spending.byCredential.map(\.turns) == [3, 0])
        #expect(report.teams.flatMap { $0.landed + $0.unlanded }.map(\.costUsd) == [0.25, 1])
    }

    @Test("a run of several teams gives the Director's own part, and says what is not on the target branch")
    func teams() {
        var fixture = RunReportFixture(workers: 4, groupSize: 2)
        fixture.begin(.planGoals, of: Run.director, role: .director, turn: 1)
        fixture.apply(.turnEnded(ID("turn", 1), RunReportFixture.outcome(cost: 0.5)))
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 2, cost: 0.25)
        fixture.land(1, candidate: 1, target: .team(ID("team", 1)))
        fixture.apply(.teamEntered(ID("team", 1), .stuck("conflicts with main"), summary: ""))
        let report = report(fixture)
        #expect(report.spending.byTeam.map(\.name) == ["director", "team-1"])
        #expect(report.teams.map(\.undelivered) == [true, false])
        #expect(report.push.result == "nothing to push")
        #expect(report.markdown().contains("**Not all of it is on `main`**: the rest is on the team's branch."))
        #expect(report.markdown().contains("The team is stuck: conflicts with main"))
        #expect(
            report.terminalSummary(width: 100, color: false).contains("team-1: 1 of 1, not all of it on main, stuck: conflicts with main"))
    }

    @Test("an ungated run, a red baseline and a refused push are loud everywhere")
    func loud() {
        var fixture = RunReportFixture(verifyCommand: nil)
        fixture.apply(.verifyChosen(nil, proposedBy: nil), .pushRefused("protected branch", fallback: "cco/run-1"))
        let before = self.report(fixture)
        #expect(before.push.result == "nothing to push" && before.push.branch == nil && before.push.refusal == "protected branch")
        #expect(before.push.next.contains("Nothing is on cco/run-1 either"))
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        fixture.land(1, candidate: 1)
        fixture.apply(.baselineKnown(GateExcerpt(command: "make", exitCode: 2, ending: "exit 2", tail: "", logPath: "gate.log")))
        let report = self.report(fixture)
        #expect(report.markdown().contains("New commits of `cco/run-1`, newest first"))
        #expect(report.markdown().contains("branch `main`, from `1000000000`; `6500000000` is on `cco/run-1`"))
        let summary = report.terminalSummary(width: 120, color: true)
        for text in [report.markdown(), summary] {
            #expect(text.contains("UNGATED"))
            #expect(text.contains("BASELINE RED"))
            #expect(text.contains("PUSH REFUSED"))
            #expect(text.contains("Open a pull request from it, or merge it into main yourself."))
        }
        #expect(summary.contains("\u{1B}[1;31mUNGATED: nothing has verified this run's work.\u{1B}[0m"))
        #expect(report.push.branch == "cco/run-1")
    }

    @Test("without pushing, the report says how to fetch the result")
    func noPush() {
        var fixture = RunReportFixture(push: false)
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        fixture.land(1, candidate: 1)
        #expect(report(fixture).push.result == "off")
        #expect(report(fixture).terminalSummary(width: 200, color: false).contains("git fetch /runs/hub.git main"))
    }

    @Test("a run that has not ended says so, and why its tasks wait")
    func unfinished() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates", after: [1])
        #expect(report(fixture).outcome.word == "working")
        #expect(report(fixture).teams.first?.unlanded.map(\.why) == ["is about to be given to a worker", "waits for task-1"])
        fixture.apply(.suspended("cco pause"))
        #expect(report(fixture).outcome.word == "suspended")
        #expect(report(fixture).outcome.hasEnded == false)
    }

    @Test("working time leaves out the time in which no engine had the run in hand")
    func time() {
        var fixture = RunReportFixture()
        fixture.apply(.suspended("cco pause"))
        var run = fixture.run
        let later = fixture.now.advanced(byMilliseconds: 3_600_000)
        run.apply(.engineStarted(run.settings), at: later)
        run.apply(.ended(.complete), at: later.advanced(byMilliseconds: 10_000))
        let report = RunReport(run: run, facts: facts, at: later.advanced(byMilliseconds: 999_000))
        #expect(report.time.workedMilliseconds == 12_000)
        #expect(report.time.wallMilliseconds == 3_613_000)
    }

    @Test("the terminal's lines keep to its width, and colours come only when asked for", arguments: [40, 60, 100])
    func width(width: Int) {
        let text = report(small).terminalSummary(width: width, color: false)
        for line in text.split(separator: "\n") { #expect(line.count <= width) }
        #expect(!text.contains("\u{1B}"))
        #expect(text.hasPrefix("Run run-1: complete\n"))
    }

    @Test("what agents wrote can neither break the document nor reach the terminal")
    func hostileText() {
        var fixture = RunReportFixture()
        fixture.add(1, "a | b\n# Heading <script> \u{1B}]0;title\u{7} `code`")
        fixture.finish(1, by: 1, turn: 1, cost: 1)
        fixture.apply(.taskSettled(ID("task", 1), .failed("\u{1B}[2J\n\n| x |")))
        let text = report(fixture).markdown()
        #expect(text.contains("- task-1 (failed, $1.00, 11.0k tokens) a \\| b \\# Heading \\<script\\> \\`code\\`: \\| x \\|."))
        #expect(!(text + report(fixture).terminalSummary(width: 80, color: false)).contains("\u{1B}"))
    }

    private static let golden = """
        # Run run-1

        **complete**: The Director declared the direction fulfilled and the last gate was green.

        - repository: https://example.com/shop.git, branch `main`, `1000000000` → `6500000000`
        - started: 2026-11-22 10:15:04 UTC, ended: 2026-11-22 10:15:28 UTC
        - time: 23 s of work (limit 2 h 00 min), 24 s from start to end
        - cost: $1.75 of $20.00, 33.0k tokens in 3 turns

        The Director: All done.

        ## What was asked

        ```text
        # Shop
        Sell *things*.
        ```

        ## What landed

        ### team-1

        | task | title | worker | commit | rework | conflicts | red gates | cost | tokens |
        |---|---|---|---|---|---|---|---|---|
        | task-1 | Parse dates | worker-1 | `6500000000` | 0 | 0 | 0 | $0.25 | 11.0k |

        New commits of `main`, newest first:

        - `6500000000` Parse dates

        ## What did not land

        ### team-1

        - task-2 (dropped, $1.00, 11.0k tokens) Print \\| dates: not wanted. Its newest commit is `3400000000`.

        ## Where unmerged work is kept

        - `refs/cco/kept/task-2`: task-2 was dropped

        ## Gate and merges

        - gate: `make check`
        - gate verdicts: 1, flakes: 0, time of green runs: 42 s
        - merges: 1, conflicts: 0, sent back by the gate: 0, reworks: 0

        ## Cost and tokens

        | part | turns | cost | tokens | of them output |
        |---|---|---|---|---|
        | total | 3 | $1.75 | 33.0k | 3.0k |
        | team-1 | 3 | $1.75 | 33.0k | 3.0k |
        | plan | 1 | $0.50 | 11.0k | 1.0k |
        | work | 2 | $1.25 | 22.0k | 2.0k |

        - coordination: 29 % of the cost, 33 % of the input tokens
        - rework: 0 % of the cost, 0 % of the input tokens
        - conflicts: 0 % of the cost, 0 % of the input tokens
        - a landed task: $1.75, everything included
        - model `unknown`: $1.75, 33.0k tokens
        - credential `key-1`: 3 turns, $1.75
        - credential `key-2`: 0 turns, $0.00

        ## Where the result is

        - push: pushed, branch `main`
        - Fetch main from origin.
        - log: `/logs/2026-11-22-10-15-03`

        """
}
