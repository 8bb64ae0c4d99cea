import ArgumentParser
import Engine
import Glibc
import Journal
import Orchestration
import Simulation

/// `cco simulate`
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play runs in virtual time: to look for defects under faults, or to forecast a run.",
        discussion: """
            Without --workers it plays cco's own decisions against simulated agents, git, gates, providers, disks and crashes, one run for each
            seed, and checks after every step what has to hold at all times. The first failure is made small and printed with the options that
            play it again; the exit code is then 1.

            With --workers it says how a run would go with so many workers: how long, how many merges and conflicts, what it costs. It takes what
            the newest run of --config has shown, or stated assumptions where there is none.

            EXAMPLES:
              cco simulate --seeds 10000
              cco simulate --seed 4711 --trace
              cco simulate --config ./my-config --workers 4,8,16
              cco simulate --seeds 1000000     (about two hours on two cores)
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: ArgumentHelp("How many seeds are played.", valueName: "n"))
    var seeds: UInt64 = 1000

    @Option(help: ArgumentHelp("The first seed.", valueName: "n"))
    var from: UInt64 = 0

    @Option(help: ArgumentHelp("Play this seed alone.", valueName: "n"))
    var seed: UInt64?

    @Flag(help: "With --seed: print every step.")
    var trace = false

    @Option(help: ArgumentHelp("With --seed: only these faults, as a failure names them, or none.", valueName: "list"))
    var faults: String?

    @Option(help: ArgumentHelp("With --seed: at most so many workers.", valueName: "n"))
    var mostWorkers: Int?

    @Option(help: ArgumentHelp("With --seed: at most so many tasks in a plan.", valueName: "n"))
    var mostTasks: Int?

    @Option(help: ArgumentHelp("With --seed: at most so many minutes of virtual time.", valueName: "n"))
    var mostMinutes: Int?

    @Option(help: ArgumentHelp("How many runs are played at the same time. (default: one for each processor)", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Forecast a run with so many workers; several numbers with commas between them.", valueName: "n,n"))
    var workers: String?

    func run() async throws {
        let console = Surroundings.current.console
        if let workers { return console.write(try await forecast(workers)) }
        if let seed { return try playAgain(seed, console) }
        guard seeds > 0, from <= UInt64.max - seeds else { throw Failure("--seeds has to be 1 or more", .usage) }
        let campaign = Campaign(seeds: from..<from + seeds, threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let report = await campaign.run()
        console.write(report.text)
        if report.failure != nil { throw CommandStatus.unexpected }
    }

    private func playAgain(_ seed: UInt64, _ console: Console) throws {
        var experiment = Experiment(seed: seed)
        experiment.isThorough = true
        if let faults {
            guard let list = Experiment.faults(faults) else {
                throw Failure(
                    "--faults \(faults): write it as a failure names them, such as crashAfterCommit@3,gateFlakes@0, or none", .usage)
            }
            experiment.faults = list
        }
        experiment.mostWorkers = mostWorkers
        experiment.mostTasks = mostTasks
        experiment.mostMinutes = mostMinutes
        let result = Simulator(experiment, keepsTrace: trace).play()
        if trace, let trace = result.trace { console.write(trace.text()) }
        console.write(
            "seed \(seed): \(result.statistics.endReason), \(result.statistics.steps) steps, \(result.statistics.crashes) crashes")
        if let violation = result.violation {
            console.write("BROKEN \(violation.rule.rawValue): \(violation.detail)")
            throw CommandStatus.unexpected
        }
    }

    private func forecast(_ text: String) async throws -> String {
        let counts = text.split(separator: ",").map { Int($0.filter { !$0.isWhitespace }) }
        let numbers = counts.compactMap(\.self)
        guard !numbers.isEmpty, numbers.count == counts.count, numbers.allSatisfy({ (1...10_000).contains($0) }) else {
            throw Failure("--workers \(text): write numbers from 1 to 10000 with commas between them, such as 4,8,16", .usage)
        }
        let (history, source) = try history()
        return "\(source)\n\n\(await Forecast(history).answer(workers: numbers).text)"
    }

    /// What the newest run has shown; assumptions where there is no run, or none whose work has gone far enough.
    private func history() throws -> (History, String) {
        let place = places.place()
        if place.workspace.exists, let folder = try place.workspace.currentRun() {
            let journal = try Journal(existingIn: folder.path)
            var events: [(event: Event, time: Timestamp)] = []
            try journal.forEach(after: 0) { entry in events.append((try EventRecord.decode(entry.record.body), entry.record.time)) }
            try journal.close()
            if let history = History(events: events) {
                return (history, "From run \(folder.id), whose \(history.tasks) tasks are played again:")
            }
        }
        let assumed = Assumptions()
        return (
            assumed.history(.sample(workers: 4)),
            "From assumptions, since \(place.workspace.path) has no run to learn from: \(assumed.tasks) tasks of "
                + "\(Int(assumed.workMinutes.lowerBound)) to \(Int(assumed.workMinutes.upperBound)) minutes, gates of "
                + "\(Int(assumed.gateSeconds.lowerBound)) to \(Int(assumed.gateSeconds.upperBound)) seconds:"
        )
    }
}
