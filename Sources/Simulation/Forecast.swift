import Orchestration

/// Says how a run would go with other numbers of workers, by playing it many times in virtual time.
package struct Forecast: Sendable {
    package let history: History
    /// Runs for each number of workers.
    package let runs: Int

    package init(_ history: History, runs: Int = 30) {
        self.history = history
        self.runs = max(1, runs)
    }

    /// One answer for each number of workers, in the order that they were asked for.
    package func answer(workers: [Int]) async -> ForecastReport {
        var rows: [ForecastReport.Row] = []
        for count in workers {
            let played = await withTaskGroup(of: (Int, RunStatistics).self) { group in
                for number in 0..<runs {
                    group.addTask {
                        (number, Simulator(circumstances(workers: max(1, count), number), seed: UInt64(number)).play().statistics)
                    }
                }
                var played: [(Int, RunStatistics)] = []
                for await result in group { played.append(result) }
                return played.sorted { $0.0 < $1.0 }.map(\.1)
            }
            rows.append(ForecastReport.Row(workers: max(1, count), played))
        }
        return ForecastReport(rows: rows, actual: history.actual, tasks: history.tasks, runs: runs)
    }

    /// The settings of the history with another number of workers. A run that was cut short is forecast with the same limits; otherwise
    /// limits of time and money are lifted, so that the answer is how long it would take.
    package func circumstances(workers: Int, _ number: Int) -> Circumstances {
        var settings = history.settings
        settings.workerCount = workers
        if history.actual.map({ $0.end == "complete" }) ?? true {
            settings.maxRunMinutes = 1_000_000
            settings.maxBudgetUsd = nil
        }
        if settings.credentials.isEmpty { settings.credentials = [.slot("key-1")] }
        var random = SeededRandom(seed: UInt64(number), 3, 0)
        let teams = (1...(workers + settings.engineerManagerGroupSize - 1) / max(1, settings.engineerManagerGroupSize)).map {
            ID<Team>("team", $0)
        }
        let isFlat = workers <= settings.engineerManagerGroupSize
        var habits = history.habits
        let varied = history.rounds.map { $0.map { vary($0, &random) } }
        habits.plan = .given(TaskShares(rounds: varied).divided(among: isFlat ? [ID("team", 1)] : teams))
        return Circumstances(settings: settings, habits: habits, faults: FaultSource(seed: UInt64(number), rates: history.rates))
    }

    /// The same task takes not exactly as long another time.
    private func vary(_ task: PlannedTask, _ random: inout SeededRandom) -> PlannedTask {
        var task = task
        let factor = 0.8 + 0.45 * random.unit()
        task.milliseconds = task.milliseconds.map { Int64(Double($0) * factor) }
        return task
    }
}
