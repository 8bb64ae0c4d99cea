import ArgumentParser
import ConfigurationFiles
import ControlAPI
import Engine
import Glibc
import Orchestration
import Processes

/// `cco logs`
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a run's combined.log.",
        discussion: """
            Prints the newest run's log. With --follow goes on as the log grows, until the run ends or stands still.

            EXAMPLES:
              cco logs --config ./my-config --lines 50
              cco logs --config ./my-config --follow --agent worker-3
              cco logs --config ./my-config --run 2026-11-22-21-48-05
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: ArgumentHelp("The run. (default: the newest)", valueName: "id"))
    var run: String?

    @Flag(name: .shortAndLong, help: "Go on printing as the log grows.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "Print only the last lines.")
    var lines: Int?

    @Option(help: ArgumentHelp("Print only lines of this source: an agent such as worker-3, or director, merge, gate …", valueName: "name"))
    var agent: String?

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("--lines takes a number that is not negative, not \(lines).") }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        try await Self.printed(run, agent: agent, lines: lines, follow: follow, at: places.place(surroundings), surroundings)
    }

    /// Prints a run's log.
    ///
    /// - Parameter isKnown: whether there is such an agent for certain; one that has said nothing yet has no lines.
    static func printed(
        _ run: String?, agent: String?, isKnown: Bool = false, lines: Int?, follow: Bool, at place: Place, _ surroundings: Surroundings
    ) async throws {
        let logs = try RunLogs.find(run, at: place, surroundings)
        let writer = follow ? try await engine(of: logs.run, at: place) : nil
        let printer = Self.printer(logs, agent: agent, lines: lines, surroundings.console)
        if let agent, !isKnown, writer == nil { try expect(agent, in: printer) }
        try await printer.run(following: writer)
    }

    /// - Throws: `Failure` for a name of which the log has nothing.
    private static func expect(_ agent: String, in printer: LogPrinter) throws {
        let sources = try printer.sources()
        guard !sources.contains(agent) else { return }
        throw Failure(
            "the log has nothing of \"\(agent)\". \(NearestName.suggestion(for: agent, among: sources.sorted()) ?? "")", .usage)
    }

    /// What `cco logs --follow --lines 20` does.
    static func follow(_ place: Place, _ surroundings: Surroundings) async throws {
        let logs = try RunLogs.find(nil, at: place, surroundings)
        let printer = Self.printer(logs, agent: nil, lines: 20, surroundings.console)
        try await printer.run(following: try await engine(of: logs.run, at: place))
    }

    private static func printer(_ logs: RunLogs, agent: String?, lines: Int?, _ console: Console) -> LogPrinter {
        LogPrinter(path: logs.combined, source: agent, lastLines: lines, write: console.write, hasReader: console.hasReader)
    }

    /// The process that writes the run's log; `nil` when nobody does any more.
    private static func engine(of run: String, at place: Place) async throws -> ProcessIdentity? {
        do {
            let health = try await ControlClient(socketPath: place.workspace.socketPath).health(deadline: .now + .seconds(30))
            return health.run == run ? try ProcessIdentity.of(pid: health.pid) : nil
        } catch ControlClientError.notRunning {
            return nil
        }
    }
}
