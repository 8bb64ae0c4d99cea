import Orchestration
import Testing

@testable import Engine

@Suite("A run's own branch")
struct RunBranchTests {
    @Test("it has the minute in which the run began, and a number where that is taken")
    func name() {
        let now = Timestamp(milliseconds: 1_795_384_085_999)
        #expect(RunBranch.name(at: now, taken: ["main"]) == "run/2026-11-22-21-48")
        #expect(RunBranch.name(at: now, taken: ["run/2026-11-22-21-48", "run/2026-11-22-21-48-2"]) == "run/2026-11-22-21-48-3")
    }

    @Test("the newest is the one of the run that began last, also among those of one minute; what only looks like one does not count")
    func newest() {
        let others = ["main", "run/2027-01-01-00", "run/2027-01-01-00-00-x", "run/2027-01-01-00-00-", "runs/2027-01-01-00-00", "run/new"]
        #expect(RunBranch.newest(of: others) == nil)
        #expect(RunBranch.newest(of: others + ["run/2026-11-22-21-48", "run/2026-09-30-23-59"]) == "run/2026-11-22-21-48")
        let minute = ["run/2026-11-22-21-48-10", "run/2026-11-22-21-48-9", "run/2026-11-22-21-48"]
        #expect(RunBranch.newest(of: minute) == "run/2026-11-22-21-48-10")
    }
}
