import Orchestration
import Simulation
import Testing

@Suite("Making a failure small")
struct ShrinkerTests {
    /// A run that breaks a rule when two certain faults strike, and plans of at least two tasks are allowed.
    private func broken(_ experiment: Experiment) -> SimulationResult {
        var result = SimulationResult(
            statistics: RunStatistics(), violation: nil, run: Run(id: ID("run-1"), settings: .sample(), seed: 1, at: .begin), trace: nil)
        let faults = experiment.faults ?? (0..<40).map { Fault(.effectFails, visit: $0) }
        result.statistics.faults = faults
        let isBroken = faults.contains(Fault(.effectFails, visit: 7)) && faults.contains(Fault(.effectFails, visit: 31))
        if isBroken, experiment.mostTasks ?? 9 >= 2 { result.violation = Violation(.queueMoves, "as arranged") }
        return result
    }

    @Test("what is not needed is left out, and what is needed stays")
    func minimal() {
        var shrinker = Shrinker(Experiment(seed: 1, isThorough: true), breaking: .queueMoves, play: broken)
        let smallest = shrinker.shrink()
        #expect(Set(smallest.faults ?? []) == [Fault(.effectFails, visit: 7), Fault(.effectFails, visit: 31)])
        #expect(smallest.mostWorkers == 1 && smallest.mostTasks == 2 && smallest.mostMinutes == 20)
        #expect(!smallest.isThorough)
        #expect(shrinker.attempts < 100)
    }

    @Test("another rule that breaks instead is another failure")
    func sameRule() {
        var shrinker = Shrinker(Experiment(seed: 1), breaking: .noDeadlock, play: broken)
        #expect(shrinker.shrink() == Experiment(seed: 1))
    }

    @Test("it stops after the attempts that it is given")
    func bounded() {
        var shrinker = Shrinker(Experiment(seed: 1), breaking: .queueMoves, attempts: 5, play: broken)
        _ = shrinker.shrink()
        #expect(shrinker.attempts == 5)
    }

    @Test("a failure's text has the seed, the faults, the trace and what to call to see it again")
    func text() {
        let found = Experiment(seed: 5)
        let result = Simulator(found).play()
        let failure = Shrinker.failure(found, result, Violation(.queueMoves, "as arranged"), attempts: 3)
        let text = failure.text
        #expect(text.contains("seed 5 broken: no queue stands still"))
        #expect(text.contains("cco simulate --seed 5"))
        #expect(text.contains("engine 1 takes the run up") || text.contains("lines before"))
    }

    @Test("options ask for the same run again")
    func options() {
        let faults = [Fault(.gateFlakes, visit: 2), Fault(.crashAfterCommit, visit: 31)]
        let experiment = Experiment(seed: 9, faults: faults, mostWorkers: 2, mostTasks: 1, mostMinutes: 40)
        #expect(
            experiment.options == [
                "--seed", "9", "--faults", "gateFlakes@2,crashAfterCommit@31", "--most-workers", "2", "--most-tasks", "1", "--most-minutes",
                "40",
            ])
        #expect(Experiment.faults("gateFlakes@2,crashAfterCommit@31") == faults)
        #expect(Experiment.faults("none") == [])
        #expect(Experiment.faults("gateFlakes@2,sunshine@1") == nil)
        #expect(Experiment.faults("") == nil)
    }
}
