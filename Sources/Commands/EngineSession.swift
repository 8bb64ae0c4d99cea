import Agents
import ConfigurationFiles
import Engine
import Glibc
import Observability
import Orchestration

/// Carries a run on in this process: opens it, serves its control interface, prints what happens, and heeds signals.
struct EngineSession: Sendable {
    var surroundings: Surroundings
    var place: Place
    var choice: RunHost.Choice
    /// Where a detached session tells its starter how the start went; `nil` in the foreground.
    var starter: StartAnnouncement?

    private var console: Console { surroundings.console }
    private var isDetached: Bool { starter != nil }

    /// Returns what came of it, after the summary is printed.
    ///
    /// - Throws: whatever prevents the start; nothing has been spent then.
    func run() async throws -> CommandStatus {
        let signals = try Signals(isDetached ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP])
        // A detached session has no terminal whose end could concern it.
        if isDetached { signal(SIGHUP, SIG_IGN) }
        let request = try await request()
        let printer = ProgressPrinter(console: console)
        // The log has every line; a detached session's own output is kept short.
        let isQuiet = isDetached
        let output = LineQueue(console.write)
        let opening = Task { try await RunHost.open(request) { line in if !isQuiet { output.put(printer.text(of: line)) } } }
        let attention = SignalAttention(console: console, words: .run(in: place))
        let watch = Task { for await number in signals.numbers { await attention.heed(number) } }
        defer { watch.cancel() }
        await attention.whileOpening { opening.cancel() }
        let host: RunHost
        do {
            host = try await opening.value
        } catch {
            if let number = await attention.first {
                throw Failure("stopped by \(Signals.name(of: number)) before the run began", .suspended)
            }
            throw error
        }
        return try await carryOn(host, attention, output)
    }

    private func carryOn(_ host: RunHost, _ attention: SignalAttention, _ output: LineQueue) async throws -> CommandStatus {
        let service = try await serve(host)
        let header = RunHeader(
            run: await host.stateAtStart(), isResumed: host.isResumed, configuration: try place.folder.orchestratorConfiguration(),
            logFolder: host.log.folder, place: place, notices: host.notices)
        let lines = header.lines(isDetached: isDetached)
        for line in lines { output.put(line) }
        let running = Task { await host.run() }
        await attention.whileRunning { reason in await host.suspend(reason) }
        starter?.started(run: host.folder.id.name, lines: lines)
        let ending = await running.value
        await service.end()
        await output.drained()
        console.write(await EndingText(ending, place, surroundings, host.redactor).text)
        return CommandStatus(ending)
    }

    /// Returns once clients can connect.
    private func serve(_ host: RunHost) async throws -> ControlService {
        let console = console
        do {
            return try await ControlService.begin(host) { failure in
                console.warn("cco: the control interface has ended: \(failure). Status and pause do not reach the run; Ctrl-C does.")
            }
        } catch let failure as Failure {
            throw Failure("\(failure) The run waits: go on with cco resume\(place.options)", failure.status)
        }
    }

    private func request() async throws -> RunHost.Request {
        let contents = try place.folder.load(home: surroundings.home)
        for warning in contents.warnings { console.warn("cco: warning: \(warning)") }
        try OpenFiles.secure(workers: contents.configuration.configuration.workerCount)
        let search = ExecutableSearch(surroundings: surroundings)
        let shim = try search.shim()
        let claude = try await search.claude(contents.configuration.claudeExecutable)
        return RunHost.Request(
            configuration: place.folder, contents: contents, workspace: place.workspace, choice: choice,
            environment: surroundings.environment,
            shim: shim, claude: claude.path, version: CommandLineTool.version)
    }
}
