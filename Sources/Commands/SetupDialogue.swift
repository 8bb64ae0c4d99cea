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
        var draft = try await askRepository()
        draft.branch = try await ask("Base branch", default: "main", check: { _ in nil })
        draft.workerCount = try await askWorkers()
        let keys = try await askCredentials(&draft)
        let gate = try await ask(
            "Command that verifies the work, such as \"make test\" (empty: the Director proposes one)", default: "", check: { _ in nil })
        if !gate.isEmpty { draft.verifyCommand = gate }
        let direction = try await askDirection()
        let writer = ConfigurationWriter(target)
        try writer.write(draft)
        if !keys.isEmpty { try writer.write(keys) }
        if !direction.isEmpty { _ = try PrivateFile.create("\(target.path)/\(IntegrationRules.directionFile)", with: direction) }
        console.write("\nSaved in \(target.path). The next time: cco start --config \(ConfigurationPath.shellWord(target.givenPath))\n")
        return target.givenPath
    }

    private func askFolder() async throws -> ConfigurationFolder {
        let surroundings = surroundings
        func named(_ path: String) -> ConfigurationFolder {
            ConfigurationFolder(path, currentFolder: surroundings.currentFolder, home: surroundings.home)
        }
        let path = try await ask("Folder for the configuration", default: folder.givenPath) { answer in
            FolderRemoval.exists(named(answer).orchestratorFile) ? "There is an orchestrator.json already." : nil
        }
        return named(path)
    }

    private func askRepository() async throws -> ConfigurationWriter.Draft {
        let url = try await ask("Git repository (URL, or a path that begins with / ~/ ./ or ../)", default: nil) { answer in
            Self.objection { () throws(ConfigurationError) in _ = try OrchestratorConfiguration(repositoryUrl: answer, workerCount: 1) }
        }
        // A relative path was meant from here; in the file it would count from the configuration folder.
        let isRelative = url == "." || url == ".." || url.hasPrefix("./") || url.hasPrefix("../")
        let written = isRelative ? ConfigurationPath.resolve(url, relativeTo: surroundings.currentFolder, home: surroundings.home) : url
        return ConfigurationWriter.Draft(repositoryUrl: written, workerCount: 1)
    }

    private func askWorkers() async throws -> Int {
        let text = try await ask("Workers (1-\(OrchestratorConfiguration.workerLimit))", default: "2") { answer in
            Int(answer).map { (1...OrchestratorConfiguration.workerLimit).contains($0) } == true
                ? nil : "A number from 1 to \(OrchestratorConfiguration.workerLimit)."
        }
        return Int(text) ?? 2
    }

    private func askCredentials(_ draft: inout ConfigurationWriter.Draft) async throws -> [(name: String, apiKey: Secret)] {
        let hasLogin = CredentialPool.hasLogin(surroundings.environment)
        console.write(hasLogin ? "The Claude Code CLI has a login: agents can use it." : "The Claude Code CLI has no login here.")
        let modes = OrchestratorConfiguration.AuthMode.allCases.map(\.rawValue)
        let mode = try await ask("Credentials (\(modes.joined(separator: ", ")))", default: hasLogin ? "oauth" : "api-keys-only") {
            answer in
            modes.contains(answer) ? nil : "One of \(modes.joined(separator: ", "))."
        }
        draft.authMode = OrchestratorConfiguration.AuthMode(rawValue: mode)
        if mode == "oauth" && hasLogin { return [] }
        if mode == "oauth" {
            console.write(
                "Log in before the run: start `claude` once in another terminal. Keys that you give now are used when the login is limited."
            )
        }
        var keys: [(name: String, apiKey: Secret)] = []
        while true {
            console.ask("API key \(keys.count + 1) (not shown; empty: no more): ")
            guard let key = await console.readSecret() else { throw Self.ended }
            if key.isEmpty {
                guard keys.isEmpty, mode == "api-keys-only" else { return keys }
                console.write("At least one key is needed with api-keys-only.")
                continue
            }
            keys.append((name: "key-\(keys.count + 1)", apiKey: Secret(key)))
        }
    }

    private func askDirection() async throws -> String {
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
            let typed = line.drop(while: \.isWhitespace)
            let answer = typed.lastIndex { !$0.isWhitespace }.map { String(typed[...$0]) } ?? ""
            guard !answer.isEmpty || fallback != nil else {
                console.write("An answer is needed.")
                continue
            }
            let chosen = answer.isEmpty ? fallback ?? "" : answer
            guard let objection = check(chosen) else { return chosen }
            console.write(objection)
        }
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
