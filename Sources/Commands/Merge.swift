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
            look at; the others land. Killed and called again, it goes on with what has not landed.
            Exit code 0: all have landed; 18: some were sent back.

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
            "The repository: a URL or a path. (default: the one of --config, else the current folder)", valueName: "repository"))
    var repository: String?

    @Option(
        help: ArgumentHelp("The command that has to succeed on what is merged. (default: verifyCommand of --config)", valueName: "command"))
    var verify: String?

    @Flag(help: "Merge without verifying anything.")
    var ungated = false

    @Option(
        help: ArgumentHelp(
            "Minutes after which the command counts as failed. (default: verifyTimeoutMinutes of --config, else 30)", valueName: "minutes"))
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
        help: ArgumentHelp("A configuration folder to take the repository, the command and all that it runs with from.", valueName: "dir"))
    var config: String?

    @Option(help: ArgumentHelp("Where cco keeps its repository and logs meanwhile. (default: in the user's cache)", valueName: "dir"))
    var workspace: String?

    func validate() throws {
        if branches.isEmpty { throw ValidationError("Name the branches to merge.") }
        if let timeout, timeout < 1 { throw ValidationError("--timeout is in minutes, at least 1.") }
        if let slots, slots < 1 { throw ValidationError("--slots is at least 1.") }
        if verify != nil, ungated { throw ValidationError("--verify and --ungated exclude each other.") }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let merge = try merge(surroundings)
        let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        let printer = ProgressPrinter(console: surroundings.console)
        let isJSON = json
        let console = surroundings.console
        let host = try await merge.open { line in
            if isJSON { console.warn(printer.text(of: line)) } else { printer.print(line) }
        }
        let watch = Task {
            for await number in signals.numbers { await host.suspend(Signals.name(of: number)) }
        }
        let ending = await host.run()
        watch.cancel()
        if let fault = ending.journalFault { throw Failure("the journal failed: \(fault)", .unexpected) }
        let outcome = MergeOutcome(run: ending.run, hub: host.folder.hub, logFolder: ending.logFolder, isDryRun: dryRun)
        console.write(json ? try JSONText.of(outcome.document) : outcome.lines(Style(isOn: console.hasColour)).joined(separator: "\n"))
        if ending.run.isEnded, push || dryRun { try BranchMerge.remove(host.folder) }
        let status = outcome.status(CommandStatus(ending))
        if status != .ok { throw status }
    }

    private func merge(_ surroundings: Surroundings) throws -> BranchMerge {
        var repository = repository
        var command = verify
        var slots = slots
        var minutes = timeout
        var contents: ConfigurationFolder.Contents?
        let place = Place(config: config, workspace: nil, surroundings: surroundings)
        if config != nil {
            let loaded = try place.folder.load(home: surroundings.home)
            let configuration = loaded.configuration
            repository = repository ?? configuration.repository.argument
            command = command ?? configuration.configuration.verifyCommand
            slots = slots ?? configuration.configuration.gateSlots
            minutes = minutes ?? configuration.configuration.verifyTimeoutMinutes
            contents = loaded
        }
        if command == nil, !ungated {
            throw Failure("nothing would verify the result: name a command with --verify, or say --ungated", .usage)
        }
        let name = repository ?? "."
        var order = BranchMerge.Order(
            repository: name, currentFolder: surroundings.currentFolder, target: target, branches: branches,
            verifyCommand: ungated ? nil : command, verifyTimeoutMinutes: minutes ?? 30, gateSlots: slots, push: push && !dryRun)
        if let contents { try order.take(contents, in: place.folder, environment: surroundings.environment) }
        return BranchMerge(
            order: order, workspace: folder(surroundings, repository: name), environment: surroundings.environment,
            shim: try ExecutableSearch(surroundings: surroundings).shim(), version: CommandLineTool.version)
    }

    /// One for each repository and target, so that two that have nothing to do with each other do not wait for each other.
    private func folder(_ surroundings: Surroundings, repository: String) -> Workspace {
        if let workspace {
            return Workspace(path: ConfigurationPath.resolve(workspace, relativeTo: surroundings.currentFolder, home: surroundings.home))
        }
        let cache =
            surroundings.environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? (surroundings.home ?? "/tmp") + "/.cache"
        let digest = Workspace(path: "\(surroundings.currentFolder)\n\(repository)\n\(target)").digest
        return Workspace(path: "\(cache)/cco/merge/\(digest)")
    }
}
