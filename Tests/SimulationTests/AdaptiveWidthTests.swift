import Orchestration
import Simulation
import Testing

@Suite("As many workers begin as the work bears")
struct AdaptiveWidthTests {
    /// - Parameter conflict: the chance of a conflict with each change that lands while one is under way.
    private func play(conflict: Double, adapts: Bool, workers: Int = 20) async -> ForecastReport.Row {
        var assumptions = Assumptions()
        assumptions.tasks = 80
        assumptions.dependent = 0
        assumptions.conflict = conflict
        assumptions.red = 0
        assumptions.rework = 0
        var settings = RunSettings.sample(workers: workers)
        settings.engineerManagerGroupSize = workers
        settings.review = .none
        settings.adaptiveWidth = adapts
        let report = await Forecast(assumptions.history(settings), runs: 6).answer(workers: [workers])
        return report.rows[0]
    }

    private func line(_ row: ForecastReport.Row) -> String {
        "\(Int(row.minutes.median)) min, \(Int(row.conflicts.median)) conflicts, \(Int(row.landed.median)) landed, \(row.costUsd.median) USD"
    }

    @Test("tasks that do not conflict take no longer")
    func independent() async {
        let (fixed, adapted) = (await play(conflict: 0, adapts: false), await play(conflict: 0, adapts: true))
        #expect(adapted.minutes.median <= fixed.minutes.median * 1.02, "\(line(fixed)) | \(line(adapted))")
        #expect(adapted.landed.median == fixed.landed.median)
    }

    @Test("where changes conflict now and then, all work: it costs less time than it saves money", arguments: [0.03, 0.1])
    func some(rate: Double) async {
        let (fixed, adapted) = (await play(conflict: rate, adapts: false), await play(conflict: rate, adapts: true))
        #expect(adapted.minutes.median <= fixed.minutes.median * 1.02, "\(line(fixed)) | \(line(adapted))")
    }

    @Test("where more would only conflict, fewer work: fewer conflicts, less money, and no task lost", arguments: [0.3, 0.5, 0.8])
    func conflicting(rate: Double) async {
        let (fixed, adapted) = (await play(conflict: rate, adapts: false), await play(conflict: rate, adapts: true))
        print("conflict rate \(rate): fixed \(line(fixed)); adaptive \(line(adapted))")
        #expect(adapted.landed.median >= fixed.landed.median)
        #expect(adapted.conflicts.median < fixed.conflicts.median * 0.8, "\(line(fixed)) | \(line(adapted))")
        #expect(adapted.costUsd.median < fixed.costUsd.median * 0.9, "\(line(fixed)) | \(line(adapted))")
    }
}
