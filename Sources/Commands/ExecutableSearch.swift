import Agents
import ConfigurationFiles
import Glibc
import Processes

/// Finds the programs that a run needs, once, before anything is touched.
struct ExecutableSearch: Sendable {
    var surroundings: Surroundings

    /// The absolute path of an executable file with this name on `PATH`; a name with a slash is taken as a path.
    func find(_ name: String) -> String? {
        if name.contains("/") {
            let path = ConfigurationPath.resolve(name, relativeTo: surroundings.currentFolder, home: nil)
            return isExecutable(path) ? path : nil
        }
        // An empty entry would mean the current folder, in which a repository could plant a program.
        let folders = (surroundings.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return folders.filter { $0.hasPrefix("/") }.lazy.map { "\($0)/\(name)" }.first(where: isExecutable)
    }

    /// `cco-shim`: beside the cco executable, or in `../libexec/cco/`.
    ///
    /// - Throws: `Failure` when the installation is incomplete.
    func shim() throws -> String {
        let candidates = shimCandidates
        guard let path = candidates.first(where: isExecutable) else {
            throw Failure(
                "cco-shim, which belongs to cco, is not there. Looked for: \(candidates.joined(separator: ", ")). Install cco again.",
                .unavailable)
        }
        return path
    }

    var shimCandidates: [String] {
        let folder = surroundings.executable.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        return [folder + "/cco-shim", ConfigurationPath.normalized(folder + "/../libexec/cco/cco-shim")]
    }

    /// The Claude Code CLI, found and new enough.
    ///
    /// - Parameter name: `claudeExecutable` of the configuration.
    /// - Throws: `Failure` that says what to install.
    func claude(_ name: String) async throws -> (path: String, version: CLIVersion) {
        guard let path = find(name) else {
            throw Failure(
                "the Claude Code CLI is not there: no executable \"\(name)\"\(name.contains("/") ? "" : " on PATH"). Install it "
                    + "(https://code.claude.com), or set \"claudeExecutable\" in orchestrator.json.", .unavailable)
        }
        let version = try await claudeVersion(path)
        guard version >= CLIVersion.oldestSupported else {
            throw Failure(
                "\(path) is Claude Code \(version); cco needs \(CLIVersion.oldestSupported) or newer. Update it: claude update",
                .unavailable)
        }
        return (path, version)
    }

    private func claudeVersion(_ path: String) async throws -> CLIVersion {
        var environment = AgentEnvironment.inherited(from: surroundings.environment)
        environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
        environment["DISABLE_AUTOUPDATER"] = "1"
        let result: ChildCommandResult
        do {
            result = try await ChildCommand(
                path, ["--version"], environment: environment, workingDirectory: "/", timeout: .seconds(30), outputLimit: 64 << 10
            ).run()
        } catch {
            throw Failure("\(path) --version could not be run: \(error)", .unavailable)
        }
        guard result.succeeded, let version = CLIVersion(probe: result.outputText) else {
            let said = (result.outputText + result.errorText).prefix(200).split(separator: "\n").joined(separator: " ")
            throw Failure("\(path) --version does not answer like the Claude Code CLI (\(result.exit)): \(said)", .unavailable)
        }
        return version
    }

    private func isExecutable(_ path: String) -> Bool {
        var status = Glibc.stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
