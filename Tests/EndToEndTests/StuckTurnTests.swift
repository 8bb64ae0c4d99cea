import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Turns that get nowhere", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct StuckTurnTests {
    /// The first task's worker makes a failing call again and again, until it is told to do otherwise.
    private static let insisting: CompanyPlan = {
        var plan = UndisturbedRun.plan
        plan.goals[0].tasks[0].mistakes = [.insists(command: "cat no-such-file")]
        return plan
    }()

    private func lines(_ output: String, _ text: String) -> Int { output.split(separator: "\n").count { $0.contains(text) } }

    @Test("a tool that fails again and again is noticed, the worker is told in the middle of its turn, and goes on")
    func failingTool() async throws {
        try await CompanyFixture.with(Self.insisting) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(
                lines(result.outputText, "gets nowhere: the same call of Bash has failed 8 times in a row") == 1, "\(result.outputText)")
            #expect(lines(result.outputText, "has got message-1.") == 1, "\(result.outputText)")
            try await fixture.expectUndisturbed()
        }
    }

    @Test("killed between saying and the message being read, it is read once, and nobody is told a second time")
    func killedInBetween() async throws {
        let most = Mutex(0)
        let company = CompanyScript(Self.insisting)
        let script = ClosureScript { request in
            let words = request.messages.filter { message in
                message.blocks.contains { if case .text(let text) = $0 { text.contains(ModelRequest.Message.watchWord) } else { false } }
            }
            most.withLock { $0 = max($0, words.count) }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(Self.insisting, script: script) { fixture in
            let killed = try await fixture.cco(["start"], environment: ["CCO_CRASH_POINT": CrashPoint.messageSaid.rawValue])
            #expect(killed.exit == .signaled(9), "nothing was said: \(killed.outputText)\(killed.errorText)")
            #expect(lines(killed.outputText, "has got message-1.") == 0)
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            #expect(lines(again.outputText, "has got message-1.") == 1, "\(again.outputText)")
            #expect(lines(again.outputText, "gets nowhere") == 0, "\(again.outputText)")
            #expect(most.withLock { $0 } == 1, "the model was told more than once, or never")
            try await fixture.expectUndisturbed()
        }
    }

    @Test("a tool that hangs is broken off, and the worker goes on in the same process and session")
    func hungTool() async throws {
        let plan = UndisturbedRun.slow(seconds: 600)
        try await CompanyFixture.with(plan, options: ["toolTimeoutMinutes": 0.1]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(
                lines(result.outputText, "gets nowhere: its tool Bash has been running for less than a minute") == 1, "\(result.outputText)"
            )
            #expect(lines(result.outputText, "what it is doing is broken off") == 1)
            // A turn is one process.
            try await fixture.expectUndisturbed()
        }
    }

    @Test("a request to which the model does not answer is broken off, and the same turn goes on")
    func hungRequest() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let isSilent = Mutex(true)
        let script = ClosureScript { request in
            if request.isWorkers, request.assistantTurnsSinceLastUserPrompt == 1, isSilent.withLock({ $0.take() }) {
                return .fault(.hang(limit: .seconds(600)))
            }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script, options: ["requestTimeoutMinutes": 0.15]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(
                lines(result.outputText, "gets nowhere: the model has not answered for less than a minute") == 1, "\(result.outputText)")
            #expect(try await fixture.sessions().count == 5, "a session was given up")
            try await fixture.expectUndisturbed()
        }
    }

    @Test("a worker that does the same again whatever it is told is stopped, resumed, and another takes the task over")
    func incorrigible() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let first = Mutex<String?>(nil)
        let prompts = Mutex(Set<Int>())
        let interrupted = Mutex(false)
        let script = ClosureScript { request in
            guard request.isWorkers, let prompt = request.firstUserText, prompt.contains(UndisturbedRun.plan.tasks[0].title) else {
                return await company.reply(to: request)
            }
            let conversation = first.withLock {
                $0 = $0 ?? request.conversation
                return $0
            }
            guard conversation == request.conversation else { return await company.reply(to: request) }
            if request.hasWordFromWatch { interrupted.withLock { $0 = true } }
            if request.lastUserText?.contains("its tool Bash has been running for") == true {
                prompts.withLock { _ = $0.insert(request.promptCount) }
            }
            return .message(.call("Bash", ["command": "sleep 600"]))
        }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script, options: ["toolTimeoutMinutes": 0.08]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            // Broken off; stopped and resumed; stopped and given to another.
            #expect(lines(result.outputText, "gets nowhere: its tool Bash") == 3, "\(result.outputText)")
            #expect(interrupted.withLock { $0 }, "the worker was not told why its tool was broken off")
            #expect(prompts.withLock { $0 } == [2], "the worker was not told why it was stopped")
            try await fixture.expectUndisturbed(moreTurns: 2, attempts: true)
        }
    }
}

extension Bool {
    /// The value, which is `false` from then on.
    fileprivate mutating func take() -> Bool {
        defer { self = false }
        return self
    }
}
