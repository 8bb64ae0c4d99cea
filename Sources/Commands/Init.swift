import Agents
import ArgumentParser
import ConfigurationFiles

/// `cco init`
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a configuration folder.",
        discussion: """
            A configuration and prompts that are there stay as they are. --prompts adds the built-in prompts for editing; --schemas writes
            the JSON Schemas of both files, in place of earlier ones.

            EXAMPLES:
              cco init ./my-config --repository https://github.com/me/project.git --workers 4
              cco init ./my-config --repository ./project --workers 2 --verify-command "make test"
              cco init ./my-config --prompts
              cco init --schemas ./schemas
            """)

    @Argument(help: "The folder. (default: ./cco-config)", completion: .directory)
    var dir: String?

    @Option(help: ArgumentHelp("The same as the argument.", valueName: "dir", visibility: .hidden), completion: .directory)
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The git repository: a URL, user@host:path, or a path that begins with / ~/ ./ or ../ (from the current folder).",
            valueName: "url"))
    var repository: String?

    @Option(help: ArgumentHelp("Worker instances.", valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Base branch. (default: main)", valueName: "name"))
    var branch: String?

    @Option(help: ArgumentHelp("oauth, api-keys-first or api-keys-only. (default: oauth)", valueName: "mode"))
    var authMode: OrchestratorConfiguration.AuthMode?

    @Option(help: ArgumentHelp("Claude model.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Most workers per Engineering Manager. (default: 4)", valueName: "count"))
    var groupSize: Int?

    @Option(help: ArgumentHelp("Longest duration of a run, in minutes. (default: 120)", valueName: "minutes"))
    var maxRunDuration: Int?

    @Option(help: ArgumentHelp("The gate: a command that has to succeed before anything is published.", valueName: "command"))
    var verifyCommand: String?

    @Flag(help: "Write the built-in prompts to <dir>/prompts, for editing. Files that are there stay as they are.")
    var prompts = false

    @Option(
        help: ArgumentHelp(
            "Write the JSON Schemas of orchestrator.json and api-keys.json into this folder, in place of earlier ones.", valueName: "dir"),
        completion: .directory)
    var schemas: String?

    func validate() throws {
        if repository == nil && !prompts && schemas == nil {
            throw ValidationError("say what to write: --repository URL --workers N, --prompts or --schemas DIR.")
        }
        if (repository == nil) != (workers == nil) { throw ValidationError("--repository and --workers belong together.") }
        if dir != nil && config != nil { throw ValidationError("name the folder once.") }
        try GateCommand.check(verifyCommand, of: "--verify-command", otherwise: "or leave the option out: the Director then proposes one")
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let folder = ConfigurationFolder(
            dir ?? config ?? Place.defaultFolder, currentFolder: surroundings.currentFolder, home: surroundings.home)
        if let repository, let workers {
            var draft = ConfigurationWriter.Draft(
                repositoryUrl: RepositoryLocation.written(repository, namedIn: surroundings.currentFolder), workerCount: workers)
            draft.branch = branch
            draft.authMode = authMode
            draft.model = model
            draft.engineerManagerGroupSize = groupSize
            draft.maxRunDurationMinutes = maxRunDuration
            draft.verifyCommand = verifyCommand
            try ConfigurationWriter(folder).write(draft)
            surroundings.console.write("Wrote \(folder.orchestratorFile)")
            surroundings.console.write("Check it: cco doctor --config \(ConfigurationPath.shellWord(folder.givenPath))")
        }
        if prompts { try writePrompts(to: folder.promptsFolder, surroundings.console) }
        if let schemas {
            let path = ConfigurationPath.resolve(schemas, relativeTo: surroundings.currentFolder, home: surroundings.home)
            for (name, text) in [("orchestrator.schema.json", JSONSchema.orchestrator()), ("api-keys.schema.json", JSONSchema.apiKeys())] {
                try PrivateFile.replace("\(path)/\(name)", with: text)
                surroundings.console.write("Wrote \(path)/\(name)")
            }
        }
    }

    private func writePrompts(to path: String, _ console: Console) throws {
        let library = try PromptLibrary()
        for name in PromptLibrary.names {
            guard let text = library.text(of: name) else { continue }
            if try PrivateFile.create("\(path)/\(name)", with: text) {
                console.write("Wrote \(path)/\(name)")
            } else {
                console.write("Left \(path)/\(name) as it is")
            }
        }
    }
}

extension OrchestratorConfiguration.AuthMode: ExpressibleByArgument {}
