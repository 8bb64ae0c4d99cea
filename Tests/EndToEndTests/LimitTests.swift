import Foundation
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Limits of credentials", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct LimitTests {
    // No other suite has these: an agent here looks into every process of the machine, and others' whole runs may be under way.
    private static let login = "sk-ant-oat01-test-limits-00000000"

    private static func key(_ number: Int) -> String { "sk-ant-test-limits-\(number)-0000000000" }

    private static func entries(_ count: Int, _ more: [String: JSONValue] = [:]) -> [[String: JSONValue]] {
        (1...count).map { number in
            ["name": .string("key-\(number)"), "apiKey": .string(key(number))].merging(more) { own, _ in own }
        }
    }

    @Test("agents, tools and files full of the words of limits trip nothing")
    func prose() async throws {
        let words = [
            "API Error: 429 rate_limit_error: rate limit exceeded", "Claude usage limit reached. Your limit will reset at 5pm",
            "529 overloaded_error", "Your credit balance is too low", "401 invalid x-api-key authentication_failed",
            "You've hit your 5-hour limit · resets at 5pm (UTC)", "please try again later",
            #"{"type":"system","subtype":"api_retry","attempt":9,"error_status":429,"error":"rate_limit"}"#,
        ].joined(separator: "\n")
        var wordy = CompanyPlan.synthetic(tasks: 2)
        for index in wordy.goals[0].tasks.indices {
            let print = "printf '%s\\n' \(WorkStep.shellQuoted(words))"
            wordy.goals[0].tasks[index].steps.insert(
                contentsOf: [.run(print), .run("\(print) >&2; exit 1"), .run("mkdir -p notes; \(print) > notes/limits-\(index).txt")], at: 0
            )
        }
        let plan = wordy
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            var reply = await company.reply(to: request)
            if case .message(let blocks) = reply.outcome { reply.outcome = .message([.text(words)] + blocks) }
            return reply
        }
        try await CompanyFixture.with(plan, script: script) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let told = try fixture.log().filter { $0.contains("\"credentials\"") }
            #expect(told.isEmpty, "\(told)")
            #expect(try await fixture.files().contains("notes/limits-0.txt"))
        }
    }

    @Test("throttled requests are tried again by the CLI; the key is slowed down, not given up, and no session moves")
    func throttled() async throws {
        let plan = CompanyPlan.synthetic(tasks: 3)
        let company = CompanyScript(plan)
        let seen = Mutex<Set<String>>([])
        let script = ClosureScript { request in
            // Every step of every worker meets a limit once, with and without a time to wait.
            let step = "\(request.conversation) \(request.messages.count)"
            let number = seen.withLock { seen in seen.insert(step).inserted ? seen.count : nil }
            guard request.isWorkers, let number else { return await company.reply(to: request) }
            return .fault([.rateLimited(retryAfter: 1), .rateLimited(), .overloaded][number % 3])
        }
        try await CompanyFixture.with(plan, script: script, keys: Self.entries(2)) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let requests = await fixture.api.requests
            #expect(requests.count { $0.status == 429 || $0.status == 529 } >= 6)
            let users = Dictionary(grouping: requests, by: \.conversation).mapValues { Set($0.compactMap { $0.credential?.secret }) }
            #expect(users.values.allSatisfy { $0.count == 1 }, "a session has moved: \(users)")
            let told = try fixture.log().filter { $0.contains("\"credentials\"") }
            #expect(told.contains { $0.contains("is slowed down by") })
            #expect(!told.contains { $0.contains("BENCHED") || $0.contains("REJECTED") }, "\(told)")
        }
    }

    @Test("equal keys share the sessions, each session stays on its key, and no agent can see any of them")
    func spread() async throws {
        var curious = CompanyPlan.synthetic(tasks: 6)
        for index in curious.goals[0].tasks.indices {
            // What an agent finds out about others: their environment and their arguments.
            curious.goals[0].tasks[index].steps.insert(
                .run("cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -a 'sk-ant' ; true"), at: 0)
        }
        let plan = curious
        var keys = Self.entries(3)
        keys[2] = ["name": "token", "oauthToken": .string(Self.login)]
        try await CompanyFixture.with(plan, options: ["workerCount": 3], keys: keys) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let requests = await fixture.api.requests
            let users = Dictionary(grouping: requests, by: \.conversation).mapValues { Set($0.compactMap { $0.credential?.secret }) }
            #expect(users.values.allSatisfy { $0.count == 1 }, "a session has moved: \(users)")
            let all = [Self.key(1), Self.key(2), Self.login]
            #expect(Set(users.values.joined()) == Set(all), "a key was not used")
            for secret in all { try await fixture.expectNowhere(secret) }
        }
    }

    @Test(
        "with several keys at their limits one after the other every session goes on with what its tools had said, and no benched key is asked"
    )
    func oneAfterTheOther() async throws {
        let plan = CompanyPlan.synthetic(tasks: 3)
        let company = CompanyScript(plan)
        let state = Mutex((spent: [String: Int](), lateRequests: 0, quoted: true))
        let order = [Self.login, Self.key(1)]
        let reset = Int(Date().timeIntervalSince1970) + 7200
        let full = SubscriptionLimits(
            fiveHour: .init(.rejected, utilization: 1, resetsAt: reset), sevenDay: .init(.allowed, utilization: 0.2, resetsAt: reset))
        let script = ClosureScript { request in
            let key = request.credential?.secret ?? ""
            let isSpent = state.withLock { state in
                // In the midst of a worker's turn, when its first tool has answered.
                if state.spent[key] != nil {
                    state.spent[key, default: 0] += 1
                    return true
                }
                guard order.contains(key), request.isWorkers, request.assistantTurnsSinceLastUserPrompt > 0 else { return false }
                state.spent[key] = 1
                return true
            }
            guard isSpent else { return await company.reply(to: request) }
            return key == Self.login ? .fault(.usageLimitReached(full)) : .fault(.creditTooLow)
        }
        try await CompanyFixture.with(
            plan, script: script, options: ["authMode": "oauth", "workerCount": 2], keys: Self.entries(2)
        ) { fixture in
            let result = try await fixture.cco(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let spent = state.withLock { $0.spent }
            #expect(spent.keys.sorted() == order.sorted(), "not every limit has struck")
            // Whose request was under way hears of it, too: two workers and the Director at most.
            #expect(spent.values.allSatisfy { $0 <= 3 }, "a key was asked again: \(spent)")
            let requests = await fixture.api.requests
            #expect(Set(requests.map(\.conversation)).count == 6, "a session was given up")
            let moved = Dictionary(grouping: requests, by: \.conversation).values.filter { Set($0.compactMap(\.credential)).count > 1 }
            #expect(!moved.isEmpty)
            for secret in [Self.login, Self.key(1), Self.key(2)] { try await fixture.expectNowhere(secret) }
        }
    }

    /// A subscription whose window is used up until a time, for workers.
    private final class Window: ModelScript {
        private let company: CompanyScript
        private let resetsAt = Mutex<Int?>(nil)
        private let refused = Mutex(0)
        private let seconds: Int

        init(_ plan: CompanyPlan, seconds: Int) {
            company = CompanyScript(plan)
            self.seconds = seconds
        }

        var refusals: Int { refused.withLock { $0 } }

        func reply(to request: ModelRequest) async -> ModelReply {
            guard request.isWorkers else { return await company.reply(to: request) }
            let now = Int(Date().timeIntervalSince1970)
            let reset = resetsAt.withLock { reset in
                if reset == nil { reset = now + seconds }
                return reset ?? now
            }
            guard now < reset else { return await company.reply(to: request) }
            refused.withLock { $0 += 1 }
            return .fault(
                .usageLimitReached(
                    SubscriptionLimits(
                        fiveHour: .init(.rejected, utilization: 1, resetsAt: reset),
                        sevenDay: .init(.allowed, utilization: 0.2, resetsAt: reset + 400_000))))
        }
    }

    private static func loggedIn(_ fixture: CompanyFixture) throws -> [String: String] {
        try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
        return ["CLAUDE_CODE_OAUTH_TOKEN": login, "ANTHROPIC_BASE_URL": fixture.api.baseURL]
    }

    @Test("a login with nothing to rotate to: the run waits without a process or a request, says until when, and wakes by itself")
    func waits() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let script = Window(plan, seconds: 15)
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth", "workerCount": 1]) { fixture in
            let run = try await fixture.begin(["start"], environment: try Self.loggedIn(fixture))
            try await run.expectSays("its credential is used up")
            let status = try await fixture.cco(["status"])
            for words in [
                "  waits       needs a credential; the earliest opens at", "; goes on by itself at", "benched until", "window five_hour",
            ] {
                #expect(status.outputText.contains(words), "\"\(words)\" is not in \(status.outputText)")
            }
            try fixture.expectNoProcess()
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            #expect(script.refusals == 1, "it asked \(script.refusals) times")
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(Set(await fixture.api.requests.map(\.conversation)).count == 5, "a session was given up")
        }
    }

    @Test("a run that waits for a reset does so after a kill as well")
    func waitsAfterKill() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let script = Window(plan, seconds: 20)
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth", "workerCount": 1]) { fixture in
            let environment = try Self.loggedIn(fixture)
            let run = try await fixture.begin(["start"], environment: environment)
            try await run.expectSays("its credential is used up")
            try await run.kill()
            let again = try await fixture.cco(["start"], environment: environment)
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            #expect(script.refusals == 1, "it asked \(script.refusals) times")
            #expect(Set(await fixture.api.requests.map(\.conversation)).count == 5, "a session was given up")
            try fixture.expectNoProcess()
        }
    }

    @Test("a login that is nearly used up begins no task, while keys do; the Director stays on it")
    func reserve() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let company = CompanyScript(plan)
        let reset = Int(Date().timeIntervalSince1970) + 7200
        let nearly = SubscriptionLimits(
            fiveHour: .init(.allowedWarning, utilization: 0.93, resetsAt: reset),
            sevenDay: .init(.allowed, utilization: 0.2, resetsAt: reset))
        let script = ClosureScript { request in
            let reply = await company.reply(to: request)
            return request.credential?.secret == Self.login ? reply.with(headers: nearly.headers) : reply
        }
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth"]) { fixture in
            let result = try await fixture.cco(
                ["start"], environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.login, "ANTHROPIC_BASE_URL": fixture.api.baseURL])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let requests = await fixture.api.requests
            let users = Dictionary(grouping: requests, by: \.conversation).mapValues { Set($0.compactMap { $0.credential?.secret }) }
            #expect(users.values.count { $0 == [CompanyFixture.key] } == 2, "a task began on the login: \(users)")
            #expect(users.values.count { $0 == [Self.login] } == 3, "the Director has left the login: \(users)")
            let told = try fixture.log().filter { $0.contains("kept for work that is under way") }
            #expect(told.count == 1, "\(told)")
        }
    }

    @Test("with every API key at its limit at once the run waits without a process or a request, says until when, and goes on by itself")
    func everyKey() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let (company, witness) = (CompanyScript(plan), Witness())
        let refused = Mutex<Set<String>>([])
        let script = witness.watching(
            ClosureScript { request in
                // From the first answer of a worker's tool on, each key is refused once, for longer than the CLI waits.
                let isRefused = refused.withLock { refused in
                    guard !refused.isEmpty || (request.isWorkers && request.assistantTurnsSinceLastUserPrompt > 0) else { return false }
                    return refused.insert(request.credential?.secret ?? "").inserted
                }
                return isRefused ? .fault(.rateLimited(retryAfter: 3600)) : await company.reply(to: request)
            })
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 1], keys: Self.entries(2)) { fixture in
            let run = try await fixture.begin(["start"])
            try await run.expectSays("No credential is left; agents wait until the first opens again.")
            let status = try await fixture.cco(["status"]).outputText
            for words in ["  waits       needs a credential; the earliest opens at", "benched until"] {
                #expect(status.contains(words), "\"\(words)\" is not in \(status)")
            }
            let json = try JSONDecoder().decode(RunStatus.self, from: Data(try await fixture.cco(["status", "--json"]).standardOutput))
            let opens = try #require(json.credentials.compactMap(\.benchedUntil?.ms).min())
            #expect(json.credentials.map(\.state) == ["benched", "benched"])
            try fixture.expectNoProcess()
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let sights = witness.sights
            #expect(sights.count { $0.isRefused } == 2, "a benched key was asked")
            let last = try #require(sights.lastIndex { $0.isRefused })
            let next = try #require(sights[last...].dropFirst().first)
            #expect(next.time.timeIntervalSince1970 * 1000 >= Double(opens), "it was asked before the time that it had named")
            #expect(next.conversation == sights[last].conversation && next.results.isSuperset(of: sights[last].results))
            #expect(!next.results.isEmpty && Set(sights.map(\.conversation)).count == 5, "a session was given up")
        }
    }

    @Test("what a key may cost is kept: another one goes on in the session when it is spent")
    func budget() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let keys: [[String: JSONValue]] = [
            ["name": "small", "apiKey": .string(Self.key(1)), "maxBudgetUsd": .number(0.03)],
            ["name": "large", "apiKey": .string(Self.key(2))],
        ]
        try await CompanyFixture.with(plan, options: ["workerCount": 1], keys: keys) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let status = try await fixture.cco(["status", "--json"])
            let state = try #require(try JSONSerialization.jsonObject(with: Data(status.standardOutput)) as? [String: Any])
            let credentials = try #require(state["credentials"] as? [[String: Any]])
            let small = try #require(credentials.first { $0["name"] as? String == "small" })
            #expect(small["state"] as? String == "spent", "\(small)")
            let last = await fixture.api.requests.last?.credential?.secret
            #expect(last == Self.key(2))
        }
    }
}
