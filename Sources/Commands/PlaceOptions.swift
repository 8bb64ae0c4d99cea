import ArgumentParser
import ConfigurationFiles
import Engine
import Glibc
import Observability

/// Which run a command is about. Shared by every command that works on one.
struct PlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration folder, which holds orchestrator.json. (default: the current folder if it has one, else ./cco-config)",
            valueName: "dir"),
        completion: .directory)
    var config: String?

    @Option(
        help: ArgumentHelp("Where cco keeps the run's repositories and state. (default: <config>/workspace)", valueName: "dir"),
        completion: .directory)
    var workspace: String?

    /// The places as the person named them.
    func place(_ surroundings: Surroundings = .current) -> Place {
        Place(config: config, workspace: workspace, surroundings: surroundings)
    }
}

/// A configuration folder and the workspace that belongs to it.
struct Place: Sendable, Equatable {
    /// The folder that is looked for, and offered by the dialogue, when none is named.
    static let defaultFolder = "cco-config"

    var folder: ConfigurationFolder
    var workspace: Workspace
    /// The options that named this place, for another process.
    var arguments: [String]

    init(config: String?, workspace: String?, surroundings: Surroundings) {
        let current = surroundings.currentFolder
        let hasFile = access(current + "/" + OrchestratorConfiguration.fileName, F_OK) == 0
        folder = ConfigurationFolder(config ?? (hasFile ? "." : Self.defaultFolder), currentFolder: current, home: surroundings.home)
        let given = workspace.map { ConfigurationPath.resolve($0, relativeTo: current, home: surroundings.home) }
        self.workspace = Workspace(path: given ?? folder.path + "/workspace")
        arguments = (config.map { ["--config", $0] } ?? []) + (workspace.map { ["--workspace", $0] } ?? [])
    }

    /// The same for messages: ` --config ./x`.
    var options: String { arguments.reduce("") { "\($0) \(ConfigurationPath.shellWord($1))" } }

    /// Whether there is a configuration to read.
    var isConfigured: Bool { access(folder.orchestratorFile, F_OK) == 0 }

    /// What keeps the configuration's secrets out of what is shown. Made anew each time: keys may change while a view is open. Who
    /// asks often has a ``KeptRedactor``.
    ///
    /// - Throws: `ConfigurationError` or the system's error when they cannot all be known; then nothing may be shown.
    func redactor(_ surroundings: Surroundings) throws -> Redactor {
        try Redactor(folder, home: surroundings.home, environment: surroundings.environment)
    }

    /// The folder with the logs of all runs.
    ///
    /// - Throws: `ConfigurationError` when `orchestrator.json` cannot be read.
    func logDirectory(_ surroundings: Surroundings) throws -> String {
        let configuration = try folder.orchestratorConfiguration()
        return configuration.logDirectory.map { ConfigurationPath.resolve($0, relativeTo: folder.path, home: surroundings.home) }
            ?? folder.path
    }
}
