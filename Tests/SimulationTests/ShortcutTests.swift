import Simulation
import Testing

@testable import Orchestration

@Suite("Shortcuts of decisions")
struct ShortcutTests {
    @Test("a trial of branches is due just when there is a pair to be tried")
    func trials() {
        var verdicts: Set<Bool> = []
        for seed in 0..<12 as Range<UInt64> { verdicts.formUnion(compare(seed: seed)) }
        #expect(verdicts == [false, true])
    }

    /// Compares the answers for each state of a run, and returns which there were.
    private func compare(seed: UInt64) -> Set<Bool> {
        let simulator = Simulator(Experiment(seed: seed))
        _ = simulator.play()
        var run: Run?
        var verdicts: Set<Bool> = []
        for (event, time) in simulator.events.map({ ($0.event, $0.time) }) {
            if run == nil, case .runStarted(let id, let settings, let seed) = event {
                run = Run(id: id, settings: settings, seed: seed, at: time)
            }
            run?.apply(event, at: time)
            guard let run else { continue }
            let isDue = TrialOrder.isDue(in: run)
            #expect(isDue == !TrialOrder(run).pairs.isEmpty)
            verdicts.insert(isDue)
        }
        return verdicts
    }
}
