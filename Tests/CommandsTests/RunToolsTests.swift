import Engine
import JSON
import MCP
import Orchestration
import Testing

@testable import Commands
@testable import ControlAPI

/// What a model of the user's gets to read, and can have done.
@Suite("The tools of a model")
struct RunToolsTests {
    private static let secret = "s3cr3t-value-of-the-env-file"

    private static func task(_ title: String) -> TeamTask {
        TeamTask(
            id: ID("task-1"), team: ID("team-1"), title: title, description: "d", acceptance: "a", paths: ["a"], dependsOn: [],
            createdAt: Timestamp(milliseconds: 1))
    }

    private static let question = Question(
        id: ID("question-1"), agent: ID("worker-1"), task: ID("task-1"), text: "Which\u{1B}[2J colour, with \(secret)?",
        options: ["red", "green"], fallback: "red", askedAt: Timestamp(milliseconds: 1), deadline: Timestamp(milliseconds: 60_001),
        holdsTask: true)

    private func tools(_ fixture: RunFixture, isReadOnly: Bool = false) -> RunTools {
        RunTools(place: fixture.where_, surroundings: fixture.surroundings, isReadOnly: isReadOnly)
    }

    private func fixture(_ events: [Event]) async throws -> RunFixture {
        let fixture = try await RunFixture(events: events)
        try fixture.place.write("config/.env", "SERVICE_TOKEN=\(Self.secret)\n", mode: 0o600)
        return fixture
    }

    @Test("nothing that they answer has a secret or a control character in it, whatever agents wrote")
    func redacted() async throws {
        let words = "Write \(Self.secret)\u{1B}[2J\u{7}"
        let ended = try await fixture([.taskAdded(Self.task(words)), .ended(.failed("It \(words)\u{1B}]0;title\u{7}."))])
        let asking = try await fixture([.taskAdded(Self.task(words)), .questionAsked(Self.question), .suspended(words)])
        for fixture in [ended, asking] {
            let tools = tools(fixture)
            for (name, arguments) in [
                ("run_status", [:]), ("list_tasks", [:]), ("why_waiting", [:]), ("why_waiting", ["id": "task-1"]),
                ("why_waiting", ["id": "worker-1"]), ("cost", [:]), ("list_questions", [:]),
            ] as [(String, [String: JSONValue])] {
                let text = try await tools.call(name, arguments)
                #expect(!text.contains(Self.secret), "\(name): \(text)")
                #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" }, "\(name): \(text)")
            }
        }
        let why = try await tools(ended).call("why_waiting", [:])
        #expect(why.hasPrefix("The run has ended: It Write <redacted:.env-SERVICE_TOKEN>"), "\(why)")
        #expect(try await tools(asking).call("list_tasks", [:]).contains("<redacted:"))
    }

    @Test("while the configuration's secrets are not known they tell nothing and say why")
    func unknown() async throws {
        let fixture = try await fixture([.taskAdded(Self.task("Do it")), .suspended("x")])
        try fixture.place.write("config/api-keys.json", "{ no", mode: 0o600)
        await #expect {
            try await tools(fixture).call("list_tasks", [:])
        } throws: {
            "\($0)".contains("api-keys.json")
        }
    }

    @Test("questions are listed while they are open, and answered with an order")
    func questions() async throws {
        let fixture = try await fixture([.taskAdded(Self.task("Do it")), .questionAsked(Self.question)])
        let tools = tools(fixture)
        let listed = try await tools.call("list_questions", [:])
        #expect(listed.contains("question-1") && listed.contains("2. green") && listed.contains("the task waits"), "\(listed)")
        let answer: [String: JSONValue] = ["id": "question-1", "text": "2"]
        await #expect {
            try await tools.call("answer_question", answer)
        } throws: {
            "\($0)".contains("no engine")
        }
        let run = try #require(try RunHost.read(fixture.folder))
        try await EngineStandIn.serving(fixture, run) { engine in
            let again = try await tools.call("list_questions", [:])
            let answered = try await tools.call("answer_question", answer)
            #expect(again == listed && answered == "Question-1 is answered.")
            #expect(engine.orders.values.map(\.wish) == [.answer(ID("question-1"), "2")])
        }
        let quiet = try await self.fixture([.suspended("x")])
        #expect(try await self.tools(quiet).call("list_questions", [:]) == "Nothing is asked.")
    }

    @Test("a reader only gets no tool that changes anything")
    func readOnly() async throws {
        let fixture = try await fixture([])
        let all = tools(fixture).tools
        let some = tools(fixture, isReadOnly: true).tools
        #expect(some.map(\.name) == ["run_status", "list_tasks", "why_waiting", "agent_log", "cost", "list_questions"])
        #expect(
            all.map(\.name).dropFirst(some.count) == [
                "tell", "answer_question", "add_task", "cancel_task", "retry_task", "prioritise_task", "restart_agent", "pause",
                "set_budget",
                "set_workers", "set_duration",
            ])
        #expect(all.dropFirst(some.count).allSatisfy { !$0.isReadOnly })
    }

    @Test("what a model may have done becomes the order that the command of that name gives")
    func orders() async throws {
        let fixture = try await fixture([.taskAdded(Self.task("Do it"))])
        let run = try #require(try RunHost.read(fixture.folder))
        let asked: [(String, [String: JSONValue], Order.Wish)] = [
            ("cancel_task", ["task": "task-1", "reason": "no"], .cancelTask(ID("task-1"), reason: "no")),
            ("retry_task", ["task": "task-1"], .retryTask(ID("task-1"))),
            ("prioritise_task", ["task": "task-1"], .prioritiseTask(ID("task-1"))),
            ("restart_agent", ["agent": "worker-1"], .restartAgent(ID("worker-1"))),
            ("set_workers", ["count": 3], .set(.workers(3))), ("set_duration", ["minutes": 90], .set(.duration(minutes: 90))),
            ("set_budget", [:], .set(.budget(nil))),
            ("tell", ["agent": "director", "text": "hi", "interrupt": true], .tell(ID("director"), "hi", interrupts: true)),
            (
                "add_task", ["title": "T", "acceptance": "a", "paths": "lib/, a b.txt ,", "after": "task-1"],
                .addTask(
                    TaskDraft(
                        key: "new", title: "T", description: "T", acceptance: "a", paths: ["lib/", "a b.txt"], dependsOn: ["task-1"]),
                    team: nil)
            ),
        ]
        for (name, arguments, wish) in asked {
            let order = try RunTools.order(name, arguments)?.order(by: "ada")
            #expect(order?.wish == wish, "\(name)")
            #expect(try #require(tools(fixture).tools.first { $0.name == name }).isReadOnly == false)
        }
        #expect(RunTools.order("approve", ["id": "approval-1"]) == nil && RunTools.order("run_status", [:]) == nil)
        try await EngineStandIn.serving(fixture, run) { engine in
            _ = try await tools(fixture).call("cancel_task", ["task": "task-1"])
            #expect(engine.orders.values.map(\.wish) == [.cancelTask(ID("task-1"), reason: nil)])
        }
        await #expect(throws: Failure.self) { try await tools(fixture).call("approve", ["id": "approval-1"]) }
    }
}
