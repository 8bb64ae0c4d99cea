import Simulation
import Testing

@testable import Orchestration

@Suite("The mechanical check of plans")
struct PlanCheckTests {
    private func problems(_ drafts: [TaskDraft], existing: [TeamTask] = [], mayBeEmpty: Bool = false) -> [String] {
        PlanCheck(drafts: drafts, of: ID("team-1"), in: TaskRegister(existing), mayBeEmpty: mayBeEmpty).problems
    }

    private func task(_ number: Int, after dependencies: [Int] = [], paths: [String], state: TeamTask.State = .assigned) -> TeamTask {
        var task = TeamTask(
            id: ID("task", number), team: ID("team-1"), title: "t", description: "d", acceptance: "a", paths: paths,
            dependsOn: dependencies.map { ID("task", $0) }, createdAt: .begin)
        task.state = state
        return task
    }

    @Test("a claim's name is its parts in one", arguments: 1...4 as ClosedRange<UInt64>)
    func names(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let parts = ["a", "src", ".git", "x.*", "ä", ".", "..", "*", "**", "", "/"]
            let claim = (0..<Int.random(in: 0...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined(
                separator: "/")
            #expect(ClaimedPath.name(of: claim) == ClaimedPath.components(claim).joined(separator: "/"), "\(claim)")
        }
    }

    @Test("a plan that holds has no problems")
    func sound() {
        #expect(problems([.draft("a"), .draft("b", after: ["a"]), .draft("c", paths: ["docs/"])]).isEmpty)
    }

    @Test(
        "what is wrong with a plan is named in words its author can act on",
        arguments: [
            ([TaskDraft](), "no task"),
            ([.draft("a", after: ["ghost"])], "depends on \"ghost\""),
            ([.draft("a", after: ["a"])], "depends on itself"),
            ([.draft("a", after: ["b"]), .draft("b", after: ["c"]), .draft("c", after: ["a"])], "a → b → c → a"),
            ([.draft("a", paths: ["src/shop/"]), .draft("b", paths: ["src/shop/cart.swift"])], "both claim src/shop/cart.swift"),
            ([.draft("a", paths: ["./src"]), .draft("b", paths: ["src/**"])], "both claim"),
            ([.draft("a", paths: ["."]), .draft("b", paths: ["docs/x.md"])], "both claim docs/x.md"),
            ([.draft("a", acceptance: "  ")], "no acceptance condition"),
            ([.draft("a", paths: [])], "claims no paths"),
            ([.draft("a", paths: ["/etc/passwd"])], "not a path within the repository"),
            ([.draft("a", paths: ["src/../../x"])], "not a path within the repository"),
            ([.draft("a"), .draft("a", paths: ["other/"])], "used twice"),
            ([.draft("")], "has no key"),
        ])
    func flaws(drafts: [TaskDraft], words: String) {
        let problems = problems(drafts)
        #expect(problems.contains { $0.contains(words) }, "\(problems)")
    }

    @Test("only an assessment may come without tasks")
    func emptyAssessment() {
        #expect(problems([], mayBeEmpty: true).isEmpty)
    }

    @Test("tasks in order may claim the same paths, also through others")
    func orderedCollision() {
        #expect(problems([.draft("a", paths: ["x"]), .draft("b", after: ["a"]), .draft("c", after: ["b"], paths: ["x"])]).isEmpty)
    }

    @Test("a folder's name that only begins like another's does not collide with it")
    func similarNames() {
        #expect(problems([.draft("a", paths: ["src/shop"]), .draft("b", paths: ["src/shopping/"])]).isEmpty)
    }

    @Test("tasks under way count, settled ones do not")
    func existing() {
        let plan: [TaskDraft] = [.draft("a", paths: ["src/"])]
        #expect(problems(plan, existing: [task(1, paths: ["src/x"])]).first?.contains("task-1") == true)
        #expect(problems(plan, existing: [task(1, paths: ["src/x"], state: .landed(SimulatedGit.object(1)))]).isEmpty)
        #expect(problems([.draft("a", after: ["task-1"], paths: ["src/"])], existing: [task(1, paths: ["src/x"])]).isEmpty)
        #expect(
            problems([.draft("task-1", paths: ["y"])], existing: [task(1, paths: ["x"])]).first?.contains("id of an existing task") == true)
    }

    @Test("a task that waits for an existing one waits for what that one waits for")
    func orderThroughExisting() {
        let existing = [task(1, paths: ["src/x"]), task(2, after: [1], paths: ["docs/"])]
        #expect(problems([.draft("a", after: ["task-2"], paths: ["src/"])], existing: existing).isEmpty)
    }

    @Test("nothing may depend on a task that did not land")
    func failedDependency() {
        let failed = task(1, paths: ["x"], state: .failed("too often"))
        #expect(problems([.draft("a", after: ["task-1"])], existing: [failed]).first?.contains("did not land") == true)
    }

    @Test("colliding tasks are put in the plan's order, after existing tasks")
    func ordering() {
        var check = PlanCheck(
            drafts: [.draft("a", paths: ["x"]), .draft("b", paths: ["x"]), .draft("c", paths: ["x/y"])],
            of: ID("team-1"), in: TaskRegister([task(1, paths: ["x/y"])]), mayBeEmpty: false)
        check.orderCollidingTasks()
        #expect(check.problems.isEmpty)
        let tasks = check.tasks(team: ID("team-1"), firstNumber: 2, at: .begin)
        #expect(tasks.map(\.id) == [ID("task-2"), ID("task-3"), ID("task-4")])
        #expect(tasks.map { Set($0.dependsOn.map(\.name)) } == [["task-1"], ["task-2"], ["task-2", "task-3"]])
    }

    @Test("a large plan of tasks that all collide is put in order")
    func largeOrdering() {
        let drafts = (1...40).map { TaskDraft.draft("t\($0)", paths: ["."]) }
        var check = PlanCheck(drafts: drafts, of: ID("team-1"), in: TaskRegister(), mayBeEmpty: false)
        check.orderCollidingTasks()
        #expect(check.problems.isEmpty)
    }
}
