import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("A Messages API that fails", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct ModelFaultTests {
    private static let cut: [ContentBlock] = [.text("I begin with"), .call("Bash", ["command": "echo cut off > cut.txt"])]

    /// Every way to fail once, some in two places of an answer.
    private static let faults: [ModelFault] = [
        .serverError, .overloaded, .connectionReset, .garbage, .truncatedStream(blocks: cut, afterEvents: 2),
        .truncatedStream(blocks: cut, afterEvents: 6), .hang(limit: .seconds(1)), .rateLimited(retryAfter: 1),
    ]

    @Test("when every step of every conversation fails in some way before it succeeds, the work is done once")
    func everyStep() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let seen = Mutex<[String: Int]>([:])
        let struck = Mutex<Set<Int>>([])
        let script = ClosureScript { request in
            let step = "\(request.conversation) \(request.messages.count)"
            let number = seen.withLock { seen in
                guard seen[step] == nil else { return nil as Int? }
                seen[step] = seen.count
                return seen.count - 1
            }
            guard let number else { return await company.reply(to: request) }
            struck.withLock { _ = $0.insert(number % Self.faults.count) }
            return .fault(Self.faults[number % Self.faults.count])
        }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(struck.withLock { $0.count } == Self.faults.count, "not every fault has struck")
            try await fixture.expectUndisturbed()
        }
    }

    @Test("an outage that outlasts the CLI's own patience makes the turns wait and go on in the same sessions")
    func outage() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        // Two turns ask twice each before their CLI gives up.
        let left = Mutex(4)
        let script = ClosureScript { request in
            guard request.isWorkers, request.assistantTurnsSinceLastUserPrompt > 0 else { return await company.reply(to: request) }
            let number = left.withLock { left in
                left -= 1
                return left
            }
            return number >= 0 ? .fault(number % 2 == 0 ? .overloaded : .serverError) : await company.reply(to: request)
        }
        let options: [String: JSONValue] = ["agentEnvironment": ["CLAUDE_CODE_MAX_RETRIES": "1"]]
        try await CompanyFixture.with(UndisturbedRun.plan, script: script, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.sessions().count == 5, "a session was given up")
            try await fixture.expectUndisturbed(moreTurns: 4)
        }
    }
}
