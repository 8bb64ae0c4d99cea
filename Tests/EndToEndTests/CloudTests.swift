import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// Clouds that offer the models, in the dialects that the real CLI has for them.
@Suite("Clouds", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct CloudTests {
    private static let accessKey = "AKIATESTACCESSKEY001"
    private static let secrets = [CompanyFixture.key, "aws-secret-0123456789abcdefghijklmnopqrst", "foundry-key-0123456789abcdef"]

    /// One key of the provider's own, and three that are nothing but variables.
    private static func keys(_ address: String) -> [[String: JSONValue]] {
        let model = "claude-opus-5-5"
        let vertex: JSONValue = [
            "CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_BASE_URL": .string(address), "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
            "ANTHROPIC_VERTEX_PROJECT_ID": "project-1", "CLOUD_ML_REGION": "europe-west1", "ANTHROPIC_MODEL": .string(model),
        ]
        let bedrock: JSONValue = [
            "CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": .string(address), "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": .string(accessKey), "AWS_SECRET_ACCESS_KEY": .string(secrets[1]),
            "ANTHROPIC_MODEL": .string("eu.anthropic.\(model)"),
        ]
        let foundry: JSONValue = [
            "CLAUDE_CODE_USE_FOUNDRY": "1", "ANTHROPIC_FOUNDRY_BASE_URL": .string("\(address)/anthropic"),
            "ANTHROPIC_FOUNDRY_API_KEY": .string(secrets[2]), "ANTHROPIC_MODEL": .string(model),
        ]
        return [
            ["name": "own", "apiKey": .string(secrets[0])], ["name": "vertex", "env": vertex], ["name": "bedrock", "env": bedrock],
            ["name": "foundry", "env": foundry],
        ]
    }

    @Test(
        "a session goes on through a key of the provider's own, Vertex, Bedrock and Foundry, refused in its midst by all but the last, and the books are right"
    )
    func rotation() async throws {
        var speaking = CompanyPlan.synthetic(tasks: 1)
        for number in 1...3 { speaking.goals[0].tasks[0].steps.insert(.run("echo said-once-by-tool-\(number)"), at: 0) }
        let plan = speaking
        let (company, witness, met) = (CompanyScript(plan), Witness(), MetProviders())
        let faults: [ModelProvider: ModelFault] = [
            .anthropic: .creditTooLow, .vertex: .error(status: 403, type: "permission_denied", message: "Not on this project."),
            .bedrock: .error(status: 403, type: "", message: "The security token is expired."),
            .foundry: .error(status: 401, type: "", message: "Wrong subscription key."),
        ]
        let script = witness.watching(
            ClosureScript { request in
                guard request.isWorkers, let fault = faults[request.provider] else { return await company.reply(to: request) }
                // Whoever answers the worker gives out when its tools have said one thing more.
                let said = request.messages.flatMap(\.blocks).count { if case .toolResult = $0 { true } else { false } }
                let place = met.place(of: request.provider)
                return place < faults.count - 1 && said > place ? .fault(fault) : await company.reply(to: request)
            })
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 1]) { fixture in
            try fixture.setKeys(Self.keys(fixture.api.baseURL))
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try await fixture.expectHonestLedger()
            let sights = witness.sights
            let keys = Dictionary(grouping: sights, by: \.provider).mapValues { Set($0.map(\.key)) }
            #expect(keys == [.anthropic: [Self.secrets[0]], .vertex: [""], .bedrock: [Self.accessKey], .foundry: [Self.secrets[2]]])
            #expect(Set(sights.filter { $0.provider == .bedrock }.map(\.model)) == ["eu.anthropic.claude-opus-5-5"])
            let workers = sights.filter(\.isWorkers)
            #expect(Set(workers.map(\.conversation)).count == 1 && Set(sights.map(\.conversation)).count == 4, "a session was given up")
            let order = met.order
            let path = workers.map(\.provider).reduce(into: [ModelProvider]()) { if $0.last != $1 { $0.append($1) } }
            #expect(path == order && order.count == faults.count, "\(path)")
            let log = try fixture.log()
            for provider in order.dropLast() {
                let refused = workers.filter { $0.provider == provider && $0.isRefused }
                // Some refusals the CLI tries again by itself, until cco ends its turn.
                #expect((1...([.bedrock, .foundry].contains(provider) ? 2 : 1)).contains(refused.count), "\(refused)")
                let struck = try #require(refused.first)
                try witness.expectGoesOn(after: struck)
                #expect(!sights.contains { $0.provider == provider && !$0.isWorkers && $0.time > struck.time }, "\(provider)")
                let name = provider == .anthropic ? "own" : provider.rawValue
                #expect(log.count { $0.contains("\(name) is REJECTED") } == 1, "that \(name) is refused is not told once")
            }
            for secret in Self.secrets { try await fixture.expectNowhere(secret) }
        }
    }

    /// Who has answered the worker, in order.
    private final class MetProviders: Sendable {
        private let met = Mutex<[ModelProvider]>([])

        var order: [ModelProvider] { met.withLock { $0 } }

        func place(of provider: ModelProvider) -> Int {
            met.withLock { met in
                if !met.contains(provider) { met.append(provider) }
                return met.firstIndex(of: provider) ?? 0
            }
        }
    }
}
