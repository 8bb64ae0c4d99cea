import Testing

@testable import Orchestration

@Suite("Random runs")
struct RandomRunTests {
    /// Seeds of one batch; 25 batches make 2,500 runs.
    static let batch = 100

    @Test("runs from random seeds come to an end and never break an invariant", arguments: 0..<25)
    func randomRuns(batch: Int) throws {
        for seed in batch * RandomRunTests.batch..<(batch + 1) * RandomRunTests.batch {
            do {
                // Every tenth run is checked in full; writing all events as JSON takes most of the time.
                try play(seed: UInt64(seed), inFull: seed.isMultiple(of: 20))
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
    }

    /// Plays one run until it has ended, taking it up again after suspensions as a person would.
    private func play(seed: UInt64, inFull: Bool) throws {
        let world = RandomWorld(seed: seed)
        let scenario = try Scenario(world.settings(), seed: seed)
        scenario.checksCoding = inFull
        scenario.checksFold = inFull
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
