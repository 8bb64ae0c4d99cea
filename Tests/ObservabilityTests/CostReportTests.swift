import Foundation
import Observability
import Testing

@testable import Orchestration

@Suite("Cost reports")
struct CostReportTests {
    private var run: Run {
        var fixture = RunReportFixture()
        fixture.begin(.planTasks, of: Run.director, role: .director, turn: 1)
        fixture.apply(.turnEnded(ID("turn", 1), RunReportFixture.outcome(cost: 0.5)), .planAccepted(ID("team-1"), summary: ""))
        fixture.add(1, "=SUM(A1), \"dates\"")
        fixture.add(2, "Print dates")
        fixture.finish(1, by: 1, turn: 2, cost: 0.25)
        fixture.land(1, candidate: 1)
        fixture.finish(2, by: 2, turn: 3, cost: 1)
        let id: TaskID = ID("task", 2)
        fixture.apply(.taskBriefed(id, worker: ID("worker", 2), Pending(.rework(id, instructions: "more"))))
        fixture.begin(.rework(id, instructions: "more"), of: ID("worker", 2), role: .worker, turn: 4)
        fixture.apply(.turnEnded(ID("turn", 4), RunReportFixture.outcome(cost: 0.25)))
        return fixture.run
    }

    private var report: CostReport { CostReport(run: run, at: run.clock.lastEventAt) }

    @Test("every breakdown comes to the whole, and the shares are those of roles and purposes")
    func sums() {
        let report = report
        #expect(report.total.costUsd == 2 && report.total.turns == 4 && report.total.tokens.total == 44_000)
        for part in [report.byRole, report.byPurpose, report.byTeam, report.byAgent, report.byModel, report.byCredential] {
            #expect(part.reduce(0) { $0 + $1.costUsd } == 2 && part.reduce(0) { $0 + ($1.turns ?? 0) } == 4)
        }
        #expect(report.byPurpose.map(\.name) == ["plan", "work", "rework"])
        #expect(report.byTask.map(\.costUsd) == [0.25, 1.25])
        #expect(report.coordination.ofCost == 0.25 && report.coordination.ofInputTokens == 0.25)
        #expect(report.rework.ofCost == 0.125 && report.conflicts.ofCost == 0)
        #expect(report.landed == 1 && report.costPerChangeUsd == 2)
        #expect(report.ceilings.map(\.ceiling) == [20])
    }

    @Test("the text is aligned, names what matters, and fits 80 columns whatever agents wrote")
    func text() {
        let text = report.text
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        #expect(text.contains("Run run-1: $2.00, 44.0k tokens, 4 turns so far"))
        #expect(text.contains("the run: $2.00 of $20.00 (10 %)"))
        #expect(text.contains("coordination 25 % of the cost, 25 % of the input tokens"))
        #expect(text.contains("role                       turns      cost share  input written   read output"), "\(text)")
        #expect(text.contains("  worker                       3     $1.50  75 %  30.0k       0      0   3.0k"), "\(text)")
    }

    @Test("the CSV has a row for every part, and no cell that a spreadsheet would run")
    func csv() {
        let rows = report.csv.components(separatedBy: "\r\n")
        #expect(rows[0] == CostReport.csvHead)
        #expect(rows[1] == "total,total,,4,2.0,40000,0,0,4000")
        #expect(rows.contains(#"task,task-1,"'=SUM(A1), ""dates""",,0.25,10000,0,0,1000"#), "\(rows)")
    }

