import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Turns that get nowhere", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct StuckTurnTests {
    @Test("a tool that hangs is noticed, the worker is told why, then another takes the task over, and it lands")
    func hungTool() async throws {
        // The first task's first session runs the tool again when it is told to go on; only a fresh one leaves it out.
        let plan = UndisturbedRun.slow(seconds: 600)
        let told = Mutex(0)
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            let isTold = request.lastUserText?.contains("its tool Bash had been running for less than a minute") == true
            // In the conversation that was stopped; a fresh one reads it in its assignment.
            if isTold, request.promptCount == 2, request.assistantTurnsSinceLastUserPrompt == 0 { told.withLock { $0 += 1 } }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script, options: ["toolTimeoutMinutes": 0.08]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let noticed = result.outputText.split(separator: "\n").count {
                $0.contains("gets nowhere: it was stopped because its tool Bash")
            }
            #expect(noticed == 2, "\(result.outputText)")
            #expect(told.withLock { $0 } == 1, "the worker was not told why it was stopped")
            try await fixture.expectUndisturbed(moreTurns: 2, attempts: true)
        }
    }

    @Test("a turn to which the model does not answer is noticed by its silence, and the same session goes on with the reason")
    func silence() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let isSilent = Mutex(true)
        let script = ClosureScript { request in
            if request.isWorkers, request.assistantTurnsSinceLastUserPrompt == 1, isSilent.withLock({ $0.take() }) {
                return .fault(.hang(limit: .seconds(600)))
            }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script, options: ["stallTimeoutMinutes": 0.1]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let reason = "gets nowhere: it was stopped after less than a minute in which nothing came from it"
            #expect(result.outputText.split(separator: "\n").count { $0.contains(reason) } == 1, "\(result.outputText)")
            #expect(try await fixture.sessions().count == 3, "a session was given up")
            try await fixture.expectUndisturbed(moreTurns: 1)
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
