import Observability
@testable import Orchestration
import Testing

@Suite("What is said of conflicts that are foreseen")
struct ForecastLinesTests {
    private func texts(_ lines: [EventLine]) -> [String] { lines.map { "\($0.source) \($0.level.rawValue): \($0.text)" } }

    private func fixture() -> RunReportFixture {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates")
        for number in 1...2 {
            fixture.apply(
                .taskBriefed(ID("task", number), worker: ID("worker", number), Pending(.work(ID("task", number)))))
        }
        return fixture
    }

    private func report(_ other: TaskID?, failure: String? = nil) -> TrialReport {
        let collision = Collision(task: ID("task", 2), other: other, head: .number(8), otherHead: .number(9), files: ["a.txt", "b.txt"])
        return TrialReport(subjects: [], collisions: failure == nil ? [collision] : [], failure: failure)
    }

    @Test("a collision is told once, with whom and where; a hold and a failure are told too")
    func lines() {
        var fixture = fixture()
        #expect(
            texts(fixture.lines(of: .collisionsForeseen(report(ID("task", 1))))) == [
                "merge notice: task-2 (Print dates) will CONFLICT with task-1 in a.txt and b.txt."
            ])
        let again = TrialReport(
            subjects: [.init(task: ID("task", 2), head: .number(8), target: .number(1), isWhole: true)],
            collisions: report(ID("task", 1)).collisions)
        #expect(fixture.lines(of: .collisionsForeseen(again)).isEmpty)
        #expect(
            texts(fixture.lines(of: .collisionsForeseen(report(nil)))) == [
                "merge notice: task-2 (Print dates) will CONFLICT with main in a.txt and b.txt."
            ])
        #expect(
            texts(fixture.lines(of: .collisionsForeseen(report(nil, failure: "git is unwell")))) == [
                "merge warning: What will conflict could not be tried: git is unwell"
            ])
        fixture.add(3, "Sort dates")
        #expect(
            texts(fixture.lines(of: .taskHeld(ID("task", 3), by: ID("task", 1), path: "a.txt"))) == [
                "run info: task-3 (Sort dates) waits: it would collide with task-1 on a.txt."
            ])
    }

    @Test("the report lists conflicts by file, in which nothing is markup")
    func report() {
        var fixture = fixture()
        let files = [ConflictExcerpt(path: "src/a|b.txt", kind: "content", hunks: "")]
        fixture.apply(.taskSubmitted(ID("task", 2), WorkerReport(status: .done, summary: "done")))
        fixture.apply(
            .taskBriefed(ID("task", 2), worker: ID("worker", 2), Pending(.resolveConflict(ID("task", 2), target: .number(1), files: files)))
        )
        let facts = RunReportFacts(direction: [], logFolder: "/logs", fetchCommand: "git fetch", kept: [], landed: [])
        let report = RunReport(run: fixture.run, facts: facts, at: fixture.now)
        #expect(report.hotFiles?.map(\.path) == ["src/a|b.txt"])
        #expect(
            report.markdown().contains(
                "## Conflicts by file\n\n| file | conflicts | tasks that changed it |\n|---|---|---|\n| `src/a\\|b.txt` | 1 | 0 |\n"))
        #expect(RunReport(run: RunReportFixture().run, facts: facts, at: fixture.now).hotFiles == nil)
    }
}
