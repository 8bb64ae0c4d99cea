import Simulation
import Testing

/// One crash in an otherwise quiet run, at every place where there can be one.
@Suite("Crashes at every boundary of an effect")
struct CrashTests {
    private func play(_ faults: [Fault], seed: UInt64) -> SimulationResult {
        Simulator(Experiment(seed: seed, faults: faults).withTime).play()
    }

    @Test(
        "the next engine carries out what is pending, and the run ends as it would have",
        arguments: [FaultKind.crashBeforeCommit, .crashAfterCommit, .crashDuringEffect, .crashBeforeAcknowledgement],
        [5, 7] as [UInt64])
    func everywhere(kind: FaultKind, seed: UInt64) {
        let whole = play([], seed: seed)
        var visit = 0
        while true {
            let result = play([Fault(kind, visit: visit)], seed: seed)
            guard result.statistics.crashes > 0 else { break }
            #expect(result.violation == nil, "\(kind) at \(visit)")
            #expect(result.statistics.endReason == "complete", "\(kind) at \(visit)")
            #expect(result.statistics.landed == whole.statistics.landed, "\(kind) at \(visit)")
            #expect(result.statistics.published >= result.statistics.landed, "\(kind) at \(visit)")
            #expect(result.statistics.engines == 2)
            visit += 1
        }
        #expect(visit > 20, "only \(visit) places")
    }

    @Test("a machine that goes down takes every process along, and the work goes on", arguments: [5, 7] as [UInt64])
    func reboot(seed: UInt64) {
        for visit in 5..<25 {
            let result = play([Fault(.crashAfterCommit, visit: visit), Fault(.reboot, visit: 0)], seed: seed)
            #expect(result.violation == nil && result.statistics.endReason == "complete")
        }
    }

    @Test("a journal that cannot be written stops everything; with room again it goes on", arguments: [5, 7] as [UInt64])
    func journal(seed: UInt64) {
        for visit in 2..<25 {
            let result = play([Fault(.journalFull, visit: visit)], seed: seed)
            #expect(result.violation == nil && result.statistics.endReason == "complete")
            #expect(result.statistics.engines == 2)
        }
    }

    @Test("the end is the same with a clock that was set wrong between two engines")
    func clock() {
        for visit in stride(from: 3, to: 40, by: 4) {
            let result = play([Fault(.crashAfterCommit, visit: visit), Fault(.clockJumps, visit: 1)], seed: 5)
            #expect(result.violation == nil && result.statistics.endReason == "complete")
        }
    }
}
