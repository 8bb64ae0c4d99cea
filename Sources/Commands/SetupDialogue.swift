import ConfigurationFiles
import Engine
import Merging

/// Asks a person for what a first run needs, and writes a configuration folder from the answers.
struct SetupDialogue: Sendable {
    var surroundings: Surroundings
    /// The folder that is offered.
    var folder: ConfigurationFolder

    private var console: Console { surroundings.console }

    /// - Returns: the folder's path as it was answered.
    /// - Throws: `Failure` when the person stops answering, `ConfigurationError` when the files cannot be written.
    func run() async throws -> String {
        console.write("There is no configuration yet. A few questions, then the run starts. Enter takes what stands in [brackets].\n")
        let target = try await askFolder()
        let writer = ConfigurationWriter(target)
        var draft = try await askRepository()
        draft.branch = try await ask("Base branch", default: "main") { [draft] answer in
            var answered = draft
            answered.branch = answer
            return Self.objection(to: answered, writer)
        }
        draft.workerCount = try await askWorkers()
        let keys = try await askCredentials(&draft, target, writer)
        let gate = try await ask(
            "Command that verifies the work, such as \"make test\" (empty: the Director proposes one)", default: ""
        ) { [draft] answer in
            if answer.isEmpty { return nil }
            var answered = draft
            answered.verifyCommand = answer
            return Self.objection(to: answered, writer)
        }
        if !gate.isEmpty { draft.verifyCommand = gate }
        let directionFile = "\(target.path)/\(IntegrationRules.directionFile)"
        let direction = try await askDirection(directionFile)
        if !keys.isEmpty { try writer.write(keys) }
        if !direction.isEmpty { _ = try PrivateFile.create(directionFile, with: direction) }
        // The last one: as long as it is not there, the next start asks again.
        try writer.write(draft)
        console.write("\nSaved in \(target.path). The next time: cco start --config \(ConfigurationPath.shellWord(target.givenPath))\n")
        return target.givenPath
    }

    private func askFolder() async throws -> ConfigurationFolder {
        let surroundings = surroundings
        func named(_ path: String) -> ConfigurationFolder {
            ConfigurationFolder(path, currentFolder: surroundings.currentFolder, home: surroundings.home)
        }
        let path = try await ask("Folder for the configuration", default: folder.givenPath) { answer in
            let chosen = named(answer)
            if FolderRemoval.exists(chosen.orchestratorFile) { return "There is an orchestrator.json already." }
            // Keys that are there are used, so they have to be sound.
            return Self.objection { () throws(ConfigurationError) in _ = try Self.presentKeys(chosen) }
        }
        return named(path)
    }

    private func askRepository() async throws -> ConfigurationWriter.Draft {
        let currentFolder = surroundings.currentFolder
        let answer = try await ask("Git repository (URL, or a path that begins with / ~/ ./ or ../)", default: nil) { answer in
            let url = RepositoryLocation.written(answer, namedIn: currentFolder)
            return Self.objection { () throws(ConfigurationError) in _ = try OrchestratorConfiguration(repositoryUrl: url, workerCount: 1) }
        }
        return ConfigurationWriter.Draft(repositoryUrl: RepositoryLocation.written(answer, namedIn: currentFolder), workerCount: 1)
    }

    private func askWorkers() async throws -> Int {
        let text = try await ask("Workers (1-\(OrchestratorConfiguration.workerLimit))", default: "2") { answer in
            Int(answer).map { (1...OrchestratorConfiguration.workerLimit).contains($0) } == true
                ? nil : "A number from 1 to \(OrchestratorConfiguration.workerLimit)."
        }
        return Int(text) ?? 2
    }

