import Orchestration
import Simulation
import Testing

@Suite("Forecasts")
struct ForecastTests {
    private var assumed: History {
        var assumptions = Assumptions()
        assumptions.tasks = 16
        return assumptions.history(.sample(workers: 4))
    }

    /// A run that "really happened", with its journal.
    private func real(_ history: History, workers: Int, seed: Int = 77) -> Simulator {
        let simulator = Simulator(Forecast(history).circumstances(workers: workers, seed), seed: UInt64(seed))
        #expect(simulator.play().violation == nil)
        return simulator
    }

    @Test("more workers are faster up to what the plan allows, and all tasks land")
    func workers() async throws {
        let report = await Forecast(assumed, runs: 8).answer(workers: [1, 4, 8])
        #expect(report.rows.map(\.workers) == [1, 4, 8])
        let minutes = report.rows.map(\.minutes.median)
        #expect(minutes[0] > 2 * minutes[1])
        #expect(minutes[2] < minutes[1] * 1.1)
        for row in report.rows {
            #expect(row.ends == ["complete": 8])
            #expect(row.landed.median >= 15)
            #expect(row.minutes.low <= row.minutes.median && row.minutes.median <= row.minutes.high)
        }
        #expect(report.makespanError == nil)
    }

    @Test("a run's own history forecasts that run")
    func ownHistory() async throws {
        let simulator = real(assumed, workers: 4)
        let history = try #require(History(events: simulator.events))
        #expect(history.tasks == 16 && history.actual?.workers == 4 && history.actual?.end == "complete")
        let report = await Forecast(history, runs: 12).answer(workers: [4, 8])
        let error = try #require(report.makespanError)
        #expect(abs(error) < 0.25, "\(report.text)")
        let cost = try #require(report.costError)
        #expect(abs(cost) < 0.25, "\(report.text)")
        #expect(abs(report.mergesError ?? 1) < 0.15)
        #expect(report.text.contains("what really happened with 4 workers"))
        #expect(report.text.contains("error of the forecast: time "))
    }

    @Test("every kind of turn takes as long as in the run, or as the kind that is most like it")
    func everyPurpose() throws {
        #expect(Set(assumed.habits.turns.keys) == Set(Purpose.allCases))
        var quick = assumed
        for purpose in Purpose.allCases { quick.habits.turns[purpose] = .between(500, 1_500) }
        quick.rates = [:]
        let history = try #require(History(events: real(quick, workers: 4).events))
        for purpose in Purpose.allCases {
            let longest = try #require(history.habits.turns[purpose]?.quantile(1))
            #expect(longest <= 1_500, "\(purpose.rawValue)")
        }
    }

    @Test("conflicts are measured for each task that landed meanwhile, so that more workers have more of them")
    func conflicts() async throws {
        var history = assumed
        history.rates = [.conflict: 0.06]
        let measured = try #require(History(events: real(history, workers: 4).events))
        let rate = measured.rates[.conflict] ?? 0
        #expect((0.005...0.2).contains(rate), "\(rate)")
        let report = await Forecast(history, runs: 12).answer(workers: [1, 8])
        #expect(report.rows[0].conflicts.median < report.rows[1].conflicts.median)
    }

    @Test("time in which the run stood still is not part of what a turn takes")
    func interrupted() throws {
        let quiet = try #require(History(events: real(assumed, workers: 2).events))
        let circumstances = Forecast(assumed).circumstances(workers: 2, 77)
        let paused = Simulator(
            Circumstances(
                settings: circumstances.settings, habits: circumstances.habits,
                faults: FaultSource(seed: 77, only: [Fault(.personPauses, visit: 20), Fault(.crashAfterCommit, visit: 60)])), seed: 77)
        let result = paused.play()
        #expect(result.violation == nil && result.statistics.engines == 3)
        let history = try #require(History(events: paused.events))
        let longest = { (history: History) in history.habits.turns[.work]?.quantile(1) ?? 0 }
        #expect(longest(history) < longest(quiet) * 1.3)
        #expect(history.tasks == quiet.tasks)
    }

    @Test("a plan is divided so that tasks that depend on each other stay together")
    func shares() {
        let rounds = [
            [
                PlannedTask(key: "a", milliseconds: 10), PlannedTask(key: "b", dependsOn: ["a"], milliseconds: 10),
                PlannedTask(key: "c", milliseconds: 30),
            ],
            [PlannedTask(key: "d", dependsOn: ["c"], milliseconds: 5), PlannedTask(key: "e", milliseconds: 12)],
        ]
        let teams: [TeamID] = [ID("team-1"), ID("team-2")]
        let shares = TaskShares(rounds: rounds).divided(among: teams)
        #expect(shares[teams[0]]?.map { $0.map(\.key) } == [["c"], ["d"]])
        #expect(shares[teams[1]]?.map { $0.map(\.key) } == [["a", "b"], ["e"]])
        #expect(TaskShares(rounds: rounds).divided(among: [teams[0]])[teams[0]] == rounds)
    }

    @Test("a journal in which nothing was planned has no history")
    func nothing() {
        #expect(History(events: []) == nil)
        #expect(History(events: [(.runStarted(ID("run-1"), .sample(), seed: 1), .begin)]) == nil)
    }
}
