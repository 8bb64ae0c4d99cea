import ArgumentParser
import Dashboard
import FoundationEssentials
import Glibc
import Orchestration
import Telemetry

/// `cco export`
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a run's course to other programs.",
        discussion: """
            EXAMPLE:
              cco export otlp --config ./my-config --endpoint http://127.0.0.1:4318
            """, subcommands: [Traces.self])

    /// `cco export otlp`
    struct Traces: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "otlp",
            abstract: "Send the run as OpenTelemetry traces to a collector, over OTLP/HTTP.",
            discussion: """
                The run, its tasks, turns, merges, gates and publications are spans. What is over is sent; with --follow also what ends later, until
                the run has ended or its engine is gone. Every span has the same id each time it is sent, so sending again makes none twice. It runs
                beside the engine and reads its journal: a collector that is slow or away costs the run nothing.

                OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_SERVICE_NAME and
                OTEL_RESOURCE_ATTRIBUTES are heeded, and those of the first three with _TRACES_ in their names.

                EXAMPLES:
                  cco export otlp --config ./my-config --endpoint http://127.0.0.1:4318
                  cco export otlp --config ./my-config --follow
                """)

        @OptionGroup var places: PlaceOptions

        @Option(help: ArgumentHelp("The collector. (default: OTEL_EXPORTER_OTLP_ENDPOINT)", valueName: "url"))
        var endpoint: String?

        @Flag(help: "Go on until the run has ended.")
        var follow = false

        func run() async throws {
            let surroundings = Surroundings.current
            let place = places.place(surroundings)
            let settings: OTLPSettings
            do {
                settings = try OTLPSettings(endpoint: endpoint, environment: surroundings.environment)
            } catch {
                throw Failure("\(error)", .configuration)
            }
            let (status, isLive) = try await RunFinder(place: place).status()
            let follower = try RunFollower(surroundings: surroundings, place: place, status: status, isLive: isLive)
            let export = TraceExport(
                feed: FollowedRun(follower: follower, place: place, surroundings: surroundings),
                exporter: OTLPExporter(settings, version: CommandLineTool.version), follows: follow)
            let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
            let count = try await withThrowingTaskGroup(of: Int?.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    for await _ in signals.numbers { break }
                    return nil
                }
                group.addTask {
                    try await follower.run()
                    return nil
                }
                group.addTask { try await export.run() }
                return try await group.next() ?? nil
            }
            surroundings.console.write(count.map { "Sent \($0) spans to \(settings)." } ?? "Stopped.")
        }
    }
}

/// Reads a run's journal and sends the spans that are over.
struct TraceExport: Sendable {
    let feed: FollowedRun
    let exporter: OTLPExporter
    let follows: Bool

    /// Returns how many spans were sent.
    ///
    /// - Throws: `Failure` when the collector does not take them or the journal cannot be read.
    func run() async throws -> Int {
        var trace = RunTrace()
        var sequence: Int64 = 0
        var count = 0
        var spans: [Span] = []
        for await _ in await feed.journalChanges() {
            var page: JournalPage
            repeat {
                do {
                    page = try await feed.journal(after: sequence, limit: JournalPage.largest)
                } catch {
                    // While an engine comes or goes nobody can tell; the next wake finds out.
                    guard follows else { throw Failure("\(error)", .unexpected) }
                    break
                }
                for entry in page.entries {
                    sequence = entry.sequence
                    // An event of another version has no span here.
                    guard let event = try? JSONDecoder().decode(Event.self, from: Data(entry.event.utf8)) else { continue }
                    spans += trace.take(event, at: Timestamp(milliseconds: entry.time))
                }
                if page.entries.isEmpty { spans += trace.settled() }
                if spans.count >= OTLPExporter.batch || page.entries.isEmpty {
                    count += spans.count
                    try await send(spans, trace)
                    spans = []
                }
            } while !page.entries.isEmpty
            let isLive = await feed.moment().isLive
            if !follows || trace.hasEnded || !isLive { return count }
        }
        return count
    }

    private func send(_ spans: [Span], _ trace: RunTrace) async throws {
        guard !spans.isEmpty, let identity = trace.identity, let run = trace.run else { return }
        do {
            try await exporter.send(spans, of: identity, run: run)
        } catch let error as OTLPError {
            throw Failure("\(error). Send again later: no span is there twice.", .unavailable)
        }
    }
}
