import ControlAPI
import FoundationEssentials
import Glibc
import Orchestration
import Testing

@Suite("Orders over the control interface")
struct OrderTests {
    private func serving(_ control: ScriptedControl, _ body: @Sendable @escaping (ControlClient) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            try await ControlServer.serving(at: path, control) { try await body(ControlClient(socketPath: path)) }
        }
    }

    private func request(_ kind: OrderRequest.Kind, _ fill: (inout OrderRequest) -> Void = { _ in }) -> OrderRequest {
        var request = OrderRequest(id: "r-1", kind: kind)
        fill(&request)
        return request
    }

    private func refusal(_ client: ControlClient, _ request: OrderRequest) async throws -> ControlProblem? {
        do {
            _ = try await client.order(request)
            return nil
        } catch ControlClientError.refused(let problem) {
            return problem
        }
    }

    @Test("an order reaches the run with who gives it, and its receipt comes back")
    func roundTrip() async throws {
        let control = ScriptedControl()
        try await serving(control) { client in
            let receipt = try await client.order(
                request(.tell) {
                    $0.agent = "worker-1"
                    $0.text = "Look here."
                    $0.by = "Ada"
                })
            #expect(receipt == OrderReceipt(id: "r-1", by: "Ada", subject: "message-1", words: "goes into turn-1"))
            #expect(control.seen == ["\(Order.Wish.tell(ID("worker-1"), "Look here.", interrupts: false)) by Ada"])
        }
    }

    @Test("whoever does not say who they are is the user at the other end of the socket")
    func anonymous() async throws {
        let control = ScriptedControl()
        try await serving(control) { client in
            let receipt = try await client.order(request(.retry) { $0.task = "task-1" })
            let own = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(geteuid())"
            #expect(receipt.by == own)
        }
    }

    @Test("every kind of order becomes what it says")
    func kinds() async throws {
        let control = ScriptedControl()
        try await serving(control) { client in
            for request in [
                request(.cancel) { ($0.task, $0.text) = ("task-1", "why") }, request(.prioritise) { $0.task = "task-2" },
                request(.restart) { $0.agent = "em-1" }, request(.answer) { ($0.question, $0.text) = ("question-1", "2") },
                request(.set) { ($0.setting, $0.value) = (.workers, 2) },
                request(.set) { $0.setting = .budget }, request(.set) { ($0.setting, $0.value) = (.duration, 90) },
                request(.add) { ($0.title, $0.description, $0.acceptance, $0.paths) = ("t", "d", "a", ["p/"]) },
            ] { _ = try await client.order(request) }
            let draft = TaskDraft(key: "new", title: "t", description: "d", acceptance: "a", paths: ["p/"])
            let wishes: [Order.Wish] = [
                .cancelTask(ID("task-1"), reason: "why"), .prioritiseTask(ID("task-2")), .restartAgent(ID("em-1")),
                .answer(ID("question-1"), "2"), .set(.workers(2)),
                .set(.budget(nil)), .set(.duration(minutes: 90)), .addTask(draft, team: nil),
            ]
            #expect(zip(control.seen, wishes).allSatisfy { $0.hasPrefix("\($1) by") } && control.seen.count == wishes.count)
        }
    }

    @Test("an order that lacks something, or is for another run, is refused and reaches nobody")
    func malformed() async throws {
        let control = ScriptedControl()
        try await serving(control) { client in
            #expect(try await refusal(client, request(.tell) { $0.text = "x" })?.message.contains("`agent`") == true)
            #expect(try await refusal(client, request(.set) { ($0.setting, $0.value) = (.workers, 1.5) })?.status == 400)
            let other = try await refusal(client, request(.retry) { ($0.task, $0.run) = ("task-1", "run-2") })
            #expect(other?.code == "other-run" && other?.status == 409)
            #expect(control.seen.isEmpty)
        }
    }

    @Test("what the run objects to is answered with its words and a fitting status")
    func objection() async throws {
        let run = RunFixture().run
        let order = Order(id: "1", by: "Ada", wish: .restartAgent(ID("worker-9")))
        let objection = try #require(run.objection(to: order))
        try await serving(ScriptedControl(failure: objection)) { client in
            let problem = try await refusal(client, request(.restart) { $0.agent = "worker-9" })
            #expect(problem?.status == 404 && problem?.message == "There is no agent \"worker-9\".")
        }
    }

    @Test("an order whose answer is lost is given once more with the same id; when that is lost too, nobody knows")
    func uncertain() async throws {
        let body = #"{"by":"Ada","id":"r-1","subject":"message-1","words":"goes into turn-1"}"#
        let whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try await TemporaryFolder.with { folder in
            try await HastyServer.serving("", whole, at: folder.socketPath) {
                let receipt = try await ControlClient(socketPath: folder.socketPath).order(request(.retry), patience: .seconds(30))
                #expect(receipt.id == "r-1" && receipt.subject == "message-1")
            }
        }
        try await TemporaryFolder.with { folder in
            try await HastyServer.serving("", at: folder.socketPath) {
                await #expect {
                    try await ControlClient(socketPath: folder.socketPath).order(request(.retry), patience: .seconds(30))
                } throws: {
                    if case ControlClientError.broken = $0 { true } else { false }
                }
            }
        }
    }
}
