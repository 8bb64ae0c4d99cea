import ConfigurationFiles
import Git
import Observability

/// Everything that a configuration keeps secret: what agents' credentials hold, the telling values of environment files, and the webhook's
/// address. Whoever shows or keeps a text of a run asks here, so that nobody knows fewer of them than another.
package enum ConfiguredSecrets {
    /// - Parameters:
    ///   - contents: what `folder` says.
    ///   - files: the environment files that the run's worktrees get.
    ///   - environment: cco's own, in which a login or the webhook's address may be given by variables.
    /// - Throws: what reading the webhook's address from its file meets.
    static func collect(
        _ contents: ConfigurationFolder.Contents, in folder: ConfigurationFolder, _ files: EnvironmentFiles,
        environment: [String: String]
    ) throws -> [Observability.Secret] {
        CredentialPool.secrets(of: contents.keys?.keys ?? [], environment) + files.secretValues
            + (try webhook(contents.configuration.configuration.notifications, in: folder, environment: environment))
    }

    /// The files that what is secret comes from, whether they are there or not: while none of them changes, nothing of it does.
    fileprivate static func sources(_ contents: ConfigurationFolder.Contents, in folder: ConfigurationFolder, _ repository: String?)
        -> [String]
    {
        var sources = [folder.orchestratorFile, folder.apiKeysFile] + contents.configuration.environmentFiles
        for place in [folder.path] + (repository.map { [$0] } ?? []) {
            sources += EnvironmentFiles.wellKnownNames.map { "\(place)/\($0)" }
        }
        if case .file(let path) = contents.configuration.configuration.notifications?.webhook {
            sources.append(ConfigurationPath.resolve(path, relativeTo: folder.path, home: ConfigurationPath.home))
        }
        return sources
    }

    /// The webhook's address, and the part of it that is the secret where it is told without its beginning.
    private static func webhook(_ settings: Notifications?, in folder: ConfigurationFolder, environment: [String: String]) throws
        -> [Observability.Secret]
    {
        guard let address = try settings?.webhookAddress(folder: folder.path, environment: environment)?.reveal() else { return [] }
        let rest = address.drop { $0 != ":" }.dropFirst(3)
        let path = rest.drop { !"/?#".contains($0) }.dropFirst()
        let values = path.utf8.count >= Redactor.shortestSecret ? [address, String(path)] : [address]
        return values.map { Observability.Secret(name: "webhook", value: $0) }
    }
}

extension Redactor {
    /// Takes out what a configuration keeps secret, for texts of a run that another process has in hand, or none.
    ///
    /// - Throws: `ConfigurationError` or the system's error when something with secrets cannot be read: then nothing may be shown.
    package init(_ folder: ConfigurationFolder, home: String?, environment: [String: String]) throws {
        self = try ConfiguredSecrets.load(folder, home: home, environment: environment).redactor
    }
}

extension ConfiguredSecrets {
    /// The redactor of a configuration, and the files that it depends on.
    ///
    /// - Throws: as `Redactor.init(_:home:environment:)`.
    package static func load(
        _ folder: ConfigurationFolder, home: String?, environment: [String: String]
    ) throws -> (redactor: Redactor, sources: [String]) {
        let contents = try folder.load(home: home)
        // An origin that is no address is nowhere on this machine, and starts no run.
        let origin = try? RemoteURL(contents.configuration.repository.argument, relativeTo: folder.path)
        let files = try EnvironmentFiles.collect(
            folder: folder.path, paths: contents.configuration.environmentFiles, repository: origin?.localPath)
        let secrets = try collect(contents, in: folder, files, environment: environment)
        return (Redactor(secrets: secrets), sources(contents, in: folder, origin?.localPath))
    }
}
