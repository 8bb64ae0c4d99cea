import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// Which key makes which request, seen from the model's side.
@Suite("Rotation between credentials", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct RotationTests {
    private static let login = "sk-ant-oat01-test-login-000000000"

    private static func key(_ number: Int) -> String { "sk-ant-test-number-\(number)-0000000000" }

    /// Something that has been used up since a certain request.
    private final class Spent: Sendable {
        private let name = Mutex<String?>(nil)

        /// Whether it is used up; `isStruck` says so of a request from which on it is, unless another one is already.
        func isSpent(_ name: String, _ isStruck: Bool) -> Bool {
            self.name.withLock { spent in
                if spent == nil, isStruck { spent = name }
                return spent == name
            }
        }
    }

    @Test("a key that is used up at one address goes on at another one, with everything that its tools had said, and is asked no more")
    func addresses() async throws {
        var speaking = CompanyPlan.synthetic(tasks: 2)
        for index in speaking.goals[0].tasks.indices {
            speaking.goals[0].tasks[index].steps.insert(.run("echo said-once-by-tool-\(index)"), at: 0)
        }
        let plan = speaking
        let (company, witness, spent) = (CompanyScript(plan), Witness(), Spent())
        let token = "gateway-bearer-0123456789abcdef"
        @Sendable func script(_ place: String) -> ClosureScript {
            witness.watching(
                ClosureScript { request in
                    // The address at which a worker's tool has answered first has no credit from then on.
                    let isStruck = request.isWorkers && request.assistantTurnsSinceLastUserPrompt > 0
                    return spent.isSpent(place, isStruck) ? .fault(.creditTooLow) : await company.reply(to: request)
                }, at: place)
        }
        try await ScriptedMessagesAPI.serving(script("gateway")) { gateway in
            let keys: [[String: JSONValue]] = [
                ["name": "own", "apiKey": .string(Self.key(1))],
                ["name": "gateway", "authToken": .string(token), "baseUrl": .string(gateway.baseURL)],
            ]
            try await CompanyFixture.with(plan, script: script("provider"), options: ["workerCount": 1], keys: keys) { fixture in
                let result = try await fixture.cco(["start"])
                #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
                try await fixture.expectSound(gate: plan.verifyCommand)
                let sights = witness.sights
                #expect(Set(sights.filter { $0.place == "provider" }.map(\.key)) == [Self.key(1)], "at the provider")
                #expect(Set(sights.filter { $0.place == "gateway" }.map(\.key)) == [token], "at the gateway")
                let refused = sights.filter(\.isRefused)
                #expect(refused.count == 1, "who was refused has asked again: \(refused)")
                let struck = try #require(refused.first)
                #expect(struck.results.contains { $0.text.contains("said-once-by-tool") })
                let next = try witness.expectGoesOn(after: struck)
                #expect(next.place != struck.place && next.turn == struck.turn + 1)
                #expect(!sights.contains { $0.place == struck.place && $0.time > struck.time })
                // Nothing was done twice.
                #expect(Set(sights.filter(\.isWorkers).map(\.conversation)).count == 2)
                for secret in [Self.key(1), token] { try await fixture.expectNowhere(secret) }
            }
        }
    }

    @Test("no key carries more turns at once than it may, while others do")
    func concurrency() async throws {
        let plan = CompanyPlan.synthetic(tasks: 6)
        let witness = Witness()
        let script = witness.watching(CompanyScript(plan, latency: .milliseconds(100)))
        let keys: [[String: JSONValue]] = [
            ["name": "one", "apiKey": .string(Self.key(1)), "maxConcurrency": 1],
            ["name": "two", "apiKey": .string(Self.key(2)), "maxConcurrency": 2],
        ]
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 5], keys: keys) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(witness.mostTurnsAtOnce(on: Self.key(1)) == 1)
            #expect(witness.mostTurnsAtOnce(on: Self.key(2)) <= 2)
            #expect(witness.mostTurnsAtOnce() >= 2)
        }
    }

    @Test("403, 402 and a 429 that outlasts the CLI each move the session on, once, to a key whose answers come slowly")
    func inARow() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let (company, witness) = (CompanyScript(plan), Witness())
        let slow = ModelReply.Pacing(beforeFirstByte: .milliseconds(300), beforeEachEvent: .milliseconds(30))
        let faults: [String: ModelFault] = [
            Self.key(1): .permissionDenied, Self.key(2): .error(status: 402, type: "billing_error", message: "Pay first."),
            Self.key(3): .rateLimited(),
        ]
        let script = witness.watching(
            ClosureScript { request in
                if let fault = faults[request.credential?.secret ?? ""] { return .fault(fault) }
                return await company.reply(to: request).with(pacing: slow)
            })
        let keys = (1...4).map { ["name": .string("key-\($0)"), "apiKey": .string(Self.key($0))] as [String: JSONValue] }
        let options: [String: JSONValue] = ["workerCount": 1, "agentEnvironment": ["CLAUDE_CODE_MAX_RETRIES": "1"]]
        try await CompanyFixture.with(plan, script: script, options: options, keys: keys) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let sights = witness.sights
            let first = try #require(sights.first?.conversation)
            let path = sights.filter { $0.conversation == first }.map(\.status)
            #expect(path.starts(with: [403, 402, 429, 429, 200]), "\(path)")
            #expect(sights.count { $0.status == 403 } == 1 && sights.count { $0.status == 402 } == 1)
            #expect(Set(sights.map(\.conversation)).count == 4, "a session was given up")
            let log = try fixture.log()
            for key in ["key-1 is REJECTED", "key-2 is REJECTED", "key-3 is BENCHED"] {
                #expect(log.count { $0.contains(key) } == 1, "\(key) is not told once")
            }
            // A slow stream is no limit.
            #expect(!log.contains { $0.contains("key-4 is ") }, "\(log.filter { $0.contains("key-4 is ") })")
        }
    }

    @Test("with keys first the login goes on when they are spent; its used-up week is waited for, and the session goes on")
    func login() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let (company, witness, spent) = (CompanyScript(plan), Witness(), Spent())
        let reset = Mutex<Int?>(nil)
        let script = witness.watching(
            ClosureScript { request in
                let key = request.credential?.secret ?? ""
                if spent.isSpent(key, request.isWorkers && request.assistantTurnsSinceLastUserPrompt > 0) { return .fault(.creditTooLow) }
                guard key == Self.login else { return await company.reply(to: request) }
                let now = Int(Date().timeIntervalSince1970)
                let opens = reset.withLock { reset in
                    if reset == nil { reset = now + 12 }
                    return reset ?? now
                }
                guard now < opens else { return await company.reply(to: request) }
                return .fault(
                    .usageLimitReached(
                        SubscriptionLimits(
                            fiveHour: .init(.allowed, utilization: 0.3, resetsAt: opens + 9_000),
                            sevenDay: .init(.rejected, utilization: 1, resetsAt: opens), claim: .sevenDay)))
            })
        let options: [String: JSONValue] = ["authMode": "api-keys-first", "workerCount": 1]
        try await CompanyFixture.with(plan, script: script, options: options) { fixture in
            let result = try await fixture.cco(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let sights = witness.sights
            let refused = sights.filter(\.isRefused)
            #expect(refused.map(\.key) == [CompanyFixture.key, Self.login] && refused.map(\.status) == [400, 429], "\(refused)")
            let next = try witness.expectGoesOn(after: try #require(refused.last))
            #expect(next.key == Self.login && next.conversation == refused.first?.conversation && !next.results.isEmpty)
            let opened = try #require(reset.withLock { $0 })
            #expect(next.time.timeIntervalSince1970 >= Double(opened), "it was asked before its reset")
            #expect(Set(sights.map(\.conversation)).count == 4, "a session was given up")
            let log = try fixture.log()
            #expect(log.contains { $0.contains("window seven_day") && $0.contains("BENCHED") })
        }
    }

    @Test("a login that is refused is replaced by a key, in the same session")
    func refusedLogin() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let (company, witness) = (CompanyScript(plan), Witness())
        let script = witness.watching(
            ClosureScript { request in
                request.credential?.secret == Self.login ? .fault(.authenticationFailed) : await company.reply(to: request)
            })
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth", "workerCount": 1]) { fixture in
            let result = try await fixture.cco(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let sights = witness.sights
            let keys = sights.map(\.key)
            let tries = keys.count { $0 == Self.login }
            #expect((1...4).contains(tries) && keys.prefix(tries).allSatisfy { $0 == Self.login }, "\(keys)")
            try witness.expectGoesOn(after: try #require(sights.first))
            #expect(Set(sights.map(\.conversation)).count == 4, "a session was given up")
            try await fixture.expectNowhere(Self.login)
        }
    }
}
