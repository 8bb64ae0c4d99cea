import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// Turns that are in the midst of something when another one finds out that their credential is used up.
@Suite("Turns under way on a credential that is benched", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct HeldBackTests {
    private static let login = "sk-ant-oat01-test-held-back-000000"

    /// A folder of named pipes by which commands of agents say that they run, and wait for what they are told.
    private struct Pipes {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cco-pipes-\(UUID().uuidString.prefix(8))").path

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for name in ["began-2", "began-3", "ends-2", "ends-3"] {
                guard mkfifo("\(folder)/\(name)", 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
            }
        }

        /// A long command of a task, which fails at last, or does not. A second time it is short.
        func command(_ task: Int, code: Int) -> WorkStep {
            let work = "echo up > began-\(task); cat ends-\(task); touch done-\(task)"
            return .run("(cd \(folder) && { [ -e done-\(task) ] || { \(work); }; }; echo said-by-\(task)); exit \(code)")
        }

        func remove() throws { try FileManager.default.removeItem(atPath: folder) }
    }

    @Test(
        "finish their commands, long ones and failing ones, ask it no more, and go on with the next one; also if cco is killed meanwhile",
        arguments: [(isLogin: true, isKilled: false), (true, true), (false, false)])
    func leave(isLogin: Bool, isKilled: Bool) async throws {
        let pipes = try Pipes()
        var slow = CompanyPlan.synthetic(tasks: 3)
        slow.goals[0].tasks[0].steps.insert(.run("echo said-by-1"), at: 0)
        slow.goals[0].tasks[1].steps.insert(pipes.command(2, code: 0), at: 0)
        slow.goals[0].tasks[2].steps.insert(pipes.command(3, code: 1), at: 0)
        let plan = slow
        let (company, witness, othersWork) = (CompanyScript(plan), Witness(), Latch())
        let (first, second) = isLogin ? (Self.login, CompanyFixture.key) : (CompanyFixture.key, Self.login)
        let isSpent = Atomic(false)
        let reset = Int(Date().timeIntervalSince1970) + 7200
        let limits = SubscriptionLimits(
            fiveHour: .init(.rejected, utilization: 1, resetsAt: reset), sevenDay: .init(.allowed, utilization: 0.2, resetsAt: reset))
        let provider = witness.watching(
            ClosureScript { request in
                let isRefused = request.credential?.secret == first && isSpent.load(ordering: .sequentiallyConsistent)
                guard isRefused else { return await company.reply(to: request) }
                return .fault(isLogin ? .usageLimitReached(limits) : .creditTooLow)
            })
        let script = WatchedScript(
            ClosureScript { request in
                if request.isWorkers, request.firstUserText?.contains("src/task1.txt") == true,
                    request.assistantTurnsSinceLastUserPrompt > 0
                {
                    await othersWork.wait()
                    isSpent.store(true, ordering: .sequentiallyConsistent)
                }
                return await provider.reply(to: request)
            }, awaiting: { $0.credential?.secret == second })
        let options: [String: JSONValue] = ["authMode": isLogin ? "oauth" : "api-keys-first", "workerCount": 3]
        try await CompanyFixture.with(plan, script: script, options: options) { fixture in
            let environment = ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL]
            let run = try await fixture.begin(["start"], environment: environment)
            for task in [2, 3] { try await fixture.command(["cat", "\(pipes.folder)/began-\(task)"]) }
            await othersWork.open()
            // Who was refused goes on elsewhere: by then the others have been told.
            await script.seen()
            if isKilled { try await run.kill() }
            for task in [2, 3] { try await fixture.command(["sh", "-c", "echo end > \(pipes.folder)/ends-\(task)"]) }
            if isKilled {
                let again = try await fixture.cco(["start"], environment: environment)
                #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            } else {
                let (exit, output) = try await run.ended()
                #expect(exit == .exited(0), "\(output)")
            }
            try await fixture.expectSound(gate: plan.verifyCommand)
            let sights = witness.sights
            let refused = sights.filter(\.isRefused)
            #expect(refused.count == 1 && refused.first?.results.contains { $0.text.contains("said-by-1") } == true, "\(refused)")
            let struck = try #require(refused.first)
            #expect(!sights.contains { $0.key == first && $0.time > struck.time }, "a benched credential was asked")
            try witness.expectGoesOn(after: struck)
            for task in [2, 3] {
                let conversation = sights.filter { $0.isWorkers && $0.firstPrompt.contains("src/task\(task).txt") }
                #expect(Set(conversation.map(\.conversation)).count == 1, "its session was given up")
                let next = try #require(conversation.first { $0.time > struck.time })
                #expect(next.key == second && next.turn == 2)
                #expect(next.results.contains { $0.text.contains("said-by-\(task)") }, "what its command said is lost: \(next.results)")
            }
            let told = try fixture.log().filter { $0.contains("its credential cannot be used") }
            #expect(told.count >= 2, "\(told)")
            #expect(try await LedgerAudit(of: fixture, disturbedBy: isKilled ? .kill : .none).unknowable == 0)
        }
        try pipes.remove()
    }
}