    /// - Returns: the keys that are to be written.
    private func askCredentials(
        _ draft: inout ConfigurationWriter.Draft, _ target: ConfigurationFolder, _ writer: ConfigurationWriter
    ) async throws -> [(name: String, apiKey: Secret)] {
        let present = try Self.presentKeys(target)
        let hasLogin = CredentialPool.hasLogin(surroundings.environment)
        console.write(hasLogin ? "The Claude Code CLI has a login: agents can use it." : "The Claude Code CLI has no login here.")
        let modes = OrchestratorConfiguration.AuthMode.allCases.map(\.rawValue)
        let mode = try await ask("Credentials (\(modes.joined(separator: ", ")))", default: hasLogin ? "oauth" : "api-keys-only") {
            answer in
            guard modes.contains(answer) else { return "One of \(modes.joined(separator: ", "))." }
            guard answer == "api-keys-only", let present, present.keys.isEmpty else { return nil }
            return "There is no key in \(target.apiKeysFile)."
        }
        draft.authMode = OrchestratorConfiguration.AuthMode(rawValue: mode)
        if present != nil {
            console.write("The keys in \(target.apiKeysFile) stay as they are.")
            return []
        }
        if mode == "oauth" && hasLogin { return [] }
        if mode == "oauth" {
            console.write(
                "Log in before the run: start `claude` once in another terminal. Keys that you give now are used when the login is limited."
            )
        }
        return try await askKeys(writer, isOneNeeded: mode == "api-keys-only")
    }

    private func askKeys(_ writer: ConfigurationWriter, isOneNeeded: Bool) async throws -> [(name: String, apiKey: Secret)] {
        var keys: [(name: String, apiKey: Secret)] = []
        while true {
            console.ask("API key \(keys.count + 1) (not shown; empty: no more): ")
            guard let line = await console.readSecret() else { throw Self.ended }
            let key = Self.trimmed(line)
            if key.isEmpty {
                guard keys.isEmpty, isOneNeeded else { return keys }
                console.write("At least one key is needed with api-keys-only.")
                continue
            }
            let more = keys + [(name: "key-\(keys.count + 1)", apiKey: Secret(key))]
            let objection = Self.objection { () throws(ConfigurationError) in try writer.check(more) }
            if let objection { console.write(objection) } else { keys = more }
        }
    }

    /// The keys that the folder has already; `nil` when it has no file of keys.
    private static func presentKeys(_ folder: ConfigurationFolder) throws(ConfigurationError) -> APIKeysFile? {
        try APIKeysFile.load(path: folder.apiKeysFile, file: folder.apiKeysFile)
    }

    /// - Parameter file: where the goals go; what is there already stays, and nothing is asked.
    private func askDirection(_ file: String) async throws -> String {
        if FolderRemoval.exists(file) {
            console.write("The goals in \(file) stay as they are.")
            return ""
        }
        console.write(
            "\nWhat is to be built? These goals are used when the repository has no \(IntegrationRules.directionFile) of its own.\n"
                + "End with a line that holds only a dot; a dot at once leaves it to the repository.")
        var lines: [String] = []
        while true {
            console.ask("> ")
            guard let line = await console.readLine() else { throw Self.ended }
            if line == "." { break }
            lines.append(line)
        }
        return lines.allSatisfy { $0.allSatisfy(\.isWhitespace) } ? "" : lines.joined(separator: "\n") + "\n"
    }

    /// Asks until the answer has no objection.
    private func ask(_ question: String, default fallback: String?, check: (String) -> String?) async throws -> String {
        while true {
            console.ask(question + (fallback.map { $0.isEmpty ? "" : " [\($0)]" } ?? "") + ": ")
            guard let line = await console.readLine() else { throw Self.ended }
            let answer = Self.trimmed(line)
            guard !answer.isEmpty || fallback != nil else {
                console.write("An answer is needed.")
                continue
            }
            let chosen = answer.isEmpty ? fallback ?? "" : answer
            guard let objection = check(chosen) else { return chosen }
            console.write(objection)
        }
    }

    private static func trimmed(_ line: String) -> String {
        let typed = line.drop(while: \.isWhitespace)
        return typed.lastIndex { !$0.isWhitespace }.map { String(typed[...$0]) } ?? ""
    }

    private static func objection(to draft: ConfigurationWriter.Draft, _ writer: ConfigurationWriter) -> String? {
        objection { () throws(ConfigurationError) in try writer.check(draft) }
    }

    private static func objection(_ body: () throws(ConfigurationError) -> Void) -> String? {
        do throws(ConfigurationError) {
            try body()
            return nil
        } catch {
            return error.problems.map { [$0.message, $0.suggestion].compactMap { $0 }.joined(separator: "; ") }.joined(separator: "\n")
        }
    }

    private static let ended = Failure("the questions were not answered to the end; nothing was written", .usage)
}
