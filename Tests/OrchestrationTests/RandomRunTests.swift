import Foundation
import Testing

@testable import Orchestration

@Suite("Random runs")
struct RandomRunTests {
    /// How many runs there are; `CCO_SIMULATED_RUNS` asks for more or fewer.
    static let runs = ProcessInfo.processInfo.environment["CCO_SIMULATED_RUNS"].flatMap { Int($0) } ?? 2000
    static let batches = 8

    @Test("runs from random seeds come to an end and never break an invariant", arguments: 0..<batches)
    func randomRuns(batch: Int) throws {
        for seed in stride(from: batch, to: RandomRunTests.runs, by: RandomRunTests.batches) {
            do {
                // Writing and reading everything at every step takes most of the time, so that only some runs do so.
                try play(seed: UInt64(seed), isThorough: (seed / RandomRunTests.batches).isMultiple(of: 25))
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
    }

    /// Plays one run until it has ended, taking it up again after suspensions as a person would.
    private func play(seed: UInt64, isThorough: Bool) throws {
        let world = RandomWorld(seed: seed)
        let scenario = try Scenario(world.settings(), seed: seed)
        scenario.checksCoding = isThorough
        scenario.checksFold = isThorough
        world.haunt(scenario)
        try scenario.start()
        var restarts = 0
        while !scenario.run.isEnded {
            guard scenario.steps < 6000 else { throw scenario.failure("not over after \(scenario.steps) steps", []) }
            try world.disturb(scenario)
            if try scenario.step() { continue }
            guard !scenario.run.isEnded else { break }
            guard scenario.run.suspension != nil else { throw scenario.failure("nothing is left to wait for", []) }
            guard restarts < 100 else { throw scenario.failure("suspended again and again", []) }
            restarts += 1
            try scenario.crash(down: 600_000)
        }
        try scenario.finalChecks()
    }
}
