import FoundationEssentials
import Observability
import Orchestration
import Testing

/// What `cco merge` writes of itself.
@Suite("The report of a merge")
struct MergeReportTests {
    private let facts = RunReportFacts(
        direction: [], logFolder: "/logs/merge", fetchCommand: "git fetch /runs/hub.git main", kept: [],
        landed: [LandedCommit(id: ObjectID.number(101).hex, subject: "Merge alpha")])

    /// Alpha has landed, main has all of beta, gamma conflicts, delta fails together with alpha, and epsilon is open.
    private func merge(isRehearsal: Bool = false, refusal: String? = nil) -> RunReportFixture {
        let company = RunReportFixture()
        var settings = company.run.settings
        settings.branches = []
        if isRehearsal {
            settings.isRehearsal = true
            settings.push = false
        }
        var fixture = company
        fixture.apply(.runStarted(company.run.id, settings, seed: 7), .engineStarted(settings))
        fixture.apply(.baseMoved(BaseFacts(head: .number(1), tree: .number(2), direction: nil)))
        for (number, name) in ["alpha", "beta", "gamma", "delta", "epsilon"].enumerated() {
            fixture.apply(
                .candidateQueued(
                    Candidate(
                        id: id(number + 1), target: .base, kind: .branch(name), head: .number(51 + number), readyAt: fixture.now)))
        }
        if let refusal { fixture.apply(.pushRefused(refusal, fallback: "cco/run-1")) }
        fixture.apply(
            .candidateEntered(id(1), .merged(commit: .number(101), tree: .number(102), onto: .number(1))),
            .treeVerified(tree: .number(102), command: "make check", milliseconds: 42_000),
            .candidatePublished(id(1), commit: .number(101), tree: .number(102)), .candidateReturned(id(2), .empty),
            .candidateReturned(id(3), .conflict), .branchReturned(id(3), .conflict, "lib/a.txt (content)"),
            .candidateEntered(id(4), .merged(commit: .number(103), tree: .number(104), onto: .number(101))))
        let red = GateExcerpt(
            command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "/logs/merge/gates/effect-9.log",
            failure: "error: *a* \u{1B}[31mmeets d")
        fixture.apply(.gateRed(id(4), red), .gateRed(id(4), red), .candidateReturned(id(4), .red))
        _ = fixture.lines(of: .branchReturned(id(4), .red, "exit code 2; log: /logs/merge/gates/effect-9.log"))
        return fixture
    }

    private func id(_ number: Int) -> CandidateID { ID("candidate", number) }

    private func report(_ fixture: RunReportFixture) -> RunReport { RunReport(run: fixture.run, facts: facts, at: fixture.now) }

    @Test("each branch is listed with what became of it, and nothing is said of a company")
    func markdown() throws {
        let report = self.report(merge())
        let text = report.markdown()
        let sections = text.split(separator: "\n").filter { $0.hasPrefix("#") }
        #expect(sections == ["# Merge run-1", "## What became of the branches", "## Gate and merges", "## Where the result is"])
        let why = #"exit code 2; fails on main with alpha, passes without it; first failure: error: \*a\* meets d"#
        for line in [
            "1 of 5 landed.", "- `alpha`: landed as `6500000000`", "- `beta`: already contained: `main` has everything of it",
            "- `gamma`: **given back**: does not merge: lib/a.txt (content)",
            "- `delta`: **given back**: the gate fails: \(why); log: `/logs/merge/gates/effect-9.log`", "- `epsilon`: **not decided**",
            "- gate verdicts: 3, flakes: 0, time of green runs: 42 s", "- merges: 1, conflicts: 1, sent back by the gate: 1",
            "- Fetch main from origin.",
        ] {
            #expect(text.split(separator: "\n").contains(Substring(line)), "\(line) is not in \(text)")
        }
        #expect(!text.contains("cost") && !text.contains("task") && !text.contains("limit"))
        #expect(try JSONDecoder().decode(RunReport.self, from: Data(try report.json().utf8)) == report)
        #expect(report.branches?.map(\.outcome) == ["landed", "empty", "conflict", "red", "open"])
        #expect(report.html().contains("given back: the gate fails") && !report.html().contains("What was asked"))
        #expect(report.terminalSummary(width: 100, color: false).contains("Branches 1 of 5 landed"))
    }

    @Test("the lines of a branch that is given back have the log's path by itself")
    func lines() {
        let texts = merge().lines.map(\.text)
        let why = "exit code 2; fails on main with alpha, passes without it; first failure: error: *a* meets d"
        #expect(texts == ["Look at: \(why)", "Its output: /logs/merge/gates/effect-9.log"])
    }

    @Test("a rehearsal's report names no place where the result would be")
    func rehearsal() {
        let text = report(merge(isRehearsal: true)).markdown()
        #expect(text.contains("- `alpha`: would land\n") && text.contains("1 of 5 would land."), "\(text)")
        #expect(text.contains("- push: rehearsal") && !text.contains("git fetch") && !text.contains("→"), "\(text)")
    }

    @Test("what origin refuses is said to be on the branch that it has taken")
    func refused() {
        let text = report(merge(refusal: "protected")).markdown()
        #expect(text.contains("**PUSH REFUSED**: origin does not take `main`: protected Origin has the work as cco/run-1"), "\(text)")
        #expect(text.contains("`6500000000` is on `cco/run-1`") && text.contains("- push: fallback, branch `cco/run-1`"), "\(text)")
    }
}
