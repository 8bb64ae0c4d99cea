import Simulation
import Testing

@testable import Orchestration

@Suite("Stale results")
struct StaleResultTests {
    @Test("what comes of an effect that is no longer awaited is noted and changes nothing, whatever kind of effect it was")
    func ignored() throws {
        let scenario = try Scenario(.sample(workers: 4))
        try scenario.start()
        var intended: [(id: EffectID, effect: Effect)] = []
        try scenario.play { run in
            intended = scenario.journal.compactMap { if case .effectIntended(let id, let effect) = $0.event { (id, effect) } else { nil } }
            let over = Set(intended.filter { run.effects[$0.id] == nil }.map { self.kind(of: $0.effect) })
            return over.isSuperset(of: ["base", "turn", "merge", "gate", "publish"]) && !run.turns.isEmpty
        }
        var tried: Set<String> = []
        let before = scenario.run
        for (id, effect) in intended where before.effects[id] == nil {
            for result in try results(scenario) where kind(of: effect) == result.kind {
                #expect(try scenario.feed(.effectFinished(id, result.result)) == [.strayIgnored(id)], "\(effect) with \(result.result)")
                tried.insert(result.kind)
            }
        }
        #expect(tried.count == 5)
        #expect(scenario.run == before)
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
    }

    private func kind(of effect: Effect) -> String {
        switch effect {
        case .prepareBase: "base"
        case .runTurn: "turn"
        case .merge: "merge"
        case .gate: "gate"
        case .publish: "publish"
        case .quickGate, .baseline, .say, .conclude, .awaitRoom, .forecast: "other"
        }
    }

    /// Results that would change much if they counted.
    private func results(_ scenario: Scenario) throws -> [(kind: String, result: EffectResult)] {
        let other = scenario.world.commit(by: "stranger", on: [scenario.run.startedFrom])
        let facts = BaseFacts(head: other, tree: other, direction: nil)
        let excerpt = GateExcerpt(command: "make check", exitCode: 1, ending: "", tail: "no", logPath: "/log")
        return [
            ("base", .base(facts)),
            ("turn", .turn(.worker(WorkerReport(status: .done, summary: "All done."), head: other))),
            ("turn", .turn(.broken(.credential(.refused(message: "401"))))),
            ("turn", .turn(.broken(.failed("it fell over"), head: other))),
            ("merge", .merge(.clean(commit: other, tree: other, onto: other))),
            ("gate", .gate(.red(excerpt, milliseconds: 1))),
            ("gate", .gate(.green(milliseconds: 1))),
            ("publish", .publish(.published)), ("publish", .publish(.refused("no"))), ("publish", .publish(.moved)),
            ("publish", .failed("origin is away", final: true)),
        ]
    }
}
