import Agents
import JSON
import Orchestration
import Testing

@testable import TestSupport

@Suite("A scripted company's managers")
struct CompanyLeadTests {
    private let demo = CompanySheets(plan: DemoProject.plan)
    private var goals: [CompanyGoal] { DemoProject.plan.goals }
    private let idle = [
        TeamSheet(id: "team-1", workers: 3, state: "has no open goal"), TeamSheet(id: "team-2", workers: 3, state: "has no open goal"),
    ]

    private func titles(_ report: JSONValue, _ list: String) -> [String] {
        (report[list]?.array ?? []).compactMap { $0["title"]?.string }
    }

    @Test("hand out the goals that wait for nothing, and propose the gate where they are asked to")
    func firstGoals() async throws {
        let report = try await demo.report(demo.material(.director, .planGoals, teams: idle, gate: nil))
        #expect(titles(report, "goals") == ["A skeleton that runs"])
        #expect(report["goals"]?.array?.first?["team"] == "team-1")
        #expect(report["verifyCommand"] == "make test")
        let gated = try await demo.report(demo.material(.director, .planGoals, teams: idle))
        #expect(gated["verifyCommand"] == nil)
    }

    @Test("name a team that does not exist, once, where the plan says so")
    func misnamedTeam() async throws {
        var sheets = demo
        sheets.plan.misnamesTeam = true
        let first = sheets.material(.director, .planGoals, teams: idle)
        #expect(try await sheets.report(first)["goals"]?.array?.first?["team"] == "team-99")
        let mend = sheets.material(.director, .fixPlan(problems: ["there is no team-99"]), teams: idle, continuing: true)
        #expect(try await sheets.report(first, mend)["goals"]?.array?.first?["team"] == "team-1")
    }

    @Test("accept a delivery, and hand out what builds on it only when it has landed")
    func decisions() async throws {
        let skeleton = goals[0]
        let delivered = [TeamSheet(id: "team-1", workers: 3, goal: CompanySheets.sheet(skeleton), state: "has delivered"), idle[1]]
        let accepting = try await demo.report(
            demo.material(.director, .decide, teams: delivered, deliveries: [demo.delivery(skeleton, "team-1")], continuing: true))
        #expect(accepting["deliveries"] == [["team": "team-1", "verdict": "accept"]])
        #expect(accepting["goals"] == [])
        #expect(accepting["complete"] == false)
        let landed = [TeamSheet(id: "team-1", workers: 3, goal: CompanySheets.sheet(skeleton), state: "has no open goal"), idle[1]]
        let next = try await demo.report(
            demo.material(.director, .decide, teams: landed, landed: ["abc1234 Deliver team-1: A skeleton that runs"], continuing: true))
        #expect(titles(next, "goals") == ["The reports", "The file itself"])
    }

    @Test("call the direction complete when the last goal is delivered")
    func completion() async throws {
        let teams = [
            TeamSheet(id: "team-1", workers: 3, goal: CompanySheets.sheet(goals[1]), state: "has no open goal"),
            TeamSheet(id: "team-2", workers: 3, goal: CompanySheets.sheet(goals[2]), state: "has delivered"),
        ]
        let report = try await demo.report(
            demo.material(
                .director, .decide, teams: teams, deliveries: [demo.delivery(goals[2], "team-2")],
                landed: ["a Deliver team-1: A skeleton that runs", "b Deliver team-1: The reports"]))
        #expect(report["complete"] == true)
        #expect(report["goals"] == [])
    }

    @Test("return a delivery once, answer that with tasks, and accept it then")
    func returnedDelivery() async throws {
        var sheets = CompanySheets(plan: .synthetic(tasks: 2))
        let more = CompanyTask(key: "more", title: "Say more", description: "d", acceptance: "a", paths: ["b"], steps: [], summary: "s")
        sheets.plan.goals[0].returned = ReturnedDelivery(instructions: "More is missing.", tasks: [more])
        let goal = sheets.plan.goals[0]
        let teams = [TeamSheet(id: "team-1", workers: 1, goal: CompanySheets.sheet(goal), state: "has delivered")]
        let first = try await sheets.report(
            sheets.material(.director, .decide, teams: teams, deliveries: [sheets.delivery(goal, "team-1")]))
        #expect(first["deliveries"]?.array?.first?["verdict"] == "return")
        #expect(first["complete"] == false)
        let answer = try await sheets.report(sheets.material(.engineerManager, .planTasks, goal: goal, isReturned: true))
        #expect(titles(answer, "tasks") == ["Say more"])
        let second = try await sheets.report(
            sheets.material(.director, .decide, teams: teams, deliveries: [sheets.delivery(goal, "team-1", commits: ["abc Say more"])]))
        #expect(second["deliveries"]?.array?.first?["verdict"] == "accept")
        #expect(second["complete"] == true)
    }

    @Test("make the planned mistake in the first plan only", arguments: [PlanMistake.collidingPlan, .badDependency])
    func badPlan(mistake: PlanMistake) async throws {
        var sheets = demo
        sheets.plan.goals[2].mistake = mistake
        let first = sheets.material(.engineerManager, .planTasks, goal: goals[2])
        #expect(try problems(await sheets.report(first)).count == 1)
        let mend = sheets.material(.engineerManager, .fixPlan(problems: ["that"]), continuing: true)
        #expect(try problems(await sheets.report(first, mend)).isEmpty)
    }

