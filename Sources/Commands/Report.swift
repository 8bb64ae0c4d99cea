import ArgumentParser
import Engine
import FoundationEssentials
import Git
import Glibc
import Observability
import Orchestration

/// `cco report`
struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a run's report.",
        discussion: """
            The report is written when a run ends. For a paused run it is made from the journal as it stands; for one that an engine has in hand
            the present status is printed in its place.

            EXAMPLES:
              cco report --config ./my-config
              cco report --config ./my-config --run 2026-11-22-21-48-05 --json
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: ArgumentHelp("The run. (default: the newest)", valueName: "id"))
    var run: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let logs = try RunLogs.find(run, at: place, surroundings)
        let path = json ? logs.reportJSON : logs.report
        if access(path, F_OK) == 0 {
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            return surroundings.console.write(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        }
        switch try await RunFinder(place: place).find() {
        case .live(let status) where status.run == logs.run:
            let text = StatusText(status: status, isLive: true, options: place.options, style: Style(isOn: surroundings.console.hasColour))
            surroundings.console.write(json ? try JSONText.of(status) : text.lines.joined(separator: "\n"))
        case .standing(let run) where run.id.name == logs.run:
            let look = PresentLook(run: run, place: place, git: Git(environment: surroundings.environment))
            let report = RunReport(
                run: run, place: place, logFolder: logs.folder, direction: try await look.direction(), landed: try await look.landed())
            let text = json ? try report.json() : report.markdown()
            surroundings.console.write(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        default:
            throw Failure(
                "run \(logs.run) has no report: it did not end by itself, and its journal is gone. Its log: \(logs.combined)", .usage)
        }
    }
}