    @Test("the written report has it all, and one of an earlier version still gives what it has")
    func written() throws {
        let facts = RunReportFacts(direction: [], logFolder: "/logs", fetchCommand: "", kept: [], landed: [])
        var written = RunReport(run: run, facts: facts, at: run.clock.lastEventAt)
        #expect(CostReport(written) == report)
        written.cost = nil
        let read = try JSONDecoder().decode(RunReport.self, from: Data(try written.json().utf8))
        let earlier = CostReport(read)
        #expect(earlier.total == report.total && earlier.byPurpose == report.byPurpose && earlier.byModel.isEmpty)
        #expect(earlier.coordination == report.coordination && earlier.costPerChangeUsd == 2)
        #expect(earlier.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    /// The rows of a turn that took 100 + 40 tokens in two requests, as far as is known, and so much as a whole.
    private func rows(_ whole: TokenUsage, costUsd: Double, known: Bool = true) throws -> [RequestRow] {
        let fixture = RunReportFixture()
        var share = ModelShare(model: "opus", usage: whole, costUsd: costUsd)
        share.requests = [
            RequestShare(id: "msg_1", usage: TokenUsage(input: 10, cacheWrite: 20, cacheRead: 60, output: 10), costUsd: 0.012345678),
            RequestShare(id: "msg_2", usage: TokenUsage(input: 40), costUsd: 0.1),
        ]
        let account = TurnAccount(usage: whole, turnCostUsd: costUsd, models: known ? [share] : nil)
        let read = try JSONDecoder().decode(TurnAccount.self, from: JSONEncoder().encode(account))
        #expect(read == account)
        var outcome = RunReportFixture.outcome(cost: costUsd)
        outcome.account = read
        var rows = RequestRows()
        let turn = fixture.turn(.planTasks, of: Run.director, role: .director, turn: 1)
        _ = rows.take(.turnStarted(turn), at: Timestamp(milliseconds: 1))
        let found = rows.take(.turnEnded(turn.id, outcome), at: Timestamp(milliseconds: 2))
        #expect(rows.take(.turnEnded(turn.id, outcome), at: Timestamp(milliseconds: 3)).isEmpty, "a second end counts for nothing")
        return found
    }

    @Test("requests and the rest come to the turn's account, to the token and to the cost that the CLI names")
    func requests() throws {
        let whole = TokenUsage(input: 55, cacheWrite: 20, cacheRead: 60, output: 12)
        let found = try rows(whole, costUsd: 0.2)
        #expect(found.map(\.request) == ["msg_1", "msg_2", nil])
        try #require(found.count == 3)
        #expect(found[2].tokens == RunStatus.Tokens(TokenUsage(input: 5, output: 2)) && found[0].costUsd == 0.0123457)
        #expect(found.allSatisfy { $0.purpose == "plan" && $0.model == "opus" && $0.task == nil && $0.agent == "director" })
        #expect(abs(found.reduce(0) { $0 + $1.costUsd } - 0.2) < 1e-12)
        let exact = try rows(TokenUsage(input: 50, cacheWrite: 20, cacheRead: 60, output: 10), costUsd: 0.112345678)
        #expect(exact.count == 2 && abs(exact.reduce(0) { $0 + $1.costUsd } - 0.112345678) < 1e-12, "a rounding is no row")
        let earlier = try rows(whole, costUsd: 0.2, known: false)
        #expect(earlier.map(\.request) == [nil] && earlier[0].tokens == RunStatus.Tokens(whole) && earlier[0].costUsd == 0.2)
        #expect(found[0].csv.hasPrefix("1970-01-01T00:00:00.002Z,turn-1,director,director,"), "\(found[0].csv)")
        #expect(found[0].csv.hasSuffix(",msg_1,opus,0.0123457,10,20,60,10"), "\(found[0].csv)")
    }

    @Test("warnings say whose budget, how much of it, and what comes next")
    func lines() throws {
        var fixture = RunReportFixture()
        let money = try #require(SpendingWarning(.run, .usd, from: 9, to: 16.5, of: 20))
        let tokens = try #require(SpendingWarning(.team(ID("team-1")), .tokens, from: 0, to: 600_000, of: 1_000_000))
        let lines = fixture.lines(of: .spendingWarned(money), .spendingWarned(tokens), .runawayNoticed(spentUsd: 20, boundUsd: 20))
        #expect(
            lines.map(\.text) == [
                "80 % of the budget of the run is used up: $16.50 of $20.00.",
                "50 % of the budget of team-1 is used up: 600.0k tokens of 1.0M tokens.",
                "$20.00 were spent and nothing has landed meanwhile; at $40.00 the run stands still.",
            ])
        #expect(lines.map(\.level) == [.warning, .notice, .warning])
        #expect(SpendingWarning(.run, .usd, from: 16, to: 16.5, of: 20) == nil)
        let key = try #require(SpendingWarning(.key(ID("spare")), .usd, from: 0, to: 9.6, of: 10))
        let turn = try #require(SpendingWarning(.turn(ID("turn-7")), .tokens, from: -1, to: 5_000, of: 10_000))
        #expect(
            fixture.lines(of: .spendingWarned(key), .spendingWarned(turn)).map(\.text) == [
                "95 % of the budget of the key spare is used up: $9.60 of $10.00.",
                "50 % of the budget of turn-7 is used up: 5.0k tokens of 10.0k tokens.",
            ])
    }
}
