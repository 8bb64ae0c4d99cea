import Simulation
import Testing

@testable import Orchestration

@Suite("A run from beginning to end")
struct ScenarioTests {
    @Test("an ideal run of any size ends complete with everything on the base branch", arguments: [1, 4, 5, 10, 20])
    func idealRun(workers: Int) throws {
        let scenario = try Scenario(.sample(workers: workers))
        try scenario.start()
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.run.tasks.values.allSatisfy { $0.state.word == "landed" })
        #expect(scenario.run.tasks.count == workers)
        #expect(scenario.world.holds(scenario.run.base?.head).count == workers)
    }
}