    @Test("plan the tasks of every goal at once in a run with one team, in an order that holds")
    func flatPlan() async throws {
        let sheets = CompanySheets(plan: .synthetic(tasks: 9, teams: 3))
        let report = try await sheets.report(sheets.material(.director, .planTasks))
        #expect(try problems(report).isEmpty)
        #expect(report["tasks"]?.array?.count == 9)
        let flat = try await demo.report(
            demo.material(.director, .planTasks), demo.material(.director, .fixPlan(problems: ["x"]), continuing: true))
        let dependencies = flat["tasks"]?.array?.map { $0["dependsOn"]?.array ?? [] } ?? []
        #expect(dependencies == [[]] + Array(repeating: ["skeleton"], count: 7))
    }

    @Test("add what is missing when they assess, and only that")
    func assessment() async throws {
        var sheets = CompanySheets(plan: .synthetic(tasks: 2))
        sheets.plan.goals[0].later = [
            CompanyTask(
                key: "late", title: "What was forgotten", description: "d", acceptance: "a", paths: ["c"], dependsOn: ["file-1"], steps: [],
                summary: "s")
        ]
        let goal = sheets.plan.goals[0]
        let tasks = [sheets.sheet(goal.tasks[0], "task-4", state: "landed"), sheets.sheet(goal.tasks[1], "task-5", state: "landed")]
        let first = try await sheets.report(sheets.material(.engineerManager, .assess, goal: goal, tasks: tasks))
        #expect(first["goalReached"] == false)
        #expect(titles(first, "tasks") == ["What was forgotten"])
        #expect(first["tasks"]?.array?.first?["dependsOn"] == ["task-4"])
        let all = tasks + [sheets.sheet(goal.later[0], "task-6", state: "landed")]
        #expect(try await sheets.report(sheets.material(.engineerManager, .assess, goal: goal, tasks: all))["goalReached"] == true)
        let failed = tasks + [sheets.sheet(goal.later[0], "task-6", state: "failed: came back too often")]
        #expect(try await sheets.report(sheets.material(.engineerManager, .assess, goal: goal, tasks: failed))["goalReached"] == false)
    }

    @Test("send work back once, answer what is blocked, and approve the rest")
    func reviews() async throws {
        var plan = CompanyPlan.synthetic(tasks: 4, rates: .init(reworksEvery: 4))
        plan.goals[0].tasks[0].mistakes = [.blocked(reason: "no file", answer: "Make it.")]
        plan.goals[0].tasks[1].mistakes = [.blocked(reason: "no network", answer: nil)]
        let sheets = CompanySheets(plan: plan)
        let tasks = plan.tasks
        let submissions = [
            sheets.submission(tasks[0], "task-1", commits: [], isBlocked: true),
            sheets.submission(tasks[1], "task-2", commits: [], isBlocked: true),
            sheets.submission(tasks[2], "task-3", commits: ["a Write it"]), sheets.submission(tasks[3], "task-4", commits: ["b Write it"]),
        ]
        let report = try await sheets.report(
            sheets.material(.engineerManager, .review(submissions.map { TaskID($0.task.id) }), submissions: submissions, continuing: true))
        let decisions = report["decisions"]?.array ?? []
        #expect(decisions.map { $0["task"] } == ["task-1", "task-2", "task-3", "task-4"])
        #expect(decisions.map { $0["verdict"] } == ["rework", "drop", "approve", "rework"])
        #expect(decisions.first?["instructions"] == "Make it.")
        let again = [sheets.submission(tasks[3], "task-4", commits: ["c Note beside src/task4.txt", "b Write it"])]
        let second = try await sheets.report(sheets.material(.engineerManager, .review([TaskID("task-4")]), submissions: again))
        #expect(second["decisions"] == [["task": "task-4", "verdict": "approve"]])
    }

    @Test("answer what is none of a company's requests with an error that says so")
    func unknownRequest() async throws {
        let reply = await CompanyScript(DemoProject.plan).reply(to: try MessagesBody.request([MessagesBody.opening("Hello")]))
        guard case .fault(.error(400, _, let message, _)) = reply.outcome else {
            Issue.record("\(reply.outcome)")
            return
        }
        #expect(message.contains("does not know what is asked"))
    }

    /// What cco's own check says of a plan.
    private func problems(_ report: JSONValue) throws -> [String] {
        let drafts = (report["tasks"]?.array ?? []).map { task in
            TaskDraft(
                key: task["key"]?.string ?? "", title: task["title"]?.string ?? "",
                description: task["description"]?.string ?? "",
                acceptance: task["acceptance"]?.string ?? "", paths: (task["paths"]?.array ?? []).compactMap(\.string),
                dependsOn: (task["dependsOn"]?.array ?? []).compactMap(\.string))
        }
        return PlanCheck(drafts: drafts, of: ID("team-1"), in: TaskRegister(), mayBeEmpty: false).problems
    }
}
