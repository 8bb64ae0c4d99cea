import ArgumentParser
import ControlAPI
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

                OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_SERVICE_NAME
                and OTEL_RESOURCE_ATTRIBUTES are heeded, and those of the first four with _TRACES_ in their names. To https:// it sends by curl.

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
                exporter: OTLPExporter(
                    settings, version: CommandLineTool.version, secure: CurlDelivery(environment: surroundings.environment).send),
                follows: follow)
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
    let feed: any RunFeed
    let exporter: OTLPExporter
    let follows: Bool

    /// Returns how many spans were sent: all that there are, once the run has ended or no engine has it any more.
    ///
    /// - Throws: `Failure` when the collector does not take them or the journal cannot be read to its end.
    func run() async throws -> Int {
        var progress = Progress()
        for await _ in await feed.journalChanges() {
            // Asked before reading: what an engine wrote before it went is then in the journal.
            let isLive = await feed.moment().isLive
            do {
                try await catchUp(&progress)
            } catch let problem as ControlProblem {
                // While an engine comes or goes nobody can tell; the next wake finds out. Without an engine there may be none.
                guard follows, isLive else { throw Failure("\(problem)", .unexpected) }
                continue
            }
            if !follows || progress.trace.hasEnded || !isLive { return progress.count }
        }
        // Nothing wakes any more: what has come since the last wake is all there will be.
        do {
            try await catchUp(&progress)
        } catch let problem as ControlProblem {
            throw Failure("\(problem)", .unexpected)
        }
        return progress.count
    }

    private struct Progress {
        var trace = RunTrace()
        var run: String?
        var sequence: Int64 = 0
        /// Over, and not sent yet.
        var spans: [Span] = []
        var count = 0
    }

    /// Reads to the journal's end and sends what is over.
    ///
    /// - Throws: `ControlProblem` when it could not be read; what was read is kept. `Failure` when the collector does not take it.
    private func catchUp(_ progress: inout Progress) async throws {
        while true {
            let page = try await feed.journal(after: progress.sequence, limit: JournalPage.largest)
            if progress.run == nil { progress.run = page.run }
            guard page.run == progress.run else {
                throw Failure("another run has begun: \(page.run). Export that one by itself.", .unexpected)
            }
            for entry in page.entries {
                progress.sequence = entry.sequence
                // An event of another version has no span here.
                guard let event = try? JSONDecoder().decode(Event.self, from: Data(entry.event.utf8)) else { continue }
                progress.spans += progress.trace.take(event, at: Timestamp(milliseconds: entry.time))
            }
            if page.entries.isEmpty { progress.spans += progress.trace.settled() }
            if progress.spans.count >= OTLPExporter.batch || page.entries.isEmpty {
                try await send(progress.spans, progress.trace)
                progress.count += progress.spans.count
                progress.spans = []
            }
            if page.entries.isEmpty { return }
        }
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
