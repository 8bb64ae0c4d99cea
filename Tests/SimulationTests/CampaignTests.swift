import Foundation
import Orchestration
import Simulation
import Testing

@Suite("Simulated runs")
struct CampaignTests {
    /// How many seeds are played; `CCO_SIMULATED_RUNS` asks for more or fewer.
    static let runs = ProcessInfo.processInfo.environment["CCO_SIMULATED_RUNS"].flatMap { UInt64($0) } ?? 10_000

    @Test("whatever strikes, runs keep every rule and come to an end; and everything strikes")
    func seeds() async {
        let report = await Campaign(seeds: 0..<CampaignTests.runs, threads: 2, thoroughEvery: 250).run()
        print(report.text)
        if let failure = report.failure { Issue.record("\(failure.text)") }
        #expect(report.runs >= CampaignTests.runs || report.failure != nil)
        guard CampaignTests.runs >= 500, report.failure == nil else { return }
        #expect(report.faultsThatNeverStruck.isEmpty, "a fault that never strikes proves nothing")
        #expect(report.strays > 0 && report.crashes > 0)
        #expect(["complete", "time-over", "budget-over", "no-progress", "abandoned"].allSatisfy { report.ends[$0] ?? 0 > 0 })
    }

    @Test("the same experiment always plays the same", arguments: [3, 8, 14] as [UInt64])
    func repeats(seed: UInt64) {
        let first = Simulator(Experiment(seed: seed), keepsTrace: true).play()
        let second = Simulator(Experiment(seed: seed), keepsTrace: true).play()
        #expect(first.trace?.text() == second.trace?.text())
        #expect(first.run == second.run)
    }

    @Test("the faults that struck, asked for by name, make the same run", arguments: [3, 8, 14] as [UInt64])
    func named(seed: UInt64) {
        let drawn = Simulator(Experiment(seed: seed), keepsTrace: true).play()
        let named = Simulator(Experiment(seed: seed, faults: drawn.statistics.faults), keepsTrace: true).play()
        #expect(!drawn.statistics.faults.isEmpty)
        #expect(named.trace?.text() == drawn.trace?.text())
    }

    @Test("without faults a run is complete, and everything that was planned has landed", arguments: 0..<12 as Range<UInt64>)
    func calm(seed: UInt64) {
        let result = Simulator(Experiment(seed: seed, faults: []).withTime).play()
        #expect(result.violation == nil)
        #expect(result.statistics.endReason == "complete")
        #expect(result.run.tasks.values.allSatisfy { $0.state.word == "landed" })
        #expect(result.statistics.crashes == 0 && result.statistics.engines == 1)
    }

    @Test("the report says how fast it was, how runs ended and what struck")
    func report() async {
        let text = await Campaign(seeds: 0..<3, threads: 1).run().text
        #expect(text.hasPrefix("3 runs in "))
        #expect(text.contains("simulated agent-hours/s") && text.contains("ends: ") && text.contains("no rule was broken"))
    }

    @Test("a campaign that is cancelled reports what it played")
    func cancelled() async {
        let campaign = _Concurrency.Task { await Campaign(seeds: 0..<1_000_000, threads: 2).run() }
        campaign.cancel()
        let report = await campaign.value
        #expect(report.runs < 1_000_000 && report.failure == nil)
    }
}

extension Experiment {
    /// With so much time and money that the end of them is no reason to stop.
    var withTime: Experiment {
        var copy = self
        copy.leastMinutes = 10_000
        copy.hasCeilings = false
        return copy
    }
}
