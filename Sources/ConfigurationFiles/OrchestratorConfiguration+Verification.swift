import Glibc

extension OrchestratorConfiguration {
    /// Resolves every path and looks whether what they name is there.
    ///
    /// - Parameters:
    ///   - folder: the absolute path of the configuration folder.
    ///   - home: what `~` stands for.
    /// - Throws: `ConfigurationError` with every path that is missing or of the wrong kind.
    package func verify(
        folder: String, home: String? = ConfigurationPath.home
    ) throws(ConfigurationError) -> EffectiveConfiguration {
        var problems: [ConfigurationProblem] = []
        func report(_ name: String, _ message: String, _ suggestion: String? = nil) {
            problems.append(ConfigurationProblem(file: file, at: positions[name], "\"\(name)\": \(message)", suggestion: suggestion))
        }
        func resolve(_ path: String) -> String { ConfigurationPath.resolve(path, relativeTo: folder, home: home) }

        let logs = logDirectory.map(resolve) ?? folder
        if let kind = FileKind(path: logs), kind != .folder { report("logDirectory", "\(logs) is not a folder") }

        let environmentPaths = envFiles.map(resolve)
        for (index, path) in environmentPaths.enumerated() {
            do throws(RegularFile.Failure) {
                _ = try EnvironmentFile.read(path, confinedTo: ConfigurationPath.parent(path))
            } catch {
                report("envFiles[\(index)]", "\(path): \(error.message)", error.suggestion)
            }
        }

        let location = RepositoryLocation(repositoryUrl, relativeTo: folder, home: home)
        if case .local(let path) = location, FileKind(path: path) != .folder {
            report("repositoryUrl", "\(path) is not a folder", "give the path of a git repository")
        }

        var executable = claudeExecutable ?? "claude"
        if executable.contains("/") {
            executable = resolve(executable)
            if FileKind(path: executable) != .file || access(executable, X_OK) != 0 {
                report("claudeExecutable", "\(executable) is not an executable file")
            }
        }

        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return EffectiveConfiguration(
            configuration: self, repository: location, logDirectory: logs, environmentFiles: environmentPaths,
            claudeExecutable: executable, roles: rolesEffective)
    }
}

/// What a path leads to, links followed.
enum FileKind: Equatable, Sendable {
    case file, folder, other

    /// Nil when there is nothing, or nothing that may be looked at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
    }
}
