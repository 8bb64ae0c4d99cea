/// A folder with an `orchestrator.json`, as named by `--config`.
package struct ConfigurationFolder: Sendable, Equatable {
    /// The path as the person gave it; messages use this one.
    package let givenPath: String
    /// The same, absolute and normalized.
    package let path: String

    /// Everything that a configuration folder says.
    package struct Contents: Sendable, Equatable {
        package let configuration: EffectiveConfiguration
        /// Absent when there is no `api-keys.json`.
        package let keys: APIKeysFile?
        package let warnings: [ConfigurationProblem]
    }

    /// The absolute path of `orchestrator.json`.
    package var orchestratorFile: String { ConfigurationPath.join(path, OrchestratorConfiguration.fileName) }
    /// The absolute path of `api-keys.json`.
    package var apiKeysFile: String { ConfigurationPath.join(path, APIKeysFile.fileName) }
    /// The absolute path of the folder of prompt overrides.
    package var promptsFolder: String { ConfigurationPath.join(path, PromptOverrides.folderName) }

    /// Names a folder, which need not exist yet.
    ///
    /// - Parameters:
    ///   - currentFolder: what relative paths start from; absolute.
    ///   - home: what `~` stands for.
    package init(
        _ givenPath: String, currentFolder: String = ConfigurationPath.currentFolder, home: String? = ConfigurationPath.home
    ) {
        self.givenPath = givenPath
        path = ConfigurationPath.resolve(givenPath, relativeTo: currentFolder, home: home)
    }

    /// Reads and verifies both files and reports the problems of both at once.
    ///
    /// - Throws: `ConfigurationError`; when there is no configuration yet, it says how to make one.
    package func load(home: String? = ConfigurationPath.home) throws(ConfigurationError) -> Contents {
        var problems: [ConfigurationProblem] = []
        var effective: EffectiveConfiguration?
        var keys: APIKeysFile?
        do throws(ConfigurationError) {
            effective = try orchestratorConfiguration().verify(folder: path, home: home)
        } catch {
            problems += error.problems
        }
        do throws(ConfigurationError) {
            keys = try APIKeysFile.load(path: apiKeysFile, file: shown(APIKeysFile.fileName))
        } catch {
            problems += error.problems
        }
        guard let effective, problems.isEmpty else { throw ConfigurationError(problems) }
        let authMode = try checkAuthMode(effective.configuration, keys)
        let warnings = effective.configuration.warnings + (keys?.warnings ?? []) + authMode
        return Contents(configuration: effective, keys: keys, warnings: warnings)
    }

    /// Reads `orchestrator.json` alone, without looking at the paths in it.
    package func orchestratorConfiguration() throws(ConfigurationError) -> OrchestratorConfiguration {
        let file = shown(OrchestratorConfiguration.fileName)
        let contents: RegularFile
        do throws(RegularFile.Failure) {
            contents = try RegularFile(reading: orchestratorFile, limit: JSONDocument.sizeLimit)
        } catch {
            throw ConfigurationError([missingOrUnreadable(error, file: file)])
        }
        return try OrchestratorConfiguration.parse(contents.bytes, file: file)
    }

    private func missingOrUnreadable(_ failure: RegularFile.Failure, file: String) -> ConfigurationProblem {
        let advice = "make one with: cco init --config \(ConfigurationPath.shellWord(givenPath))"
        switch FileKind(path: path) {
        case .folder?: break
        case nil where failure == .missing:
            return ConfigurationProblem(file: givenPath, "the configuration folder does not exist", suggestion: advice)
        case nil: break
        default:
            return ConfigurationProblem(
                file: givenPath, "this is a file; --config needs a folder",
                suggestion: "give the folder that holds \(OrchestratorConfiguration.fileName)")
        }
        guard failure == .missing else { return failure.problem(file: file) }
        return ConfigurationProblem(file: file, "the file does not exist", suggestion: advice)
    }

    /// Whether the keys that the mode needs are there.
    private func checkAuthMode(
        _ configuration: OrchestratorConfiguration, _ keys: APIKeysFile?
    ) throws(ConfigurationError) -> [ConfigurationProblem] {
        guard configuration.authMode != .oauth, keys?.keys.isEmpty ?? true else { return [] }
        let problem = ConfigurationProblem(
            file: configuration.file, at: configuration.positions["authMode"],
            "\"authMode\" is \"\(configuration.authMode.rawValue)\", but there is no key in \(shown(APIKeysFile.fileName))",
            suggestion: "add a key, or set \"authMode\" to \"oauth\"")
        guard configuration.authMode == .apiKeysFirst else { throw ConfigurationError([problem]) }
        return [problem]
    }

    /// A file of the folder as the person would write it.
    func shown(_ name: String) -> String { ConfigurationPath.join(givenPath, name) }
}
