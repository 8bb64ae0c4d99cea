import Foundation
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Limits of one model in a whole run", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct ModelLimitTests {
    private static let login = "sk-ant-oat01-test-login-000000000"

    /// A subscription of which Opus is used up when the first task is done, for so many seconds. The workers' second task waits for that, so that the
    /// third begins after it.
    private final class OpusWindow: ModelScript {
        private let company: CompanyScript
        private let seconds: Int
        private let isUsedUp = Latch()
        private let state = Mutex((first: String?.none, resetsAt: Int?.none))

        init(_ plan: CompanyPlan, seconds: Int) {
            company = CompanyScript(plan)
            self.seconds = seconds
        }

        var resetsAt: Int? { state.withLock { $0.resetsAt } }

        func reply(to request: ModelRequest) async -> ModelReply {
            if request.isWorkers {
                let isFirst = state.withLock { state in
                    state.first = state.first ?? request.conversation
                    return state.first == request.conversation
                }
                if !isFirst { await isUsedUp.wait() }
                return await company.reply(to: request)
            }
            let now = Int(Date().timeIntervalSince1970)
            let reset = state.withLock { state -> Int? in
                guard request.model.contains("opus"), state.first != nil else { return nil }
                state.resetsAt = state.resetsAt ?? now + seconds
                return state.resetsAt
            }
            guard let reset, now < reset else { return await company.reply(to: request) }
            await isUsedUp.open()
            return .fault(
                .usageLimitReached(
                    SubscriptionLimits(
                        fiveHour: .init(.allowed, utilization: 0.2, resetsAt: now + 9_000),
                        sevenDay: .init(.allowed, utilization: 0.3, resetsAt: now + 400_000), claim: .sevenDayOpus,
                        oneModel: .init(.rejected, utilization: 1, resetsAt: reset))))
        }
    }

    @Test(
        "with Opus used up the Director waits for its reset in its session and is not asked, and workers begin and finish with Sonnet meanwhile"
    )
    func opus() async throws {
        let plan = CompanyPlan.synthetic(tasks: 3)
        let (script, witness) = (OpusWindow(plan, seconds: 30), Witness())
        let options: [String: JSONValue] = [
            "authMode": "oauth", "workerCount": 1, "model": "sonnet", "roles": ["director": ["model": "opus"]],
        ]
        try await CompanyFixture.with(plan, script: witness.watching(script), options: options) { fixture in
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
            let run = try await fixture.begin(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            try await run.expectSays("BENCHED for Opus alone until")
            let status = try await fixture.cco(["status"]).outputText
            #expect(status.contains("Opus limit until"), "\(status)")
            let json = try JSONDecoder().decode(RunStatus.self, from: Data(try await fixture.cco(["status", "--json"]).standardOutput))
            #expect(json.credentials.map(\.state) == ["usable"] && json.credentials[0].modelLimits?.map(\.family) == ["opus"])
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let sights = witness.sights
            #expect(sights.count { $0.isRefused } == 1, "a model whose window is used up was asked")
            let refused = try #require(sights.firstIndex { $0.isRefused })
            #expect(sights[refused].model.contains("opus"))
            let reset = Double(try #require(script.resetsAt))
            let meanwhile = sights[(refused + 1)...].prefix { $0.time.timeIntervalSince1970 < reset }
            #expect(!meanwhile.isEmpty && meanwhile.allSatisfy { $0.isWorkers && $0.model.contains("sonnet") })
            let before = Set(sights[..<refused].map(\.conversation))
            #expect(meanwhile.contains { !before.contains($0.conversation) }, "no task was begun meanwhile")
            let next = try #require(sights[(refused + 1)...].first { !$0.isWorkers })
            #expect(next.conversation == sights[refused].conversation && next.model.contains("opus"), "a session was given up")
            try fixture.expectNoProcess()
        }
    }

    @Test("while a window runs short workers and leads of teams begin with Sonnet, and the Director keeps its model")
    func shortWindow() async throws {
        let plan = CompanyPlan.synthetic(tasks: 4, teams: 2)
        let (company, witness) = (CompanyScript(plan), Witness())
        let resetsAt = Int(Date().timeIntervalSince1970) + 9_000
        // Of that the answer to the Director's plan tells, before anybody else is asked.
        let limits = SubscriptionLimits(
            fiveHour: .init(.allowed, utilization: 0.85, resetsAt: resetsAt),
            sevenDay: .init(.allowed, utilization: 0.2, resetsAt: resetsAt + 400_000))
        let script = ClosureScript { await company.reply(to: $0).with(headers: limits.headers) }
        let options: [String: JSONValue] = ["authMode": "oauth", "workerCount": 2, "engineerManagerGroupSize": 1, "model": "opus"]
        try await CompanyFixture.with(plan, script: witness.watching(script), options: options) { fixture in
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
            let run = try await fixture.begin(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            let sights = witness.sights
            let models = Dictionary(grouping: sights) { $0.firstPrompt.prefix { $0 != "." && $0 != "," } }.mapValues {
                Set($0.map(\.model))
            }
            #expect(Set(models.keys).isSuperset(of: ["You are director", "You are em-1", "You are em-2", "You are worker-1"]))
            for (who, models) in models {
                let family = who == "You are director" ? "opus" : "sonnet"
                #expect(models.allSatisfy { $0.contains(family) }, "\(who): \(models)")
            }
            #expect(Set(sights.filter { $0.firstPrompt.hasPrefix("You are director") }.map(\.conversation)).count > 1)
            try fixture.expectNoProcess()
        }
    }
}
