import Synchronization

/// Plays many seeds, several at a time, until one breaks a rule.
package struct Campaign: Sendable {
    package var seeds: Range<UInt64>
    /// How many runs are played at the same time.
    package var threads: Int
    /// Every so many seeds a run also writes, reads and repeats every step, which takes as long as many runs.
    package var thoroughEvery: UInt64
    /// Runs that are played at most to make a failure small.
    package var shrinkingAttempts = 1500

    package init(seeds: Range<UInt64>, threads: Int, thoroughEvery: UInt64 = 256) {
        self.seeds = seeds
        self.threads = max(1, threads)
        self.thoroughEvery = max(1, thoroughEvery)
    }

    /// How far a campaign has come.
    package struct Progress: Sendable {
        package var runs: Int
        package var total: Int
        package var seconds: Double
    }

    /// Plays all seeds, or up to the first failure. Ends early when its task is cancelled; the report then counts what was played.
    ///
    /// - Parameter progress: is told about once a second, from any thread.
    package func run(progress: @escaping @Sendable (Progress) -> Void = { _ in }) async -> CampaignReport {
        let clock = ContinuousClock()
        let start = clock.now
        let desk = CampaignDesk(self)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<threads {
                group.addTask {
                    while !_Concurrency.Task.isCancelled, let experiment = desk.next() {
                        let result = Simulator(experiment).play()
                        if let news = desk.add(result, of: experiment, after: Campaign.seconds(clock.now - start)) { progress(news) }
                        await _Concurrency.Task.yield()
                    }
                }
            }
        }
        var (report, failure) = desk.outcome
        report.seconds = Campaign.seconds(clock.now - start)
        if let failure {
            report.failure = Shrinker.failure(failure.experiment, failure.result, failure.violation, attempts: shrinkingAttempts)
        }
        return report
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

/// Hands out seeds and takes results, for several threads.
private final class CampaignDesk: Sendable {
    struct Failure {
        let experiment: Experiment
        let result: SimulationResult
        let violation: Violation
    }

    private struct State {
        var next: UInt64
        var report = CampaignReport()
        var failure: Failure?
        var lastProgress = 0.0
    }

    private let campaign: Campaign
    private let state: Mutex<State>

    init(_ campaign: Campaign) {
        self.campaign = campaign
        state = Mutex(State(next: campaign.seeds.lowerBound))
    }

    /// The next run to play; `nil` when there is none, or a rule has broken.
    func next() -> Experiment? {
        state.withLock { state in
            guard state.failure == nil, state.next < campaign.seeds.upperBound else { return nil }
            let seed = state.next
            state.next += 1
            return Experiment(seed: seed, isThorough: seed.isMultiple(of: campaign.thoroughEvery))
        }
    }

    /// - Returns: news, about once a second.
    func add(_ result: SimulationResult, of experiment: Experiment, after seconds: Double) -> Campaign.Progress? {
        state.withLock { state in
            state.report.add(result.statistics)
            // Of several failures at the same time the one of the lowest seed is reported, so that a campaign repeats itself.
            if let violation = result.violation, state.failure.map({ experiment.seed < $0.experiment.seed }) ?? true {
                state.failure = Failure(experiment: experiment, result: result, violation: violation)
            }
            guard seconds - state.lastProgress >= 1 else { return nil }
            state.lastProgress = seconds
            return Campaign.Progress(runs: state.report.runs, total: campaign.seeds.count, seconds: seconds)
        }
    }

    var outcome: (CampaignReport, Failure?) { state.withLock { ($0.report, $0.failure) } }
}
