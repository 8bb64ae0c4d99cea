import ArgumentParser
import Engine
import FoundationEssentials
import Observability
import Orchestration

/// `cco status`
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a run stands: agents, tasks and why they wait, queues, cost.",
        discussion: """
            Asks the engine; when none is at work, reads the run's journal.

            EXAMPLES:
              cco status --config ./my-config
              cco status --config ./my-config --json | jq .spending.costUsd
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Print the status as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let (status, isLive) = try await RunFinder(place: place).shownStatus(surroundings)
        if json {
            surroundings.console.write(try JSONText.of(status))
        } else {
            let text = StatusText(
                status: status, isLive: isLive, options: place.options, style: Style(isOn: surroundings.console.hasColour))
            surroundings.console.write(text.lines.joined(separator: "\n"))
        }
    }
}

/// JSON as commands print it: readable, with sorted keys, and harmless to a terminal.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return ControlSequences.escaped(inJSON: String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
