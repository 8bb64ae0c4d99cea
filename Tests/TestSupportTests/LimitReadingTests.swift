import Foundation
import JSON
import Orchestration
import Testing

@testable import Agents
@testable import TestSupport

/// What cco makes of each limit, read from the output of the pinned CLI itself.
@Suite("Limits as the real CLI tells of them", .enabled(if: RealCLI.isSetUp, "The Claude Code CLI is missing: run scripts/setup."))
struct LimitReadingTests {
    private static let session = "11111111-1111-4111-8111-111111111111"
    private static let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970) * 1000)

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What the API answers, request by request; then the report.
        let faults: [ModelFault]
        var isSubscription = false
        var end = "reported"
        /// The signals on the way, without what comes twice.
        var signals: [String] = []
        /// Requests that reach the API.
        var requests: Int?
    }

    private static let cases: [Case] = [
        Case(testDescription: "429 with retry-after", faults: [.rateLimited(retryAfter: 1)], signals: ["rateLimit"], requests: 2),
        Case(testDescription: "429 without retry-after", faults: [.rateLimited()], signals: ["rateLimit"], requests: 2),
        Case(
            testDescription: "429 that lasts", faults: [.rateLimited(), .rateLimited()], end: "exhausted, no reset", signals: ["rateLimit"],
            requests: 2),
        // The CLI does not wait for so long, and says no more than that.
        Case(
            testDescription: "429 with an hour of retry-after", faults: [.rateLimited(retryAfter: 3600)], end: "exhausted, no reset",
            requests: 1),
        Case(testDescription: "529", faults: [.overloaded], signals: ["overloaded"], requests: 2),
        Case(testDescription: "529 that lasts", faults: [.overloaded, .overloaded], end: "provider", signals: ["overloaded"], requests: 2),
        Case(testDescription: "500", faults: [.serverError], requests: 2),
        Case(testDescription: "500 that lasts", faults: [.serverError, .serverError], end: "provider", requests: 2),
        Case(
            testDescription: "503 that lasts",
            faults: Array(repeating: .error(status: 503, type: "api_error", message: "down"), count: 2), end: "provider", requests: 2),
        Case(
            testDescription: "401", faults: [.authenticationFailed, .authenticationFailed], end: "refused", signals: ["refused"],
            requests: 2),
        Case(testDescription: "403", faults: [.permissionDenied], end: "refused", requests: 1),
        Case(testDescription: "400 about billing", faults: [.creditTooLow], end: "unpaid", requests: 1),
        Case(
            testDescription: "402", faults: [.error(status: 402, type: "billing_error", message: "pay")], end: "unpaid", requests: 1),
        Case(
            testDescription: "a subscription's 429 without windows", faults: [.rateLimited()], isSubscription: true, signals: ["rateLimit"]),
        Case(
            testDescription: "a used-up window of five hours", faults: [.usageLimitReached(limits(.fiveHour, 1))], isSubscription: true,
            end: "exhausted until the reset", signals: ["exhausted until the reset"], requests: 1),
        Case(
            testDescription: "a used-up week", faults: [.usageLimitReached(limits(.sevenDay, 1))], isSubscription: true,
            end: "exhausted until the reset", signals: ["exhausted until the reset"], requests: 1),
        Case(
            testDescription: "a subscription's 401", faults: [.authenticationFailed, .authenticationFailed], isSubscription: true,
            end: "refused", signals: ["refused"]),
        Case(testDescription: "a subscription's 403", faults: [.permissionDenied], isSubscription: true, end: "refused"),
        Case(
            testDescription: "a subscription's 400 about billing", faults: [.creditTooLow], isSubscription: true, end: "unpaid",
            requests: 1),
        Case(testDescription: "a subscription's 529", faults: [.overloaded], isSubscription: true, signals: ["overloaded"], requests: 2),
        Case(
            testDescription: "a used-up window when nothing can be paid for beyond it",
            faults: [.usageLimitReached(limits(.fiveHour, 1, beyond: .init(.rejected, disabledReason: "out_of_credits")))],
            isSubscription: true, end: "exhausted until the reset", signals: ["exhausted until the reset"], requests: 1),
    ]

    private static let reset = 1_900_000_000

    private static func limits(
        _ claim: SubscriptionLimits.Claim, _ share: Double, beyond overage: SubscriptionLimits.Overage? = nil
    ) -> SubscriptionLimits {
        let full = SubscriptionLimits.Window(share >= 1 ? .rejected : .allowed, utilization: share, resetsAt: reset)
        let free = SubscriptionLimits.Window(.allowed, utilization: 0.1, resetsAt: reset)
        return SubscriptionLimits(
            fiveHour: claim == .fiveHour ? full : free, sevenDay: claim == .sevenDay ? full : free, claim: claim, overage: overage)
    }

    private func word(_ fault: CredentialFault) -> String {
        switch fault {
        case .exhausted(let reset, _, _):
            reset == Timestamp(milliseconds: Int64(Self.reset) * 1000)
                ? "exhausted until the reset" : reset == nil ? "exhausted, no reset" : "exhausted until \(reset?.milliseconds ?? 0)"
        case .refused: "refused"
        case .unpaid: "unpaid"
        }
    }

    private func word(_ end: TurnEnd) -> String {
        switch end {
        case .reported: "reported"
        case .credential(let fault): word(fault)
        case .provider: "provider"
        default: "\(end)"
        }
    }

    private func word(_ signal: CredentialSignal) -> String {
        switch signal {
        case .slowed(let cause): cause.rawValue
        case .used(let windows): windows.map { "\($0.name) \($0.utilization)" }.joined(separator: ", ")
        case .failed(let fault): word(fault)
        }
    }

    /// Plays a turn and reads it.
    private func read(
        _ script: some ModelScript, isSubscription: Bool
    ) async throws -> (end: String, signals: [String], requests: Int, tools: Int) {
        try await CLIWorkplace.lend { place in
            try await ScriptedMessagesAPI.serving(script) { api in
                let token = ["CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-test-000000000000"]
                let outcome = try await place.turn(
                    "Do it.\n", port: api.port, apiKey: isSubscription ? nil : "sk-ant-test-0000", session: Self.session,
                    variables: isSubscription ? token : [:])
                var reader = TurnReader(resuming: false)
                var signals: [String] = []
                for line in outcome.lines {
                    guard let signal = reader.take(Data(try line.text().utf8)).credentialSignals(at: Self.now).last.map(word) else {
                        continue
                    }
                    if signals.last != signal { signals.append(signal) }
                }
                let end = reader.conclusion(exit: .code(Int32(outcome.exitCode ?? -1)), stopped: nil, errorTail: outcome.errors).end
                let tools = outcome.lines.count { $0["type"] == "user" }
                return (word(end), signals, await api.requestCount, tools)
            }
        }
    }

    @Test("each is told by structured fields alone, at the beginning of a turn", arguments: cases)
    func beginning(limit: Case) async throws {
        let script = FaultyScript(limit.faults, after: 0)
        let seen = try await read(script, isSubscription: limit.isSubscription)
        #expect(seen.end == limit.end)
        #expect(seen.signals == limit.signals)
        if let requests = limit.requests { #expect(seen.requests == requests) }
    }

    @Test("and in its midst, behind a tool that has run", arguments: cases)
    func midst(limit: Case) async throws {
        let script = FaultyScript(limit.faults, after: 1)
        let seen = try await read(script, isSubscription: limit.isSubscription)
        #expect(seen.end == limit.end)
        #expect(seen.signals == limit.signals)
        #expect(seen.tools >= 1)
    }

    /// The CLI leaves out windows whose reset cannot be.
    private static func filling(
        _ share: Double, _ status: SubscriptionLimits.Status = .allowed, beyond overage: SubscriptionLimits.Overage? = nil
    ) -> SubscriptionLimits {
        let reset = Int(Date().timeIntervalSince1970) + 3000
        return SubscriptionLimits(
            fiveHour: .init(status, utilization: share, resetsAt: reset), sevenDay: .init(.allowed, utilization: 0.1, resetsAt: reset),
            overage: overage)
    }

    @Test("a window of which the provider warns is as full as it says, and no limit")
    func warning() async throws {
        let reply = ModelReply.report(["summary": "done"]).with(headers: Self.filling(0.93, .allowedWarning).headers)
        let seen = try await read(SteppedScript(reply), isSubscription: true)
        #expect(seen.end == "reported" && seen.signals == ["five_hour 0.93, seven_day 0.1"], "\(seen)")
    }

    @Test("what a subscription pays for beyond its window is an answer; its event says that the window is used up and overage pays")
    func overage() async throws {
        let reset = Int(Date().timeIntervalSince1970) + 86_400
        let paid = Self.filling(1, .rejected, beyond: .init(.allowed, isInUse: true, utilization: 0.2, resetsAt: reset))
        let reply = ModelReply.report(["summary": "done"]).with(headers: paid.headers)
        let infos = try await CLIWorkplace.lend { place in
            try await ScriptedMessagesAPI.serving(SteppedScript(reply)) { api in
                let outcome = try await place.turn(
                    "Do it.\n", port: api.port, apiKey: nil, session: Self.session,
                    variables: ["CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-test-000000000000"])
                #expect(outcome.exitCode == 0 && outcome.lines.last?["structured_output"]?["summary"] == "done", "\(outcome.lines)")
                return outcome.lines.filter { $0["type"] == "rate_limit_event" }.compactMap { $0["rate_limit_info"] }
            }
        }
        let info = try #require(infos.last)
        #expect(info["status"] == "rejected" && info["isUsingOverage"] == .bool(true) && info["overageStatus"] == "allowed")
        #expect(info["overageInUse"] == .bool(true) && info["rateLimitType"] == "five_hour")
        #expect(info["overageResetsAt"] == .integer(Int64(reset)))
        let seen = try await read(SteppedScript(reply), isSubscription: true)
        #expect(seen.end == "reported" && seen.signals == ["five_hour 1.0, seven_day 0.1"], "\(seen)")
    }

    @Test(
        "a used-up window of one model is that model's, by the window's name or by the model that the CLI runs with",
        arguments: [(SubscriptionLimits.Claim.sevenDayOpus, "opus"), (.sevenDaySonnet, "sonnet"), (.sevenDayOverageIncluded, "opus")])
    func oneModel(claim: SubscriptionLimits.Claim, model: String) async throws {
        let free = SubscriptionLimits.Window(.allowed, utilization: 0.1, resetsAt: Self.reset)
        let limits = SubscriptionLimits(
            fiveHour: free, sevenDay: free, claim: claim, oneModel: .init(.rejected, utilization: 1, resetsAt: Self.reset))
        let script = FaultyScript([.usageLimitReached(limits)], after: 0)
        try await CLIWorkplace.lend { place in
            try await ScriptedMessagesAPI.serving(script) { api in
                let outcome = try await place.turn(
                    "Do it.\n", port: api.port, apiKey: nil, session: Self.session,
                    variables: ["CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-test-000000000000", "ANTHROPIC_MODEL": model])
                var reader = TurnReader(resuming: false)
                let signals = try outcome.lines.flatMap { try reader.take(Data($0.text().utf8)).credentialSignals(at: Self.now) }
                let fault = CredentialFault.exhausted(
                    resetsAt: Timestamp(milliseconds: Int64(Self.reset) * 1000),
                    message: "a usage window is used up (window \(claim.rawValue))",
                    family: ModelFamily(rawValue: model))
                #expect(signals == [.failed(fault)])
                let conclusion = reader.conclusion(exit: .code(Int32(outcome.exitCode ?? -1)), stopped: nil, errorTail: outcome.errors)
                #expect(conclusion.account.model?.contains(model) == true)
                guard case .credential(.exhausted(_, _, let family)) = conclusion.end else {
                    Issue.record("\(conclusion.end)")
                    return
                }
                #expect(family == ModelFamily(rawValue: model) && conclusion.sessionExists)
            }
        }
    }

    @Test("each answer to a subscription tells how full its windows are, also when none is nearly used up")
    func utilization() async throws {
        let script = ClosureScript { request in
            let step = request.assistantTurnsSinceLastUserPrompt
            let reply: ModelReply = step < 2 ? .message(.call("Bash", ["command": "true"])) : .report(["summary": "done"])
            return reply.with(headers: Self.filling(0.25 + 0.25 * Double(step)).headers)
        }
        let seen = try await read(script, isSubscription: true)
        #expect(seen.end == "reported")
        #expect(seen.signals == ["five_hour 0.25, seven_day 0.1", "five_hour 0.5, seven_day 0.1", "five_hour 0.75, seven_day 0.1"])
    }

    @Test("a slow stream is no limit")
    func slow() async throws {
        let pacing = ModelReply.Pacing(beforeFirstByte: .milliseconds(800), beforeEachEvent: .milliseconds(100))
        let seen = try await read(SteppedScript(.report(["summary": "done"]).with(pacing: pacing)), isSubscription: false)
        #expect(seen.end == "reported" && seen.signals.isEmpty)
    }
}

/// The model answers so many steps, then these faults come one after the other, then it goes on.
private actor FaultyScript: ModelScript {
    private var faults: [ModelFault]
    private let step: Int

    init(_ faults: [ModelFault], after step: Int) {
        self.faults = faults
        self.step = step
    }

    func reply(to request: ModelRequest) async -> ModelReply {
        let done = request.assistantTurnsSinceLastUserPrompt
        if done == step, !faults.isEmpty { return .fault(faults.removeFirst()) }
        return done < step ? .message(.call("Bash", ["command": "true"])) : .report(["summary": "done"])
    }
}
