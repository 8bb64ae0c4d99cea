import ConfigurationFiles
import Git
import Merging

extension BranchMerge.Order {
    /// Takes from a configuration all that its gate runs with, so that a branch is judged as it would be in a run.
    ///
    /// - Throws: what reading environment files or secrets meets.
    package mutating func take(
        _ contents: ConfigurationFolder.Contents, in folder: ConfigurationFolder, environment: [String: String]
    ) throws {
        let configuration = contents.configuration.configuration
        gateCores = configuration.gateCores
        gateMemoryMb = configuration.gateMemoryMb
        gateCache = GateCachePolicy(configuration.gateCache)
        agentEnvironment = configuration.agentEnvironment
        // An origin that is no address is nowhere on this machine; opening it says what is wrong.
        let origin = try? RemoteURL(repository, relativeTo: currentFolder)
        let files = try EnvironmentFiles.collect(
            folder: folder.path, paths: contents.configuration.environmentFiles, repository: origin?.localPath)
        environmentFiles = files.contents
        secrets = try ConfiguredSecrets.collect(contents, in: folder, files, environment: environment)
        maximumOutput = Int64(configuration.maxOutputMb) << 20
        limits = ResourceLimits(configuration)
    }
}
