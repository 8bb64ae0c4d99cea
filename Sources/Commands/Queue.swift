import ArgumentParser
import Engine
import Observability
import Orchestration

/// `cco queue`
struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what waits to be merged, why, and since when.",
        discussion: """
            One queue for each branch that work is merged into. What is verified together is shown together.

            EXAMPLES:
              cco queue --config ./my-config
              cco queue --config ./my-config --json
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Print the queues as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let status = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status
        let console = surroundings.console
        console.write(
            json
                ? try JSONText.of(status.queues)
                : QueueText(status: status, style: Style(isOn: console.hasColour)).lines.joined(separator: "\n"))
    }
}

/// The merge queues for a person.
struct QueueText {
    var status: RunStatus
    var style: Style

    var lines: [String] {
        guard !status.queues.isEmpty else { return ["Nothing waits to be merged."] }
        return status.queues.flatMap { queue in
            [style.bold("Into \(queue.target)")] + queue.candidates.enumerated().map { place, candidate in row(place, candidate) } + [""]
        }.dropLast()
    }

    private func row(_ place: Int, _ candidate: RunStatus.CandidateStatus) -> String {
        let number = "\(place + 1)."
        let waited = max(0, status.at.ms - candidate.since.ms)
        let since = "since \(HumanText.duration(milliseconds: waited))"
        let what = OneLineText.of(candidate.what, limit: 80)
        return
            "  \(number.padding(to: 4)) \(candidate.state.padding(to: 12)) \(what)  \(style.dim("\(HumanText.times(in: candidate.why)); \(since)"))"
    }
}
