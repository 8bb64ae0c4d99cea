import ArgumentParser
import Engine
import Observability
import Orchestration

/// `cco replay`
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show any moment of a run, live or finished, from its journal.",
        discussion: """
            On a terminal, a view like `cco watch` in which the arrow keys step through the run's events; `?` shows the keys of the view.
            Where the output is no terminal, prints what every event says, with its number. `cco web` has a slider that does the same.
            A time is UTC, as in the log.

            EXAMPLES:
              cco replay --config ./my-config
              cco replay 2026-11-22-21-48-05 --config ./my-config
              cco replay --config ./my-config --at 14:05:30
              cco replay --config ./my-config --at 1200 --json
            """)

    @OptionGroup var places: PlaceOptions

    @Argument(help: ArgumentHelp("The run. (default: the newest)", valueName: "run"))
    var run: String?

    @Option(help: ArgumentHelp("Print how the run stood after this event, or at this time, and leave.", valueName: "event|time"))
    var at: String?

    @Flag(help: "With --at: print it as JSON, as `cco status --json` does.")
    var json = false

    func validate() throws {
        if json, at == nil { throw ValidationError("--json goes with --at, which says what moment is meant.") }
        if let at, ReplayMoment(at) == nil {
            throw ValidationError(
                "--at takes the number of an event, a time of day such as 14:05:30, or a time such as 2026-11-22T14:05:30Z, not \(at).")
        }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let run = try Self.find(run, at: place)
        let redactor = try place.redactor(surroundings)
        let history = RunHistory(JournalReader(place: place, run: run, redactor: { redactor }))
        guard try await history.catchUp() > 0 else { throw Failure("the run's journal has no event yet. Try again in a moment.", .usage) }
        if let at, let moment = ReplayMoment(at) {
            return try await show(moment, history, place, surroundings.console)
        }
        guard surroundings.canShowScreens else { return try await printAll(history, surroundings.console) }
        try await ReplaySession(surroundings: surroundings, place: place, history: history).run()
    }

    /// The run of this name whose journal is still there; the newest without one.
    ///
    /// - Throws: `Failure` with those that there are.
    static func find(_ name: String?, at place: Place) throws -> RunID {
        guard let name else {
            if place.workspace.exists, let newest = try place.workspace.currentRun() { return newest.id }
            guard place.isConfigured else { throw Start.unconfigured(place) }
            throw Failure("there is no run in \(place.workspace.path). Start one: cco start\(place.options)", .usage)
        }
        let runs = place.workspace.exists ? try place.workspace.runs().map(\.id) : []
        if let found = runs.first(where: { $0.name == name }) { return found }
        let known = runs.isEmpty ? "There is none." : "There are: \(runs.suffix(10).map(\.name).joined(separator: ", "))."
        throw Failure("\(place.workspace.path) has no journal of a run \"\(name)\". \(known)", .usage)
    }

    private func show(_ moment: ReplayMoment, _ history: RunHistory, _ place: Place, _ console: Console) async throws {
        let sequence: Int64
        switch moment {
        case .event(let number): sequence = number
        case .time, .timeOfDay:
            let start = await history.time(of: 1)
            guard let time = moment.time(startedAt: start) else { return }
            // A time of day from before the run is one of the next day.
            sequence = time > SystemClock().now() ? 0 : await history.sequence(at: time)
        }
        let last = await history.last
        guard (1...last).contains(sequence) else {
            let (start, end) = (HumanText.time(Moment(await history.time(of: 1))), HumanText.time(Moment(await history.time(of: last))))
            throw Failure("the run has the events 1 to \(last), from \(start) to \(end), and none for \(at ?? "").", .usage)
        }
        let past = try await history.past(at: sequence)
        if json { return console.write(try JSONText.of(past.status)) }
        let text = StatusText(
            status: past.status, isLive: past.status.isAtWork, options: place.options, style: Style(isOn: console.hasColour))
        console.write("Event \(past.sequence) of \(last), \(HumanText.time(Moment(past.time)))\n" + text.lines.joined(separator: "\n"))
    }

    private func printAll(_ history: RunHistory, _ console: Console) async throws {
        try await history.play { sequence, entry in
            console.write("\(sequence) \(entry.time) [\(entry.source)] \(entry.level.map { $0 + ": " } ?? "")\(entry.text)")
            return console.hasReader()
        }
    }
}
