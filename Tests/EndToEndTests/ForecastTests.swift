import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Conflicts that are foreseen", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct ForecastTests {
    /// Holds requests up until something has happened, and keeps the prompts of reworks.
    private final class Order: ModelScript {
        private let script: any ModelScript
        private let prompts = Mutex<[String]>([])
        /// The second task's rework, which the first one's waits for: so it is still open when the second is warned of it.
        let warned = OneTimeSignal()
        /// The collision, which the review of the second task waits for.
        let foreseen = OneTimeSignal()

        init(_ plan: CompanyPlan) { script = CompanyScript(plan) }

        var reworks: [String] { prompts.withLock { $0 } }

        func reply(to request: ModelRequest) async -> ModelReply {
            let prompt = request.lastUserText ?? ""
            if !request.isWorkers, prompt.contains("## task-2: ") { await foreseen.happened() }
            if request.isWorkers, prompt.contains("Your lead wants changes") {
                if prompt.contains("task2.note.txt") {
                    prompts.withLock { $0.append(prompt) }
                    warned.happens()
                } else {
                    await warned.happened()
                }
            }
            return await script.reply(to: request)
        }
    }

    /// Two workers add a line at the end of the same file, and both are sent back once.
    private static let plan = CompanyPlan.synthetic(tasks: 2, rates: .init(conflictsEvery: 1, reworksEvery: 1))

    @Test("of two workers that collide, the later one is told in its next prompt, before anything is merged")
    func warned() async throws {
        let order = Order(Self.plan)
        try await CompanyFixture.with(Self.plan, script: order, options: ["workerCount": 2]) { fixture in
            let run = try await fixture.begin(["start"])
            try await run.expectSays("will CONFLICT with task-")
            let status = try await fixture.cco(["status"])
            #expect(status.outputText.contains("Collisions\n  task-"), "\(status.outputText)")
            #expect(status.outputText.contains(" on shared.txt"), "\(status.outputText)")
            #expect(status.outputText.contains("Hot files\n  shared.txt: 2 tasks (task-1, task-2 under way)"), "\(status.outputText)")
            order.foreseen.happens()
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            #expect(ended.output.contains("Is warned: task-2 will conflict with task-1 in shared.txt."), "\(ended.output)")
            let prompt = try #require(order.reworks.first)
            #expect(prompt.contains("- task-1 (Write file 1; "), "\(prompt)")
            #expect(
                prompt.contains(
                    "conflicts with your branch in: shared.txt. Its commit is `refs/cco/other/task-1` in your repository."), "\(prompt)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try fixture.expectNoProcess()
            let report = try await fixture.cco(["report"])
            #expect(report.outputText.contains("## Conflicts by file"), "\(report.outputText)")
            #expect(report.outputText.contains("| `shared.txt` | 1 | 2 |"), "\(report.outputText)")
        }
    }

    @Test("a worker in the midst of its turn is told at once that what has landed meets its work, and its turn goes on")
    func told() async throws {
        let company = CompanyScript(Self.plan)
        let told = OneTimeSignal()
        let heard = Mutex<Set<String>>([])
        let script = ClosureScript { request in
            let prompt = request.lastUserText ?? ""
            if request.isWorkers, prompt.contains("Your lead wants changes"), prompt.contains("task2.note.txt") {
                let texts = request.messages.flatMap(\.blocks).compactMap { if case .text(let text) = $0 { text } else { nil } }
                heard.withLock { $0.formUnion(texts.filter { $0.contains(ModelRequest.Message.watchWord) }) }
                // In its midst: the first task lands meanwhile.
                if request.assistantTurnsSinceLastUserPrompt == 1 { await told.happened() }
            }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(Self.plan, script: script, options: ["workerCount": 2]) { fixture in
            let run = try await fixture.begin(["start"])
            try await run.expectSays("Is warned: task-2 no longer merges with its target: shared.txt.")
            told.happens()
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            let words = try #require(heard.withLock { $0.first })
            #expect(heard.withLock { $0.count } == 1)
            #expect(words.contains("- `main` has moved on to `") && words.contains("no longer merges with it in: shared.txt."), "\(words)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try fixture.expectNoProcess()
        }
    }
}

/// Something that happens once, and that others wait for.
private final class OneTimeSignal: Sendable {
    private let state = Mutex<(isDone: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func happens() {
        let waiters = state.withLock { state in
            state.isDone = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func happened() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock {
                if !$0.isDone { $0.waiters.append(continuation) }
                return $0.isDone
            }
            if isDone { continuation.resume() }
        }
    }
}
