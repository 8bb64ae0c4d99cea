import Git
import Orchestration
import Testing

@testable import Engine

/// Gates that kill what watches over them.
@Suite("Gates that end from outside", .timeLimit(.minutes(2)))
struct GateLossTests {
    private let test: WorkplaceFixture

    init() async throws { test = try await WorkplaceFixture() }

    private func verdict(_ command: String, _ number: Int, failures: Int) async throws -> GateResult? {
        let commit = try #require(try await test.repositories.hub().fetchOrigin(branch: "main"))
        var run = test.run
        let effect: EffectID = ID("effect-\(number)")
        var pending = PendingEffect(effect: .baseline(commit: commit, tree: commit, command: command))
        pending.failures = failures
        run.effects[effect] = pending
        let order = GateOrder(
            effect: effect, commit: commit, command: command, seat: "gate-main", kind: .full(isRerun: false), timeLimitMinutes: 10)
        return try await GateExecution(repositories: test.repositories, resources: test.resources).verdict(order, run: run)
    }

    @Test("say nothing, until they have done so again and again: then that is the commit's doing", arguments: ["-9", "-15"])
    func lost(signal: String) async throws {
        let command = "kill \(signal) $PPID; sleep 100"
        for failures in 0..<(GateExecution.lostRuns - 1) { #expect(try await verdict(command, 1, failures: failures) == nil) }
        guard case .red(let excerpt, _) = try await verdict(command, 1, failures: GateExecution.lostRuns - 1) else {
            Issue.record("not red")
            return
        }
        #expect(excerpt.ending.hasPrefix("ended from outside each time"))
        guard case .green = try await verdict("true", 2, failures: GateExecution.lostRuns) else {
            Issue.record("a gate that ends by itself has a verdict of its own")
            return
        }
    }
}
