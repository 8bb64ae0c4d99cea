import ArgumentParser
import ConfigurationFiles
import Engine
import Glibc
import Observability
import Orchestration

/// `cco merge`
struct Merge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Merge branches through the gate: many together, bad ones found and left out.",
        discussion: """
            For branches from elsewhere, by hand or by other agents. Each is merged in memory, the gate runs on the exact result, and what passes
            is pushed to the target branch, never by force. Branches that do not merge, or with which the gate fails, are named with what to
            look at; the others land. Killed and called again, it goes on with what has not landed. `cco queue` shows how it stands meanwhile.
            What is not named comes from --config or, without --repository, from the configuration in the current folder
            (./orchestrator.json, else ./cco-config). No configuration is needed. Exit code 0: all have landed; 18: some were sent back.

            EXAMPLES:
              cco merge --target main --verify 'make test' feature-a feature-b
              cco merge --repository https://github.com/me/shop.git --target main --verify 'npm test' --dry-run fix-1 fix-2
            """)

    @Option(help: ArgumentHelp("The branch that gets the others.", valueName: "branch"))
    var target: String

    @Argument(help: "The branches to merge, the most wanted first.")
    var branches: [String]

    @Option(
        help: ArgumentHelp(
            "The repository: a URL or a path. (default: the one of the configuration, else the one that the current folder is in)",
            valueName: "repository"))
    var repository: String?

    @Option(
        help: ArgumentHelp(
            "The command that has to succeed on what is merged. (default: verifyCommand of the configuration)", valueName: "command"))
    var verify: String?

    @Flag(help: "Merge without verifying anything.")
    var ungated = false

    @Option(
        help: ArgumentHelp(
            "Minutes after which the command counts as failed. (default: verifyTimeoutMinutes of the configuration, else 30)",
            valueName: "minutes"))
    var timeout: Int?

    @Option(help: ArgumentHelp("How many gates may run at once. (default: what half of the machine carries)", valueName: "number"))
    var slots: Int?

    @Flag(inversion: .prefixedNo, help: "Push the result to the repository.")
    var push = true

    @Flag(help: "Merge and verify, but change nothing in the repository.")
    var dryRun = false

    @Flag(help: "Print the outcome as JSON; what happens goes to the error output.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "A configuration folder to take the repository, the command and all that it runs with from. (default: none with --repository, "
                + "else the current folder if it has an orchestrator.json, else ./cco-config if there is one)", valueName: "dir"))
    var config: String?

    @Option(help: ArgumentHelp("Where cco keeps its repository and logs meanwhile. (default: in the user's cache)", valueName: "dir"))
    var workspace: String?

    func validate() throws {
        if branches.isEmpty { throw ValidationError("Name the branches to merge.") }
        let minutes = 1...OrchestratorConfiguration.longestMinutes
        if let timeout, !minutes.contains(timeout) {
            throw ValidationError("--timeout takes minutes from \(minutes.lowerBound) to \(minutes.upperBound), not \(timeout).")
        }
        if let slots, slots < 1 { throw ValidationError("--slots is at least 1.") }
        if verify != nil, ungated { throw ValidationError("--verify and --ungated exclude each other.") }
        try GateCommand.check(verify, of: "--verify", otherwise: "leave the option out, or say --ungated")
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let merge = try merge(surroundings)
        let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        let printer = ProgressPrinter(console: surroundings.console)
        let console = surroundings.console
        let output = LineQueue(json ? console.warn : console.write)
        let attention = SignalAttention(console: console, words: .merge)
        let watch = Task { for await number in signals.numbers { await attention.heed(number) } }
        defer { watch.cancel() }
        let host = try await open(merge, attention) { output.put(printer.text(of: $0)) }
        for notice in host.notices { console.warn("cco: \(notice)") }
        let service = await serve(host, console)
        let running = Task { await host.run() }
        await attention.whileRunning { reason in await host.suspend(reason) }
        let ending = await running.value
        await output.drained()
        do {
            try await tell(ending, of: host, console)
        } catch {
            await service?.end()
            throw error
        }
        // Until here whoever asks how it stands is answered, so that nobody finds neither the run nor what came of it.
        await service?.end()
        let status = MergeOutcome(ending, of: host, isDryRun: dryRun).status(CommandStatus(ending))
        if status != .ok { throw status }
    }

    /// A repository may take long to answer; a signal that comes meanwhile gives up.
    private func open(
        _ merge: BranchMerge, _ attention: SignalAttention, progress: @escaping @Sendable (EventLine) -> Void
    ) async throws -> RunHost {
        let opening = Task { try await merge.open(progress: progress) }
        await attention.whileOpening { opening.cancel() }
        do {
            return try await opening.value
        } catch {
            if let number = await attention.first {
                throw Failure("stopped by \(Signals.name(of: number)) before anything was merged", .suspended)
            }
            guard case WorkspaceError.held(let path, let holder) = error else { throw error }
            let option = "--workspace \(ConfigurationPath.shellWord(path))"
            throw Failure(
                "\(path) is in use by \(holder). `cco queue \(option)` shows what it does, `cco pause \(option)` stops it.", .held)
        }
    }

    /// Says what came of it, and leaves that where `cco queue` finds it.
    private func tell(_ ending: RunEnding, of host: RunHost, _ console: Console) async throws {
        let outcome = MergeOutcome(ending, of: host, isDryRun: dryRun)
        console.write(json ? try JSONText.of(outcome.document) : outcome.lines(Style(isOn: console.hasColour)).joined(separator: "\n"))
        if let fault = ending.journalFault {
            throw Failure(
                "the journal failed: \(fault) What has landed stays; the same command goes on with the rest.", CommandStatus(ending))
        }
        guard ending.run.isEnded else { return }
        do {
            try MergeRecord(outcome).redacted(by: host.redactor).write(in: host.folder.workspace)
        } catch {
            console.warn("cco: what came of it is not kept for cco queue: \(Failure(error))")
        }
        guard push || dryRun else { return }
        do {
            try await BranchMerge.remove(host.folder)
        } catch {
            console.warn("cco: the merge is over, and what it needed stays: \(Failure(error))")
        }
    }

    /// Branches are merged also where nobody can ask how that stands.
    private func serve(_ host: RunHost, _ console: Console) async -> ControlService? {
        // Why there is none was said when it failed.
        try? await ControlService.begin(host) { failure in
            console.warn("cco: the control interface has ended: \(failure). cco queue and cco pause do not reach the merge; Ctrl-C does.")
        }
    }

    private func merge(_ surroundings: Surroundings) throws -> BranchMerge {
        let order = try order(surroundings)
        return BranchMerge(
            order: order, workspace: try workspace(surroundings, repository: order.repository), ownsWorkspace: workspace == nil,
            environment: surroundings.environment,
            shim: try ExecutableSearch(surroundings: surroundings).shim(), version: CommandLineTool.version)
    }

    /// What is merged and how: as the options say, and for the rest as the configuration does.
    ///
    /// - Throws: `Failure` when nothing would verify the result; what reading the configuration meets.
    func order(_ surroundings: Surroundings) throws -> BranchMerge.Order {
        let place = Place(config: config, workspace: nil, surroundings: surroundings)
        // Whoever names a repository means that one; the configuration that happens to be here may be about another.
        let isConfigured = config != nil || repository == nil && place.isConfigured
        let contents = try isConfigured ? place.folder.load(home: surroundings.home) : nil
        let configuration = contents?.configuration.configuration
        let command = verify ?? configuration?.verifyCommand
        if command == nil, !ungated {
            throw Failure("nothing would verify the result: name a command with --verify, or say --ungated", .usage)
        }
        var order = BranchMerge.Order(
            repository: repository ?? contents?.configuration.repository.argument
                ?? SurroundingRepository.name(from: surroundings.currentFolder),
            currentFolder: surroundings.currentFolder,
            target: target, branches: branches, verifyCommand: ungated ? nil : command,
            verifyTimeoutMinutes: timeout ?? configuration?.verifyTimeoutMinutes ?? 30, gateSlots: slots ?? configuration?.gateSlots,
            push: push && !dryRun)
        // A rehearsal promises nothing that the repository would refuse.
        order.needsPush = push
        order.isRehearsal = dryRun
        if let contents { try order.take(contents, in: place.folder, environment: surroundings.environment) }
        return order
    }

    private func workspace(_ surroundings: Surroundings, repository: String) throws -> Workspace {
        if let workspace {
            return Workspace(path: ConfigurationPath.resolve(workspace, relativeTo: surroundings.currentFolder, home: surroundings.home))
        }
        return try MergePlaces(surroundings).workspace(of: repository, target: target)
    }
}
