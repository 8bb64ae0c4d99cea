import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("No request is made in vain", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct AskedOnceTests {
    private static let login = "sk-ant-oat01-test-login-000000000"

    @Test(
        "while a run waits no request comes, and after a kill none for what the journal has: each step of each conversation is asked once")
    func askedOnce() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let (company, witness) = (CompanyScript(plan), Witness())
        let reset = Mutex<Int?>(nil)
        // The window is used up in the midst of the second task, when a plan, a change and its review are behind.
        let landed = Mutex<Set<String>>([])
        let script = witness.watching(
            ClosureScript { request in
                let now = Int(Date().timeIntervalSince1970)
                let opens = reset.withLock { reset in
                    if reset == nil, request.isWorkers, request.assistantTurnsSinceLastUserPrompt > 0,
                        landed.withLock({ $0.insert(request.conversation).inserted && $0.count == 2 })
                    {
                        reset = now + 20
                    }
                    return reset
                }
                guard let opens, now < opens else { return await company.reply(to: request) }
                return .fault(
                    .usageLimitReached(
                        SubscriptionLimits(
                            fiveHour: .init(.rejected, utilization: 1, resetsAt: opens),
                            sevenDay: .init(.allowed, utilization: 0.2, resetsAt: opens + 400_000))))
            })
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth", "workerCount": 1]) { fixture in
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
            let environment = ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL]
            let run = try await fixture.begin(["start"], environment: environment)
            try await run.expectSays("its credential is used up")
            try await run.kill()
            let again = try await fixture.cco(["start"], environment: environment)
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let sights = witness.sights
            // Besides the worker's, the request of somebody who works beside it may have been under way.
            let refused = sights.filter(\.isRefused)
            #expect(Set(refused.map(\.conversation)).count == refused.count, "asked again while it waited: \(refused)")
            #expect(try sights.prefix { !$0.isRefused }.count > 4 && #require(refused.first).isWorkers)
            let opens = try #require(reset.withLock { $0 })
            let last = try #require(sights.lastIndex { $0.isRefused })
            #expect(sights[(last + 1)...].allSatisfy { Int($0.time.timeIntervalSince1970) >= opens }, "a request came while it waited")
            for sight in refused { try witness.expectGoesOn(after: sight) }
            // A step is what tools had said when it was asked for.
            let steps = sights.filter { !$0.isRefused }.map { "\($0.conversation) \($0.turn) \($0.results.count)" }
            #expect(Set(steps).count == steps.count, "asked twice: \(steps)")
        }
    }
}
