import ConfigurationFiles
import Engine
import FoundationEssentials
import JSON
import Processes
import TestSupport

/// The folder of a demo: a repository to work on, a configuration, and a home for the CLI that holds nothing of the person's.
struct DemoStage: Sendable {
    /// Absolute.
    let path: String
    /// Those of the run: the console is the person's, the environment is not.
    let surroundings: Surroundings
    let place: Place

    var origin: String { path + "/origin.git" }
    private var home: String { path + "/home" }
    private var configuration: String { path + "/config" }

    /// Makes the folder and the repository with its first commit.
    ///
    /// - Parameter directory: as the person named it; `nil` takes a new temporary folder.
    /// - Throws: `Failure`.
    static func make(directory: String?, surroundings: Surroundings) async throws -> DemoStage {
        let search = ExecutableSearch(surroundings: surroundings)
        for tool in ["git", "make", "awk"] where search.find(tool) == nil {
            throw Failure(
                "the demo needs \(tool), which is not on PATH. Run scripts/setup, or install it with the system's package tool.",
                .unavailable)
        }
        let stage = DemoStage(path: try folder(directory, surroundings), person: surroundings)
        for folder in [stage.home, stage.home + "/tmp", stage.configuration] { try makeFolder(folder) }
        try await stage.seedOrigin()
        return stage
    }

    private init(path: String, person: Surroundings) {
        self.path = path
        var environment = [
            "HOME": path + "/home", "TMPDIR": path + "/home/tmp", "CLAUDE_CONFIG_DIR": path + "/home/.claude", "GIT_CONFIG_NOSYSTEM": "1",
        ]
        for (name, value) in person.environment
        where ["PATH", "LANG", "TERM", "TZ", "USER", "LOGNAME"].contains(name) || name.hasPrefix("LC_") {
            environment[name] = value
        }
        surroundings = Surroundings(
            environment: environment, currentFolder: person.currentFolder, console: person.console, executable: person.executable)
        place = Place(config: path + "/config", workspace: nil, surroundings: surroundings)
    }

    private static func folder(_ directory: String?, _ surroundings: Surroundings) throws -> String {
        guard let directory else { return try TemporaryFolder("demo", environment: surroundings.environment).path }
        let path = ConfigurationPath.resolve(directory, relativeTo: surroundings.currentFolder, home: surroundings.home)
        if FolderRemoval.exists(path), try !FolderListing.names(in: path).isEmpty {
            throw Failure("\(path) is not empty. Name a new or empty folder with --directory. Nothing was changed.", .cannotCreate)
        }
        try makeFolder(path)
        return path
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure("the folder \(path) cannot be made: \(error)", .cannotCreate)
        }
    }

    /// The CLI to use, by its absolute path.
    ///
    /// - Throws: `Failure` that says how to get it.
    static func findClaude(_ given: String?, _ surroundings: Surroundings) throws -> String {
        let search = ExecutableSearch(surroundings: surroundings)
        if let given {
            guard let path = search.find(given) else { throw Failure("there is no executable \(given).", .unavailable) }
            return path
        }
        // Its absence is no error as long as there is another one on PATH.
        if let pinned = try? RealCLI.locate(environment: surroundings.environment) { return pinned.path }
        guard let path = search.find("claude") else {
            throw Failure(
                "the Claude Code CLI is not there, neither from scripts/setup nor on PATH. Run scripts/setup in cco's source folder, install it "
                    + "(https://code.claude.com), or name one with --claude. The demo needs the program, but no account.", .unavailable)
        }
        return path
    }

    private func seedOrigin() async throws {
        let seed = path + "/seed"
        try await git(["init", "-q", "--bare", "-b", "main", origin], in: path)
        try await git(["init", "-q", "-b", "main", seed], in: path)
        for file in DemoProject.plan.seedFiles { _ = try PrivateFile.create("\(seed)/\(file.path)", with: file.text) }
        try await git(["add", "-A"], in: seed)
        try await git(["-c", "user.name=You", "-c", "user.email=you@localhost", "commit", "-q", "-m", "Say what is to be built"], in: seed)
        try await git(["push", "-q", origin, "main"], in: seed)
        try await FolderRemoval.remove(seed)
    }

    /// Writes both configuration files.
    ///
    /// - Throws: `Failure`.
    func writeConfiguration(api: String, claude: String, keepsWorktrees: Bool) throws {
        let orchestrator: JSON.JSONValue = [
            "repositoryUrl": .string(origin), "workerCount": .integer(Int64(DemoProject.workerCount)),
            "engineerManagerGroupSize": .integer(Int64(DemoProject.groupSize)), "authMode": "api-keys-only",
            "claudeExecutable": .string(claude),
            "verifyCommand": .string(DemoProject.verifyCommand), "maxRunDurationMinutes": 15, "keepWorktrees": .bool(keepsWorktrees),
        ]
        let keys: JSON.JSONValue = [["name": "scripted-model", "apiKey": "sk-demo-not-a-key", "baseUrl": .string(api)]]
        try PrivateFile.replace(place.folder.orchestratorFile, with: try orchestrator.text() + "\n")
        try PrivateFile.replace(place.folder.apiKeysFile, with: try keys.text() + "\n")
    }

    /// Takes away what only the CLI needed.
    func removeSessions() async throws { try await FolderRemoval.remove(home) }

    /// Runs git and returns what it prints.
    ///
    /// - Throws: `Failure` with git's words.
    @discardableResult
    func git(_ arguments: [String], in folder: String) async throws -> String {
        let result = try await command("git", arguments, in: folder)
        guard result.succeeded else { throw Failure("git \(arguments.joined(separator: " ")) failed: \(result.errorText)", .unexpected) }
        return result.outputText
    }

    /// Runs a command in the demo's environment, with its errors in its output.
    func command(_ name: String, _ arguments: [String], in folder: String) async throws -> ChildCommandResult {
        try await ChildCommand(name, arguments, environment: surroundings.environment, workingDirectory: folder).run()
    }
}
