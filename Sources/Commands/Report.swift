import ArgumentParser
import ControlAPI
import Engine
import FoundationEssentials
import Git
import Glibc
import Observability
import Orchestration

/// `cco report`
struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a run's report, or what it has cost.",
        discussion: """
            The report is written when a run ends. For a paused run it is made from the journal as it stands; for one that an engine has in hand
            the present status is printed in its place. With --cost it says, also while the run goes on, who has spent what on what.
            With --html it is written, also while the run goes on, as one page that needs no other file, to share: secrets of the
            configuration are taken out, and what agents wrote is text in it.

            EXAMPLES:
              cco report --config ./my-config
              cco report --config ./my-config --run 2026-11-22-21-48-05 --json
              cco report --config ./my-config --cost --csv > cost.csv
              cco report --config ./my-config --cost --requests --csv > requests.csv
              cco report --config ./my-config --html report.html
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: ArgumentHelp("The run. (default: the newest)", valueName: "id"))
    var run: String?

    @Flag(help: "Print what the run has cost, by role, purpose, team, agent, model, credential and task.")
    var cost = false

    @Flag(help: "With --cost and --csv or --json: list every model request, from the journal.")
    var requests = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "With --cost: print it as comma-separated values.")
    var csv = false

    @Option(
        help: ArgumentHelp("Write the report to this file, as one HTML page to share; - is standard output.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?

    func validate() throws {
        if html != nil, json || csv || cost {
            throw ValidationError("--html goes with none of --json, --csv and --cost: its page has all of it.")
        }
        if csv, !cost { throw ValidationError("--csv goes with --cost; the whole report can be had as --json.") }
        if requests, !cost || !(csv || json) { throw ValidationError("--requests goes with --cost and with --csv or --json.") }
        if csv, json { throw ValidationError("--csv and --json exclude each other.") }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        if requests { return try await RequestList(place: place, surroundings: surroundings).write(run, asJSON: json) }
        let logs = try RunLogs.find(run, at: place, surroundings)
        if let html { return try await ReportPage(logs: logs, place: place, surroundings: surroundings).write(to: html) }
        guard !cost else { return try await printCost(logs, place, surroundings) }
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
            let report = try await PresentLook(run: run, place: place, git: Git(environment: surroundings.environment)).report(logs)
                .redacted(by: place.redactor(surroundings))
            let text = json ? try report.json() : report.markdown()
            surroundings.console.write(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        default:
            throw noReport(logs)
        }
    }

    private func printCost(_ logs: RunLogs, _ place: Place, _ surroundings: Surroundings) async throws {
        let report = try await costReport(logs, place).redacted(by: place.redactor(surroundings))
        // A row of such a table ends as the others do.
        surroundings.console.write(json ? try JSONText.of(report) : csv ? report.csv + "\r" : report.text)
    }

    /// From the written report where there is one, otherwise from the engine or the journal.
    private func costReport(_ logs: RunLogs, _ place: Place) async throws -> CostReport {
        if access(logs.reportJSON, F_OK) == 0 {
            let data = try Data(contentsOf: URL(filePath: logs.reportJSON))
            let report = try JSONDecoder().decode(RunReport.self, from: data)
            if report.cost != nil || !place.workspace.exists { return CostReport(report) }
            // An earlier version wrote it; the journal, where it still is, says more.
            if case .standing(let run) = try await RunFinder(place: place).find(), run.id.name == logs.run {
                return CostReport(run: run, at: run.clock.lastEventAt)
            }
            return CostReport(report)
        }
        let finder = RunFinder(place: place)
        switch try await finder.find() {
        case .live(let status) where status.run == logs.run: return try await finder.cost()
        case .standing(let run) where run.id.name == logs.run: return CostReport(run: run, at: run.clock.lastEventAt)
        default: throw noReport(logs)
        }
    }

    private func noReport(_ logs: RunLogs) -> Failure {
        Failure("run \(logs.run) has no report: it did not end by itself, and its journal is gone. Its log: \(logs.combined)", .usage)
    }
}
