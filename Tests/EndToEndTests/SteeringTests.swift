import Foundation
import JSON
import Orchestration
import Synchronization
import Testing

@testable import Processes
@testable import TestSupport

@Suite("Steering a run", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct SteeringTests {
    /// The first task's worker gives the same command again and again, until it is told something.
    private static func insisting(_ command: String) -> CompanyPlan {
        var plan = UndisturbedRun.plan
        plan.goals[0].tasks[0].mistakes = [.insists(command: command)]
        return plan
    }

    private func lines(_ output: String, _ text: String) -> Int { output.split(separator: "\n").count { $0.contains(text) } }

    private func messages(_ fixture: CompanyFixture) async throws -> [RunStatus.MessageStatus] {
        let result = try await fixture.cco(["messages", "--json"])
        return try JSONDecoder().decode([RunStatus.MessageStatus].self, from: Data(result.outputText.utf8))
    }

    @Test("a worker that is told something in the middle of its turn acts on it, and acknowledges it", arguments: [false, true])
    func tell(interrupts: Bool) async throws {
        let plan = Self.insisting(interrupts ? "sleep 600" : "sleep 0.2")
        let company = CompanyScript(plan)
        let told = Mutex(0)
        let script = WatchedScript(
            ClosureScript { request in
                guard request.isWorkers, request.firstUserText?.contains(UndisturbedRun.plan.tasks[0].title) == true else {
                    return await company.reply(to: request)
                }
                let words = request.said("Take the short way.")
                told.withLock { $0 = max($0, words) }
                return await company.reply(to: request).acknowledging("message-1")
            }
        ) { $0.isWorkers && $0.firstUserText?.contains(plan.tasks[0].title) == true }
        try await CompanyFixture.with(plan, script: script) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            let worker = try await Self.worker(of: UndisturbedRun.plan.tasks[0].title, fixture)
            let order =
                ["tell", worker, "Take the short way.", "--as", "Ada", "--request-id", "once"] + (interrupts ? ["--interrupt"] : [])
            let first = try await fixture.cco(order)
            #expect(
                first.exit == .exited(0) && first.outputText.hasPrefix("Message-1 goes into turn-"), "\(first.outputText)\(first.errorText)"
            )
            #expect(try await fixture.cco(order).outputText == first.outputText)
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            #expect(told.withLock { $0 } == 1)
            #expect(lines(output, "Has read message-1, its report says.") == 1, "\(output)")
            #expect(try await messages(fixture).map(\.state) == ["acknowledged"])
        }
    }

    private static func worker(of title: String, _ fixture: CompanyFixture) async throws -> String {
        let result = try await fixture.cco(["task", "list", "--json"])
        let tasks = try JSONDecoder().decode([RunStatus.TaskStatus].self, from: Data(result.outputText.utf8))
        return try #require(tasks.first { $0.title == title }?.worker)
    }

    @Test("what is said before a turn begins is in its prompt")
    func before() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let gate = Latch()
        let seen = Mutex<Set<String>>([])
        let script = WatchedScript(
            ClosureScript { request in
                if !request.isWorkers, request.assistantTurnsSinceLastUserPrompt == 0 { await gate.wait() }
                if request.isWorkers, let text = request.firstUserText, text.contains("Mind the style.") {
                    seen.withLock { _ = $0.insert(request.conversation) }
                    return await company.reply(to: request).acknowledging("message-1")
                }
                return await company.reply(to: request)
            }
        ) { _ in true }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            let order = try await fixture.cco(["tell", "worker-1", "Mind the style.", "--as", "Ada"])
            #expect(order.outputText == "Message-1 waits for worker-1's next turn.\n", "\(order.outputText)\(order.errorText)")
            let unknown = try await fixture.cco(["tell", "wroker-1", "Hey"])
            #expect(unknown.exit == .exited(64) && unknown.errorText.contains("Did you mean worker-1?"), "\(unknown.errorText)")
            await gate.open()
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            #expect(seen.withLock { $0.count } == 1)
            #expect(try await messages(fixture).map(\.state) == ["acknowledged"], "\(output)")
        }
    }

    @Test("a task that is cancelled in work never lands, and the settings of the run can be changed meanwhile")
    func cancel() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let title = UndisturbedRun.plan.tasks[0].title
        let script = WatchedScript(
            ClosureScript { request in
                guard request.isWorkers, request.firstUserText?.contains(title) == true else { return await company.reply(to: request) }
                return .message(.call("Bash", ["command": "sleep 600"]))
            }
        ) { $0.isWorkers && $0.firstUserText?.contains(title) == true }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            for words in [["workers", "1"], ["workers", "2"], ["budget", "500"], ["duration", "30"]] {
                let result = try await fixture.cco(["set"] + words)
                #expect(result.exit == .exited(0), "\(result.errorText)")
            }
            let listed = try await fixture.cco(["task", "list", "--json"])
            let tasks = try JSONDecoder().decode([RunStatus.TaskStatus].self, from: Data(listed.outputText.utf8))
            let task = try #require(tasks.first { $0.title == title }).id
            let cancelled = try await fixture.cco(["task", "cancel", task, "--as", "Ada", "--reason", "not wanted"])
            #expect(cancelled.exit == .exited(0), "\(cancelled.errorText)")
            let (_, output) = try await run.ended()
            #expect(lines(output, "is DROPPED") >= 1 && output.contains("cancelled by Ada: not wanted"), "\(output)")
            let after = try await fixture.cco(["task", "show", task, "--json"])
            #expect(try JSONDecoder().decode(RunStatus.TaskStatus.self, from: Data(after.outputText.utf8)).state == "dropped")
        }
    }
}

extension ModelRequest {
    /// How many of the conversation's messages hold the text.
    fileprivate func said(_ text: String) -> Int {
        messages.count { message in
            message.role != .assistant && message.blocks.contains { if case .text(let words) = $0 { words.contains(text) } else { false } }
        }
    }
}

extension ModelReply {
    /// The same, and where it reports, with the id of a message that was read.
    func acknowledging(_ id: String) -> ModelReply {
        guard case .message(let blocks) = outcome else { return self }
        var reply = self
        reply.outcome = .message(
            blocks.map { block in
                guard case .toolUse(ContentBlock.reportTool, let input) = block else { return block }
                return .toolUse(name: ContentBlock.reportTool, input: "{\"acknowledgedMessages\":[\"\(id)\"],\(input.dropFirst())")
            })
        return reply
    }
}
